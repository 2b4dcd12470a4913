import { createHash } from 'node:crypto'
import type { Hex } from 'viem'
import { generatePrivateKey, type HDAccount } from 'viem/accounts'
import { relayNames } from '../../shared/chain/relays.ts'
import type { Devnet } from '../devnet/devnet.ts'

/** All but the sequencer, which includes what reverts: where there are builders, nobody has to pay for that. */
const ladder = relayNames.filter((name) => name !== 'sequencer')

/**
 * Variables and secrets of a worker on this chain. Both providers are the one proxy by two paths; the relay key is new
 * each time; the keeper is the trader's account, which holds no role.
 */
export async function workerBindings(
  devnet: Devnet,
  secrets: { executorSeed: Hex; adminKey: string },
): Promise<Record<string, string>> {
  return {
    CHAIN_ID: String(devnet.chain.id),
    RPC_URLS: `${devnet.rpcUrl}/a,${devnet.rpcUrl}/b`,
    RELAY_LADDER: ladder.map((name) => `${name}=${devnet.relayUrls[name]}`).join(','),
    EXECUTOR_SEED: secrets.executorSeed,
    RELAY_AUTHENTICATION_KEY: generatePrivateKey(),
    KEEPER_KEY: privateKeyOf(devnet.accounts.trader),
    ADMIN_KEY_HASH: createHash('sha256').update(secrets.adminKey).digest('hex'),
    CLOCK_SPEED: String(devnet.speed),
    CLOCK_WALL_START: String(Date.now() / 1000),
    CLOCK_CHAIN_START: String(await devnet.chainTime()),
  }
}

function privateKeyOf(account: HDAccount): Hex {
  const key = account.getHdKey().privateKey
  if (key === null) throw new Error('This account has no private key.')
  return `0x${Buffer.from(key).toString('hex')}`
}
