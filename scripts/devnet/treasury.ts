import { type Address, encodeDeployData, encodeFunctionData, getContractAddress, parseAbi, zeroAddress } from 'viem'
import { modelInUseId } from '../../models/model-in-use.ts'
import { approvalsAbi, approvalsBytecode } from '../../shared/chain/generated/approvals.ts'
import { priceOracleAbi, priceOracleBytecode } from '../../shared/chain/generated/priceOracle.ts'
import { routerAbi, routerBytecode } from '../../shared/chain/generated/router.ts'
import { vaultAbi, vaultBytecode } from '../../shared/chain/generated/vault.ts'
import type { DevnetAccounts } from './accounts.ts'
import { priceSources } from './price-sources.ts'
import { clientOf, type Reach, sendAll } from './transactions.ts'
import { checkpointHints } from './treasury-reading.ts'
import { tokenBySymbol } from './world-pools.ts'

const usd = 10n ** 18n

/** The vault's limits. USD with 18 decimals, of whole dollars; meters drain their capacity in a day. */
export interface TreasuryLimits {
  automaticLimitUsd: bigint
  sizeCapUsd: bigint
  volumeCapacityUsd: bigint
  lossCapacityUsd: bigint
  refundCapacityUsd: bigint
  maximumSlippageBps: number
  drawdownBps: number
  referenceVolatilityBps: number
  maximumCheckpointAge: number
}

/**
 * A treasury of 800,000 USD that trades up to 50,000 USD without asking, never more than 1 % below the oracle. Its meters hold
 * 250,000 USD of volume, 2,500 USD of loss and 500 USD of gas refunds, and drain in a day. It stops at a fall of a tenth, and
 * its books are priced hourly.
 */
export const defaultLimits: TreasuryLimits = {
  automaticLimitUsd: 50_000n * usd,
  sizeCapUsd: 250_000n * usd,
  volumeCapacityUsd: 250_000n * usd,
  lossCapacityUsd: 2_500n * usd,
  refundCapacityUsd: 500n * usd,
  maximumSlippageBps: 100,
  drawdownBps: 1000,
  referenceVolatilityBps: 500,
  maximumCheckpointAge: 3600,
}
/**
 * What limits allow to be lost in any day against true prices: twice the loss meter, and on twice the volume the 2 % by which
 * each of a pair's prices may be wrong.
 */
function dailyLossUsd({ lossCapacityUsd, volumeCapacityUsd }: TreasuryLimits): bigint {
  return 2n * lossCapacityUsd + (2n * volumeCapacityUsd * 4n) / 100n
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
/** Wei in the vault's tank, from which it refunds the executor's gas. */
const refundTank = 5n * 10n ** 17n
const secondsPerYear = 31_536_000
const reviewThreshold = 2
/** Neither chain that this deploys to has a sequencer. */
const noSequencerFeed = zeroAddress
const noSequencerGrace = 0n

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
  approvals: Address
  executor: Address
  /** Number of the block the vault was created in. */
  createdAt: bigint
}

const tokenAbi = parseAbi(['function approve(address spender, uint256 amount)'])

/**
 * Deploys oracle, router, approvals and vault, funds the vault, seals it and takes its first checkpoint. Makes a few blocks.
 * The vault allows the model that the agent uses, and no other.
 */
export async function deployTreasury(reach: Reach, options: TreasuryOptions): Promise<Treasury> {
  const { keeper } = reach.accounts
  const client = clientOf(reach)
  const first = await client.getTransactionCount({ address: keeper.address, blockTag: 'pending' })
  const at = (index: number) => getContractAddress({ from: keeper.address, nonce: BigInt(first + index) })
  const [oracle, router, approvals, vault] = [at(0), at(1), at(2), at(3)]
  const executor = typeof options.executor === 'function' ? await options.executor(vault) : options.executor
  const expiry = options.executorExpiry ?? (await reach.chainTime()) + secondsPerYear
  const limits = { ...defaultLimits, ...options.limits }
  const configuration = {
    ...people(reach.accounts),
    ...{ executor, executorExpiry: BigInt(expiry), router, oracle, approvals, dailyLossUsd: dailyLossUsd(limits) },
    wrappedNative: tokenBySymbol(reach.chain, 'WETH').address,
    models: [modelInUseId],
    assets: await priceSources(client, reach.chain),
    limits,
  }
  const oracleArguments = [noSequencerFeed, noSequencerGrace] as const
  const receipts = await sendAll(reach, [
    {
      from: keeper,
      data: encodeDeployData({ abi: priceOracleAbi, bytecode: priceOracleBytecode, args: oracleArguments }),
      purpose: 'deploying the price oracle',
    },
    {
      from: keeper,
      data: encodeDeployData({ abi: routerAbi, bytecode: routerBytecode }),
      purpose: 'deploying the router',
    },
    {
      from: keeper,
      data: encodeDeployData({ abi: approvalsAbi, bytecode: approvalsBytecode }),
      purpose: 'deploying the approvals',
    },
    {
      from: keeper,
      data: encodeDeployData({ abi: vaultAbi, bytecode: vaultBytecode, args: [configuration] }),
      purpose: 'deploying the vault',
    },
  ])
  await reach.control.fund('ETH', executor, options.executorBalance ?? defaultExecutorBalance)
  await reach.control.fund('ETH', vault, refundTank)
  await fill(reach, vault, options.holdings ?? (reach.chain.id === 424242 ? defaultHoldings : forkHoldings))
  await takeCheckpoint(reach, vault)
  return { vault, router, oracle, approvals, executor, createdAt: receipts[3]?.blockNumber ?? 0n }
}

function people({ owner, treasurer, guardian, reviewers }: DevnetAccounts) {
  return {
    owner: owner.address,
    treasurer: treasurer.address,
    guardians: [guardian.address],
    reviewers: reviewers.map(({ address }) => address),
    reviewThreshold,
    sentinel: zeroAddress,
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
  const hints = await checkpointHints(reach, vault)
  const data = encodeFunctionData({ abi: vaultAbi, functionName: 'checkpoint', args: [hints] })
  await sendAll(reach, [{ from: reach.accounts.keeper, to: vault, data, purpose: 'taking a checkpoint' }])
}
