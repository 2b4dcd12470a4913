import type { Address, Hash, Hex } from 'viem'
import { z } from 'zod'
import { oneToken } from '../../../shared/chain/units.ts'
import { executorAddress } from '../../../workers/agent/signers/local.ts'
import { type Devnet, startDevnet } from '../../devnet/devnet.ts'
import { callRunning } from '../../devnet/operator-client.ts'
import { deployTreasury } from '../../devnet/treasury.ts'
import { tokenBySymbol } from '../../devnet/world-pools.ts'
import { type ApiClient, apiClient } from '../../local/api-client.ts'
import { workerBindings } from '../../local/bindings.ts'
import { openParentOrder } from '../../local/parent-order.ts'
import { type LocalWorker, startLocalWorker } from '../../local/worker.ts'
import type { Fill } from './attribution.ts'
import { fillOf, type Observed, requireWhole } from './fills.ts'
import type { Way } from './ways.ts'

export interface ParentTerms {
  totalUsd: number
  slices: number
  seed: string
}

const executorSeed: Hex = `0x${'35'.repeat(32)}`
const adminKey = 'pk_bench'
const usd = 10n ** 18n
const intervalSeconds = 60
/** Slices' times after the last one, in which what is left may still be traded. */
const spareSlices = 30

/** Wide enough that the market decides what an order costs, and not a meter. */
const limits = {
  automaticLimitUsd: 1_000_000n * usd,
  sizeCapUsd: 2_000_000n * usd,
  volumeCapacityUsd: 4_000_000n * usd,
  lossCapacityUsd: 100_000n * usd,
  maximumCheckpointAge: 86_400,
}

/** What one way of sending came to. */
export interface ParentRun {
  fills: Fill[]
  /** The largest share that a sandwich took of one fill, and how much its minimum output left to be taken; basis points. */
  worst: { takenBps: number; leftBps: number }
  /** Orders of the parent that the public pool has shown. */
  seen: number
}

/** Sells the parent order in one way, on a market of its own that is the same for the same seed. */
export async function runParent(script: string, way: Way, terms: ParentTerms): Promise<ParentRun> {
  const devnet = await startDevnet({ port: 0, automine: false, seed: terms.seed })
  try {
    const executor = (vault: Address) => executorAddress(executorSeed, 1, devnet.chain.id, vault, 1)
    const usdc = tokenBySymbol(devnet.chain, 'USDC')
    const total = BigInt(terms.totalUsd) * oneToken(usdc.decimals)
    const holdings = { USDC: 2n * total, WETH: 10n ** 18n }
    const treasury = await deployTreasury(devnet, { executor, limits, holdings, executorBalance: 10n ** 20n })
    const bindings = await workerBindings(devnet, { executorSeed, adminKey })
    const worker = await startLocalWorker(script, {
      port: 0,
      persistencePath: null,
      bindings: { ...bindings, RELAY_LADDER: way.ladder(devnet), PROVIDER_REQUESTS_PER_SECOND: '100000' },
      onLog: () => {},
    })
    try {
      const api = apiClient(worker.url, adminKey)
      await api.post('/v1/vaults', { address: treasury.vault, name: 'Bench' })
      return await sell({ devnet, worker, api, vault: treasury.vault, executor: treasury.executor }, way, terms, total)
    } finally {
      await worker.stop()
    }
  } finally {
    await devnet.stop()
  }
}

interface Stage {
  devnet: Devnet
  worker: LocalWorker
  api: ApiClient
  vault: Address
  executor: Address
}

const statusSchema = z.object({
  blockNumber: z.number(),
  chainTime: z.number(),
  market: z.object({ prices: z.record(z.string(), z.number()) }),
})

async function sell(stage: Stage, way: Way, terms: ParentTerms, total: bigint): Promise<ParentRun> {
  const { devnet, worker, api, vault } = stage
  const sell = tokenBySymbol(devnet.chain, 'USDC')
  const buy = tokenBySymbol(devnet.chain, 'WETH')
  const order = { sell, buy, total, slices: terms.slices, intervalSeconds, slippageBps: 100 }
  const { strategyId, start } = await openParentOrder(api, devnet, vault, order)
  // The smaller builder takes nothing private from anyone, and still wins its blocks.
  await rpc(devnet, 'devnet_builder', ['buildernet', false])
  if (way.leak > 0) await rpc(devnet, 'devnet_relayFault', ['relay', 'leak', way.leak])
  const prices = new Map<number, number>()
  const firstSent = new Map<number, number>()
  let arrivalPrice = 0
  for (let slot = -1; slot < terms.slices + spareSlices; ) {
    const status = statusSchema.parse(await rpc(devnet, 'devnet_status', []))
    const price = status.market.prices.WETH ?? Number.NaN
    prices.set(status.blockNumber, price)
    const due = Math.floor((status.chainTime - start) / intervalSeconds)
    if (due > slot && due >= 0) {
      if (slot < 0) arrivalPrice = price
      // A relay that leaked is dropped; here a person trusts it again each time, so that it can go on leaking.
      if (way.leak > 0) await door(worker, 'reinstate', { vault })
      const scheduledAt = start + due * intervalSeconds
      const end = z
        .object({ reason: z.string(), again: z.boolean() })
        .parse(await door(worker, 'tick', { strategyId, slot: due, scheduledAt, toleranceBps: way.toleranceBps }))
      if (end.reason === 'None' && !firstSent.has(due)) firstSent.set(due, status.blockNumber)
      if (!end.again) slot = due
      if (end.reason === 'NotDue' && due >= terms.slices) break
    }
    await devnet.control.mine()
    await door(worker, 'track', { vault })
  }
  return collect(stage, strategyId, total, { prices, firstSent, arrivalPrice })
}

const legSchema = z.object({ sell: z.string(), feePips: z.number(), amountIn: z.string() })
type Leg = z.output<typeof legSchema>
const executionSchema = z.object({
  slot: z.number(),
  sequence: z.number(),
  state: z.string(),
  transactionHash: z.string().nullable(),
  blockNumber: z.string().nullable(),
  amountIn: z.string(),
  amountOut: z.string(),
  legs: z.array(legSchema),
})
type Execution = z.output<typeof executionSchema>
const executionsSchema = z.object({ items: z.array(executionSchema), nextCursor: z.string().nullable() })
const sandwichesSchema = z.array(
  z.object({ victim: z.string(), output: z.object({ withoutFrontRun: z.string(), withFrontRun: z.string() }) }),
)

async function collect(stage: Stage, strategyId: Hash, total: bigint, observed: Observed): Promise<ParentRun> {
  const { devnet, api, executor } = stage
  const sandwiches = sandwichesSchema.parse(await rpc(devnet, 'devnet_sandwiches', []))
  const fills: Fill[] = []
  let filled = 0n
  let worst = { takenBps: 0, leftBps: 0 }
  for (const execution of await executionsOf(api, strategyId)) {
    const { transactionHash, blockNumber, amountIn, amountOut } = execution
    if (execution.state !== 'included' || transactionHash === null || blockNumber === null) continue
    // A block may also hold an order that the vault refused there.
    if (amountOut === '0') continue
    const output = sandwiches.find(({ victim }) => victim.toLowerCase() === transactionHash)?.output
    const without = output === undefined ? BigInt(amountOut) : BigInt(output.withoutFrontRun)
    const takenBps = basisPointsBelow(BigInt(amountOut), without)
    if (takenBps > worst.takenBps) {
      worst = { takenBps, leftBps: basisPointsBelow(await minimumOutOf(stage, execution.sequence), without) }
    }
    filled += BigInt(amountIn)
    const amounts = { amountIn: BigInt(amountIn), amountOut: BigInt(amountOut), amountOutWithoutSandwich: without }
    const slice = { slot: execution.slot, blockNumber: Number(blockNumber), ...amounts }
    fills.push(fillOf(slice, observed, (priceThen) => feeUsd(devnet, execution.legs, priceThen)))
  }
  requireWhole(filled, total)
  return { fills, worst, seen: devnet.control.publicSightings(executor) }
}

/** How far an amount is below another one, basis points to the hundredth; negative above it. */
function basisPointsBelow(amount: bigint, whole: bigint): number {
  return Number(((whole - amount) * 1_000_000n) / whole) / 100
}

async function minimumOutOf({ api, vault }: Stage, sequence: number): Promise<bigint> {
  const answer = z
    .object({ record: z.object({ decision: z.object({ order: z.object({ minimumOut: z.string() }) }) }) })
    .parse(await api.get(`/v1/decisions/${vault}/${sequence}`))
  return BigInt(answer.record.decision.order.minimumOut)
}

/** What its legs paid to the pools; what a leg sells is valued at the reference price. */
function feeUsd(devnet: Devnet, legs: readonly Leg[], wethUsd: number): number {
  return legs.reduce((sum, { sell, feePips, amountIn }) => {
    const token = devnet.chain.tokens.find(({ address }) => address.toLowerCase() === sell.toLowerCase())
    if (token === undefined) throw new Error(`The chain has no token ${sell}.`)
    const price = token.symbol === 'WETH' ? wethUsd : 1
    return sum + (Number(amountIn) / 10 ** token.decimals) * price * (feePips / 1e6)
  }, 0)
}

async function executionsOf(api: ApiClient, strategyId: Hash): Promise<Execution[]> {
  const executions: Execution[] = []
  for (let cursor = ''; ; ) {
    const page = executionsSchema.parse(await api.get(`/v1/executions?strategy=${strategyId}&limit=100${cursor}`))
    executions.push(...page.items)
    if (page.nextCursor === null) return executions
    cursor = `&cursor=${page.nextCursor}`
  }
}

/** A switch or a question of the local chain. */
function rpc({ rpcUrl }: Devnet, method: string, params: readonly unknown[]): Promise<unknown> {
  return callRunning(Number(new URL(rpcUrl).port), method, params)
}

async function door({ url }: LocalWorker, name: string, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/bench/${name}`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`The agent failed at ${name}: ${await response.text()}`)
  return response.json()
}
