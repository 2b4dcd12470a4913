import { type Address, encodeDeployData, encodeFunctionData, getContractAddress, parseAbi } from 'viem'
import { priceOracleAbi, priceOracleBytecode } from '../../shared/chain/generated/priceOracle.ts'
import { routerAbi, routerBytecode } from '../../shared/chain/generated/router.ts'
import { vaultAbi, vaultBytecode } from '../../shared/chain/generated/vault.ts'
import { clientOf, type Reach, sendAll } from './transactions.ts'
import { tokenBySymbol } from './world-pools.ts'

const usd = 10n ** 18n

/** The vault's limits. USD with 18 decimals; the rate per second. */
export interface TreasuryLimits {
  automaticLimitUsd: bigint
  volumeCapacityUsd: bigint
  volumeRateUsd: bigint
  maximumSlippageBps: number
  drawdownBps: number
  maximumCheckpointAge: number
}

/**
 * A treasury of 800,000 USD that trades up to 50,000 USD without asking, 250,000 USD at once and as much again every
 * twelve hours, never more than 1 % below the oracle, and stops at a fall of a tenth. Its books are priced hourly.
 */
export const defaultLimits: TreasuryLimits = {
  automaticLimitUsd: 50_000n * usd,
  volumeCapacityUsd: 250_000n * usd,
  volumeRateUsd: (250_000n * usd) / 43_200n,
  maximumSlippageBps: 100,
  drawdownBps: 1000,
  maximumCheckpointAge: 3600,
}

/** Base units by symbol. */
const defaultHoldings: Readonly<Record<string, bigint>> = {
  USDC: 400_000n * 10n ** 6n,
  WETH: 50n * 10n ** 18n,
  WBTC: 3n * 10n ** 8n,
}
/** On a fork of a public chain only ether can be made. */
const forkHoldings: Readonly<Record<string, bigint>> = { WETH: 250n * 10n ** 18n }
const defaultExecutorBalance = 10n ** 19n
const secondsPerYear = 31_536_000
const reviewThreshold = 2

export interface TreasuryOptions {
  /** The executor's address, or how it follows from the vault's. */
  executor: Address | ((vault: Address) => Address | Promise<Address>)
  /** Seconds since epoch; a year from now unless told. */
  executorExpiry?: number
  /** Wei the executor is given for gas; 10 ether unless told. */
  executorBalance?: bigint
  /** Base units by symbol, deposited by the owner. Tokens of the chain that are not named are listed, but empty. */
  holdings?: Readonly<Record<string, bigint>>
  limits?: Partial<TreasuryLimits>
}

export interface Treasury {
  vault: Address
  router: Address
  oracle: Address
  executor: Address
  /** Number of the block the vault was created in. */
  createdAt: bigint
}

const tokenAbi = parseAbi(['function approve(address spender, uint256 amount)'])

/** Deploys oracle, router and vault, funds the vault, seals it and takes its first checkpoint. Makes a few blocks. */
export async function deployTreasury(reach: Reach, options: TreasuryOptions): Promise<Treasury> {
  const { keeper } = reach.accounts
  const first = await clientOf(reach).getTransactionCount({ address: keeper.address, blockTag: 'pending' })
  const at = (index: number) => getContractAddress({ from: keeper.address, nonce: BigInt(first + index) })
  const [oracle, router, vault] = [at(0), at(1), at(2)]
  const executor = typeof options.executor === 'function' ? await options.executor(vault) : options.executor
  const expiry = options.executorExpiry ?? (await reach.chainTime()) + secondsPerYear
  const configuration = vaultConfiguration(reach, { oracle, router, executor, expiry }, options.limits ?? {})
  const vaultCode = encodeDeployData({ abi: vaultAbi, bytecode: vaultBytecode, args: [configuration] })
  const receipts = await sendAll(reach, [
    {
      from: keeper,
      data: encodeDeployData({ abi: priceOracleAbi, bytecode: priceOracleBytecode }),
      purpose: 'deploying the price oracle',
    },
    {
      from: keeper,
      data: encodeDeployData({ abi: routerAbi, bytecode: routerBytecode }),
      purpose: 'deploying the router',
    },
    { from: keeper, data: vaultCode, purpose: 'deploying the vault' },
  ])
  await reach.control.fund('ETH', executor, options.executorBalance ?? defaultExecutorBalance)
  await fill(reach, vault, options.holdings ?? (reach.chain.id === 424242 ? defaultHoldings : forkHoldings))
  await takeCheckpoint(reach, vault)
  return { vault, router, oracle, executor, createdAt: receipts[2]?.blockNumber ?? 0n }
}

function vaultConfiguration(
  reach: Reach,
  parts: { oracle: Address; router: Address; executor: Address; expiry: number },
  limits: Partial<TreasuryLimits>,
) {
  const { owner, treasurer, guardian, reviewers } = reach.accounts
  return {
    owner: owner.address,
    treasurer: treasurer.address,
    guardians: [guardian.address],
    reviewers: reviewers.map(({ address }) => address),
    reviewThreshold,
    executor: parts.executor,
    executorExpiry: BigInt(parts.expiry),
    router: parts.router,
    oracle: parts.oracle,
    assets: reach.chain.tokens.map(({ address, feed }) => ({ token: address, feed })),
    limits: { ...defaultLimits, ...limits },
  }
}

/** The owner gets the holdings, deposits them and seals. */
async function fill(reach: Reach, vault: Address, holdings: Readonly<Record<string, bigint>>): Promise<void> {
  const { owner } = reach.accounts
  const deposits = Object.entries(holdings).map(([symbol, amount]) => ({
    token: tokenBySymbol(reach.chain, symbol).address,
    symbol,
    amount,
  }))
  for (const { symbol, amount } of deposits) await reach.control.fund(symbol, owner.address, amount)
  await sendAll(reach, [
    ...deposits.flatMap(({ token, symbol, amount }) => [
      {
        from: owner,
        to: token,
        data: encodeFunctionData({ abi: tokenAbi, functionName: 'approve', args: [vault, amount] }),
        purpose: `approving ${symbol}`,
      },
      {
        from: owner,
        to: vault,
        data: encodeFunctionData({ abi: vaultAbi, functionName: 'deposit', args: [token, amount] }),
        purpose: `depositing ${symbol}`,
      },
    ]),
    {
      from: owner,
      to: vault,
      data: encodeFunctionData({ abi: vaultAbi, functionName: 'seal' }),
      purpose: 'sealing the vault',
    },
  ])
}

/** Anyone may take a checkpoint; here the keeper does. Makes a block. */
export async function takeCheckpoint(reach: Reach, vault: Address): Promise<void> {
  const data = encodeFunctionData({ abi: vaultAbi, functionName: 'checkpoint' })
  await sendAll(reach, [{ from: reach.accounts.keeper, to: vault, data, purpose: 'taking a checkpoint' }])
}
