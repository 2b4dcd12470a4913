import type { TokenDefinition } from '../../shared/chain/chains/chain.ts'
import type { EventLog, SimulatedTransaction } from './block-simulation.ts'
import type { SignedTransaction } from './signed-transaction.ts'
import { netOutputs, type PoolMove, poolMoves } from './swap-logs.ts'
import type { WorldPool } from './world-pools.ts'

/** A waiting transaction that moves a pool by more than it costs to trade there and back. */
export interface Prey {
  victim: SignedTransaction
  /** What its sender has waiting before it. */
  before: readonly SignedTransaction[]
  /** Its moves of the pools that are worth it. */
  moves: readonly PoolMove[]
  /** What a front-run as large as the victim's own trade would gain, in USD, to first order and before gas. */
  estimateUsd: number
}

/** USD per whole token. */
export type Price = (symbol: string) => number

/** What there is to take from one sender's waiting transactions, as each was seen to run after those before it. */
export function preyAmong(
  run: readonly SimulatedTransaction[],
  pools: ReadonlyMap<string, WorldPool>,
  price: Price,
): Prey[] {
  return run.flatMap(({ transaction, succeeded, logs }, index) => {
    if (!succeeded) return []
    const moves = poolMoves(logs, pools).filter((move) => margin(move) > 0)
    if (moves.length === 0) return []
    const before = run.slice(0, index).map((earlier) => earlier.transaction)
    const estimateUsd = moves.reduce((sum, move) => sum + margin(move) * soldUsd(move, price), 0)
    return [{ victim: transaction, before, moves, estimateUsd }]
  })
}

/** What the first unit of a front-run gains: the victim's move, less the fees of buying and selling. */
function margin({ pool, priceMove }: PoolMove): number {
  return priceMove - (2 * pool.feePips) / 1e6
}

function soldUsd({ pool, zeroForOne, amountIn }: PoolMove, price: Price): number {
  return usdOf(zeroForOne ? pool.token0 : pool.token1, amountIn, price)
}

export function usdOf({ symbol, decimals }: TokenDefinition, amount: bigint, price: Price): number {
  return (Number(amount) / 10 ** decimals) * price(symbol)
}

/** The token that these swaps gave most of, in USD, and how much of it in base units; undefined where there were none. */
export function mainOutput(
  logs: readonly EventLog[],
  pools: ReadonlyMap<string, WorldPool>,
  price: Price,
): { token: TokenDefinition; amount: bigint } | undefined {
  const outputs = [...netOutputs(poolMoves(logs, pools))].map(([token, amount]) => ({ token, amount }))
  const [largest] = outputs.toSorted((a, b) => usdOf(b.token, b.amount, price) - usdOf(a.token, a.amount, price))
  return largest
}

/** What a trader has of each token after buying and selling that he had not before, in base units. */
export function gainsOf(
  bought: readonly EventLog[],
  sold: readonly EventLog[],
  pools: ReadonlyMap<string, WorldPool>,
): ReadonlyMap<TokenDefinition, bigint> {
  const gains = netOutputs([...poolMoves(bought, pools), ...poolMoves(sold, pools)])
  return new Map([...gains].filter(([, gain]) => gain !== 0n))
}
