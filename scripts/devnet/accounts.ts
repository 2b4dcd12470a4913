import { type HDAccount, hdKeyToAccount, mnemonicToAccount } from 'viem/accounts'

/** Anvil's well-known mnemonic: these keys are public, and worth nothing outside the local chain. */
export const devnetMnemonic = 'test test test test test test test test test test test junk'

/** Who is who on the local chain. The agent's executor key is never one of them. */
export interface DevnetAccounts {
  /** Stands for the DAO: owns the vault, deposits and withdraws. */
  owner: HDAccount
  /** Signs mandates. */
  treasurer: HDAccount
  /** Drops the gate. */
  guardian: HDAccount
  /** Approve oversized orders and clear the breaker, two of three. */
  reviewers: readonly [HDAccount, HDAccount, HDAccount]
  /** Sends what anyone may send: deployments, checkpoints, signed mandates. */
  keeper: HDAccount
  /** A trader with no role. */
  trader: HDAccount
  /** Writes the price feeds. */
  feedKeeper: HDAccount
  /** The arbitrageur. */
  market: HDAccount
  /** Built the world on the origin. */
  deployer: HDAccount
  /** Swap for reasons of their own. */
  noiseTraders: readonly HDAccount[]
  /** The sandwicher's: one for each sandwich that it may put into a block. */
  sandwichers: readonly HDAccount[]
}

/** How many accounts of the mnemonic anvil unlocks and funds. */
export const accountCount = 20

export function devnetAccounts(): DevnetAccounts {
  const parent = mnemonicToAccount(devnetMnemonic, { path: "m/44'/60'/0'/0" }).getHdKey()
  const at = (index: number) => hdKeyToAccount(parent, { path: `m/${index}` as "m/44'/60'/0'/0/0" })
  return {
    owner: at(0),
    treasurer: at(1),
    guardian: at(2),
    reviewers: [at(3), at(4), at(5)],
    keeper: at(6),
    trader: at(7),
    feedKeeper: at(8),
    market: at(9),
    deployer: at(10),
    noiseTraders: [11, 12, 13, 14, 15, 16].map(at),
    sandwichers: [17, 18, 19].map(at),
  }
}

/** Name and address of every account, for people. */
export function namedAddresses(accounts: DevnetAccounts): { name: string; address: string }[] {
  const { reviewers, noiseTraders, sandwichers, ...single } = accounts
  const numbered = (name: string, several: readonly HDAccount[]) =>
    several.map(({ address }, index) => ({ name: `${name} ${index + 1}`, address }))
  return [
    ...Object.entries(single).map(([name, { address }]) => ({ name, address })),
    ...numbered('reviewer', reviewers),
    ...numbered('noise', noiseTraders),
    ...numbered('sandwicher', sandwichers),
  ]
}
