/// <reference types="@cloudflare/vitest-plugin/types" />
import { applyD1Migrations, createMessageBatch, type D1Migration } from 'cloudflare:test'
import { env as bound } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/d1'
import { type Address, type Hex, parseAbi, parseEventLogs } from 'viem'
import { clientOf } from '../../scripts/devnet/transactions.ts'
import { deployTreasury, type TreasuryLimits } from '../../scripts/devnet/treasury.ts'
import { openMandate } from '../../scripts/devnet/treasury-signatures.ts'
import { canonicalJson } from '../../shared/audit/canonical-json.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { type Mandate, mandateId as mandateIdOf, mandateSchema } from '../../shared/schema/mandate.ts'
import { type StrategyConfiguration, strategyConfigurationSchema } from '../../shared/schema/strategy.ts'
import { consume } from '../../workers/agent/consume.ts'
import { dispatch } from '../../workers/agent/dispatch.ts'
import { ledgerOf } from '../../workers/agent/ledger-address.ts'
import { executorAddress } from '../../workers/agent/signers/local.ts'
import { mandateFor, strategyId as strategyIdFor } from '../../workers/api/mandate-terms.ts'
import { alerts, decisions, executions, missedSlices, strategies, vaults } from '../../workers/database/schema.ts'
import type { Env, QueueMessage } from '../../workers/environment.ts'
import { chainTime, mine, reach } from './local-chain.ts'

export const env = bound as Env & { TEST_MIGRATIONS: D1Migration[] }
export const database = drizzle(env.DATABASE)

interface Queued {
  body: QueueMessage
  delaySeconds: number
}

/** A vault with funds, a signed parent order, and an agent whose queue the test delivers by hand. */
export interface World {
  vault: Address
  executor: Address
  strategyId: Hex
  mandateId: Hex
  mandate: Mandate
  /** The worker's bindings, with the queue replaced by the list below. */
  env: Env
  /** What was sent to the queue and not yet delivered. */
  queue: Queued[]
  /** Of that, what asks only how forecasts turned out: delivered where a test is about that. */
  lessons: Queued[]
}

const token = (symbol: string) => {
  const found = reach.chain.tokens.find((one) => one.symbol === symbol)
  if (found === undefined) throw new Error(`The local chain has no ${symbol}.`)
  return found
}

export interface WorldOptions {
  slices?: number
  /** Whole USDC sold in all. */
  total?: number
  limits?: Partial<TreasuryLimits>
  /** Whether the treasurer's mandate is opened on chain. */
  open?: boolean
  /** The executor the vault names; the agent's own key for it unless told. */
  executor?: Address
  /** Seconds between slices; a minute unless told. */
  intervalSeconds?: number
  orderflow?: StrategyConfiguration['orderflow']
  relays?: StrategyConfiguration['relays']
}

let salt = 0n

/** Deploys a fresh vault and a TWAP from USDC to WETH that is due now. The only vault the agent then knows. */
export async function openWorld({
  slices = 3,
  total = 30_000,
  limits = {},
  open = true,
  intervalSeconds = 60,
  executor: named,
  orderflow = 'never-public',
  relays,
}: WorldOptions = {}): Promise<World> {
  await applyD1Migrations(env.DATABASE, env.TEST_MIGRATIONS)
  for (const table of [alerts, decisions, executions, missedSlices, strategies, vaults]) await database.delete(table)
  const chainId = reach.chain.id
  const executorOf = (vault: Address) => named ?? executorAddress(env.EXECUTOR_SEED as Hex, 1, chainId, vault, 1)
  const { vault, executor } = await deployTreasury(reach, { executor: executorOf, limits })
  const now = await chainTime()
  const amount = BigInt(total) * 10n ** 6n
  const configuration: StrategyConfiguration = {
    kind: 'twap',
    sell: token('USDC').address,
    buy: token('WETH').address,
    total: amount,
    maximumSlice: amount,
    start: now,
    intervalSeconds,
    slippageBps: 100,
    // A tenth of a WETH for 1,000 USDC: far from the market, and not nothing.
    worstPrice: 10n ** 8n * 10n ** 36n,
    orderflow,
    slices,
    ...(relays === undefined ? {} : { relays }),
  }
  salt += 1n
  const strategyId = strategyIdFor(vault, configuration, salt)
  const mandate = mandateFor(strategyId, configuration, reach.chain, salt)
  const mandateId = mandateIdOf(chainId, vault, mandate)
  if (open) await openMandate(reach, vault, mandate)
  await database.insert(vaults).values({ address: vault, chainId, name: 'Treasury', createdAt: now })
  await database.insert(strategies).values({
    id: strategyId,
    vault,
    name: 'USDC to WETH',
    configuration: canonicalJson(strategyConfigurationSchema.encode(configuration)),
    configurationHash: mandate.configurationHash,
    mandate: canonicalJson(mandateSchema.encode(mandate)),
    mandateId,
    status: 'draft',
    nextDue: configuration.start,
    createdAt: now,
    updatedAt: now,
  })
  const queue: Queued[] = []
  const lessons: Queued[] = []
  return { vault, executor, strategyId, mandateId, mandate, queue, lessons, env: withQueue(queue, lessons) }
}

function withQueue(queue: Queued[], lessons: Queued[]): Env {
  const metadata = { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }
  const send: Env['TICKS']['send'] = async (body, options) => {
    const isLesson = body.type === 'requote' || body.type === 'visit'
    ;(isLesson ? lessons : queue).push({ body, delaySeconds: options?.delaySeconds ?? 0 })
    return metadata
  }
  const sendBatch: Env['TICKS']['sendBatch'] = async () => metadata
  return { ...env, TICKS: { send, sendBatch, metrics: async () => metadata.metadata.metrics } }
}

/** Runs the cron of the chain's present minute. */
export async function cron(world: World, agentEnv: Env = world.env): Promise<void> {
  const now = await chainTime()
  await dispatch(agentEnv, now - (now % 60))
}

let messages = 0

export interface Delivered {
  acknowledged: boolean
  retried: boolean
}

/** Delivers one message, as the platform would. */
export async function deliver(world: World, body: QueueMessage, agentEnv: Env = world.env): Promise<Delivered> {
  messages += 1
  const id = `message-${messages}`
  const batch = createMessageBatch<QueueMessage>('portcullis-ticks', [{ id, timestamp: new Date(), attempts: 1, body }])
  const delivered = { acknowledged: false, retried: false }
  const [message] = batch.messages
  if (message === undefined) throw new Error('The batch is empty.')
  const watched: Message<QueueMessage> = {
    id,
    timestamp: message.timestamp,
    attempts: 1,
    body,
    ack: () => {
      delivered.acknowledged = true
    },
    retry: () => {
      delivered.retried = true
    },
  }
  await consume(agentEnv, { ...batchFields(batch), messages: [watched] })
  return delivered
}

function batchFields(batch: MessageBatch<QueueMessage>) {
  return { queue: batch.queue, metadata: batch.metadata, ackAll: () => undefined, retryAll: () => undefined }
}

/** Delivers everything that waits in the queue now; what these deliveries enqueue waits for the next call. */
export async function drain(world: World, agentEnv: Env = world.env): Promise<Delivered[]> {
  const waiting = world.queue.splice(0)
  const delivered: Delivered[] = []
  for (const { body } of waiting) delivered.push(await deliver(world, body, agentEnv))
  return delivered
}

/** What the ledger's alarm would ask for. */
export function track(world: World, agentEnv: Env = world.env): Promise<Delivered> {
  return deliver(world, { type: 'track', vault: world.vault, chainId: reach.chain.id }, agentEnv)
}

/** One block of ordinary life: the cron's minute, the queue, a block, the ledger's alarm. */
export async function live(world: World): Promise<void> {
  await cron(world)
  await drain(world)
  await mine()
  await track(world)
}

/** Ordinary life until the mandate is filled and confirmed; fails if it is not by then. */
export async function liveUntilFilled(world: World, mostBlocks = 60): Promise<void> {
  for (let block = 0; block < mostBlocks; block++) {
    if ((await statusOf(world)) === 'filled') return
    await live(world)
  }
  const log = (await readLog(world)).map(({ verdict, reason, sentence }) => `${verdict} ${reason}: ${sentence}`)
  throw new Error(`The parent order was not filled within ${mostBlocks} blocks:\n${log.join('\n')}`)
}

export function ledgerOfWorld(world: World) {
  return ledgerOf(env, reach.chain.id, world.vault)
}

export async function statusOf(world: World) {
  const [row] = await database.select().from(strategies).where(eq(strategies.id, world.strategyId))
  return row?.status
}

/** The log as the database has it, in order. */
export async function readLog(world: World) {
  return database.select().from(decisions).where(eq(decisions.vault, world.vault)).orderBy(decisions.sequence)
}

export async function readExecutions(world: World) {
  return database.select().from(executions).where(eq(executions.vault, world.vault)).orderBy(executions.sequence)
}

export async function readAlerts(world: World) {
  return database.select().from(alerts).where(eq(alerts.vault, world.vault)).orderBy(alerts.raisedAt, alerts.id)
}

/** Every trade the vault made, from the chain itself. */
export async function readTrades(world: World) {
  const client = clientOf(reach)
  const logs = await client.getLogs({ address: world.vault, fromBlock: 0n, toBlock: 'latest' })
  return parseEventLogs({ abi: vaultAbi, eventName: 'Executed', logs }).map(({ args, transactionHash }) => ({
    ...args,
    transactionHash,
  }))
}

/** What the mandate's strictest promise is: each index once, and never more than its total. */
export async function readProgress(world: World) {
  const { vault, mandateId } = world
  return clientOf(reach).readContract({
    address: vault,
    abi: vaultAbi,
    functionName: 'mandateProgress',
    args: [mandateId],
  })
}

export const erc20 = parseAbi(['function balanceOf(address account) view returns (uint256)'])
