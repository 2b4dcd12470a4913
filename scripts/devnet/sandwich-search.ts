import type { Address } from 'viem'
import { type BlockSlot, type SimulatedTransaction, simulateInOrder } from './block-simulation.ts'
import { goldenSection } from './golden-section.ts'
import { JsonRpcError, type RpcClient } from './json-rpc.ts'
import { gainsOf, type Prey, type Price, usdOf } from './sandwich-prey.ts'
import type { SignedTransaction, UnsignedTransaction } from './signed-transaction.ts'
import { poolMoves } from './swap-logs.ts'
import { buyCall, type PoolSwap, sellBackCall } from './trader-contract.ts'
import type { WorldPool } from './world-pools.ts'

/** A front-run is at least this much and at most that many times as large as the victim's own trade, in powers of two. */
const scales = { least: -4, most: 9 }
/** Sizes tried per victim; the last two lie within one percent of each other. */
const evaluations = 15
const gasPerHalf = 10_000_000n

export interface SearchParts {
  rpc: RpcClient
  slot: BlockSlot
  /** The contract with the money. */
  trader: Address
  pools: ReadonlyMap<string, WorldPool>
  price: Price
  /** What will already have happened in the block. */
  chosen: readonly SignedTransaction[]
}

/** A sandwich that was seen to succeed. */
export interface SandwichPlan {
  prey: Prey
  swaps: readonly PoolSwap[]
  /** What came back from each pool at least, for the sandwich to go on. */
  sales: readonly { pool: Address; minimumOutput: bigint }[]
  frontRunGas: bigint
  backRunGas: bigint
  /** USD, before gas. */
  gainUsd: number
  /** USD, after the base fee and before any tip. */
  netUsd: number
}

/** The most profitable size at which the victim still succeeds; undefined where none pays for its gas. */
export async function bestSandwich(
  parts: SearchParts,
  prey: Prey,
  attacker: Address,
): Promise<SandwichPlan | undefined> {
  let best: SandwichPlan | undefined
  const tried = async (scale: number) => {
    const plan = await sandwichAt(parts, prey, attacker, 2 ** scale)
    if (plan !== undefined && plan.netUsd > (best?.netUsd ?? 0)) best = plan
    return plan
  }
  // Gains only bend downwards as the size grows: what does not gain when small never does.
  const smallest = await tried(scales.least)
  if (smallest === undefined || smallest.gainUsd <= 0) return undefined
  const value = async (scale: number) => (await tried(scale))?.netUsd ?? Number.NEGATIVE_INFINITY
  await goldenSection(value, scales.least, scales.most, evaluations)
  return best
}

/** The front-run that is `scale` times as large as the victim's own trade; undefined where one of the transactions fails. */
export async function sandwichAt(
  parts: SearchParts,
  prey: Prey,
  attacker: Address,
  scale: number,
): Promise<SandwichPlan | undefined> {
  const { slot, trader } = parts
  const scaled = (amount: bigint) => BigInt(Math.round(Number(amount) * scale))
  const swaps = prey.moves.map(({ pool, zeroForOne, amountIn }) => ({ pool, zeroForOne, amountIn: scaled(amountIn) }))
  const fees = { maxFeePerGas: slot.baseFeePerGas, maxPriorityFeePerGas: 0n }
  const half = { from: attacker, to: trader, nonce: 0, gas: gasPerHalf, value: 0n, ...fees }
  const frontRun = { ...half, data: buyCall(swaps) }
  const backRun = { ...half, data: sellBackCall(swaps.map(({ pool }) => ({ pool: pool.address, minimumOutput: 0n }))) }
  const behind = [...parts.chosen, ...prey.before]
  const all = await succeededInOrder(parts, [...behind, frontRun, prey.victim, backRun], parts.chosen.length)
  const [bought, , sold] = all?.slice(behind.length) ?? []
  if (bought === undefined || sold === undefined) return undefined
  return judged(parts, { prey, swaps, bought, sold })
}

interface Tried {
  prey: Prey
  swaps: readonly PoolSwap[]
  bought: SimulatedTransaction<UnsignedTransaction>
  sold: SimulatedTransaction<UnsignedTransaction>
}

function judged({ slot, pools, price }: SearchParts, { prey, swaps, bought, sold }: Tried): SandwichPlan {
  const purchases = poolMoves(bought.logs, pools)
  const proceeds = poolMoves(sold.logs, pools)
  let gainUsd = 0
  for (const [token, gain] of gainsOf(bought.logs, sold.logs, pools)) gainUsd += usdOf(token, gain, price)
  const gasUsd = (Number((bought.gasUsed + sold.gasUsed) * slot.baseFeePerGas) / 1e18) * price('WETH')
  const sales = swaps.map(({ pool }) => {
    const spent = purchases.find((move) => move.pool === pool)?.amountIn ?? 0n
    const got = proceeds.find((move) => move.pool === pool)?.amountOut ?? 0n
    const difference = got > spent ? got - spent : spent - got
    // Somebody who comes in between may cost it half of what it gains there, not more.
    return { pool: pool.address, minimumOutput: got > difference / 2n ? got - difference / 2n : 0n }
  })
  const gas = { frontRunGas: bought.gasUsed, backRunGas: sold.gasUsed }
  return { prey, swaps, sales, ...gas, gainUsd, netUsd: gainUsd - gasUsd }
}

/** What the transactions do in order; undefined where one fails, other than among the first `given`. */
export async function succeededInOrder<Transaction extends UnsignedTransaction>(
  { rpc, slot }: Pick<SearchParts, 'rpc' | 'slot'>,
  transactions: readonly Transaction[],
  given = 0,
): Promise<SimulatedTransaction<Transaction>[] | undefined> {
  try {
    const results = await simulateInOrder(rpc, slot, transactions)
    return results.slice(given).every(({ succeeded }) => succeeded) ? results : undefined
  } catch (error) {
    // The chain itself refuses to run one of them.
    if (error instanceof JsonRpcError) return undefined
    throw error
  }
}
