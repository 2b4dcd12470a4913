import { decodeEventLog, type Hex, isHex, parseAbi } from 'viem'
import type { EventLog } from './block-simulation.ts'
import type { WorldPool } from './world-pools.ts'

const eventsAbi = parseAbi([
  'event Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick)',
  'event Swap(address indexed sender, uint256 amount0In, uint256 amount1In, uint256 amount0Out, uint256 amount1Out, address indexed to)',
  'event Sync(uint112 reserve0, uint112 reserve1)',
])

/** What some transactions did to one pool, all their swaps in it together. */
export interface PoolMove {
  pool: WorldPool
  zeroForOne: boolean
  /** Base units, fee included. */
  amountIn: bigint
  /** Base units. */
  amountOut: bigint
  /** How far the pool's price went, as the size of its logarithm. */
  priceMove: number
}

interface Flow {
  /** What the pool took in, in base units; negative: gave out. */
  amount0: bigint
  amount1: bigint
  /** Token1 for token0 in base units, after the last swap. */
  price: number
}

/** What the swaps among these events did to each of the pools (keyed by lower-case address), in the order of the events. */
export function poolMoves(logs: readonly EventLog[], pools: ReadonlyMap<string, WorldPool>): PoolMove[] {
  const flows = new Map<WorldPool, Flow>()
  for (const log of logs) {
    const pool = pools.get(log.address.toLowerCase())
    if (pool === undefined) continue
    const flow = flows.get(pool) ?? { amount0: 0n, amount1: 0n, price: Number.NaN }
    if (addEvent(flow, log)) flows.set(pool, flow)
  }
  return [...flows].flatMap(([pool, flow]) => {
    const { amount0, amount1 } = flow
    // A pool that only gave, or only took, was used for something else than a trade.
    if (amount0 > 0n === amount1 > 0n || amount0 === 0n || amount1 === 0n) return []
    const zeroForOne = amount0 > 0n
    const amountIn = zeroForOne ? amount0 : amount1
    const amountOut = zeroForOne ? -amount1 : -amount0
    return [{ pool, zeroForOne, amountIn, amountOut, priceMove: priceMoveOf(pool, flow) }]
  })
}

/** Base units that the pools gave and took in all, by token address; negative: took. */
export function netOutputs(moves: readonly PoolMove[]): Map<WorldPool['token0'], bigint> {
  const net = new Map<WorldPool['token0'], bigint>()
  for (const { pool, zeroForOne, amountIn, amountOut } of moves) {
    const [sold, bought] = zeroForOne ? [pool.token0, pool.token1] : [pool.token1, pool.token0]
    net.set(sold, (net.get(sold) ?? 0n) - amountIn)
    net.set(bought, (net.get(bought) ?? 0n) + amountOut)
  }
  return net
}

/** False for an event that is no swap. */
function addEvent(flow: Flow, { topics, data }: EventLog): boolean {
  const event = decoded(topics, data)
  if (event === undefined) return false
  if (event.eventName === 'Sync') {
    flow.price = Number(event.args.reserve1) / Number(event.args.reserve0)
    return true
  }
  if ('sqrtPriceX96' in event.args) {
    flow.amount0 += event.args.amount0
    flow.amount1 += event.args.amount1
    flow.price = (Number(event.args.sqrtPriceX96) / 2 ** 96) ** 2
  } else {
    flow.amount0 += event.args.amount0In - event.args.amount0Out
    flow.amount1 += event.args.amount1In - event.args.amount1Out
  }
  return true
}

function decoded(topics: readonly string[], data: string) {
  const [signature, ...indexed] = topics.filter((topic): topic is Hex => isHex(topic))
  if (signature === undefined || !isHex(data)) return undefined
  try {
    return decodeEventLog({ abi: eventsAbi, topics: [signature, ...indexed], data })
  } catch {
    return undefined
  }
}

/**
 * Along a constant product the average price, without the fee, is the geometric mean of the prices before and after; where
 * liquidity changes on the way this is an estimate.
 */
function priceMoveOf({ feePips }: WorldPool, { amount0, amount1, price }: Flow): number {
  const kept = 1 - feePips / 1e6
  const taken0 = Number(amount0) * (amount0 > 0n ? kept : 1)
  const taken1 = Number(amount1) * (amount1 > 0n ? kept : 1)
  return Math.abs(2 * Math.log(price / -(taken1 / taken0)))
}
