import { barSeconds } from '../../shared/schema/bars.ts'
import type { StrategyConfiguration } from '../../shared/schema/strategy.ts'
import { wantedBy } from '../../workers/agent/decide/strategies/registry.ts'
import { mandateEnd, plannedSlices } from '../../workers/api/mandate-terms.ts'
import type { BacktestOptions } from './arguments.ts'
import type { CandleHistory } from './candle-history.ts'
import { type Cost, costOf, type Drawdown, drawdownOf } from './cost.ts'
import { type ParentOrder, parentOrderOf } from './decision-input.ts'
import { type WindowMarket, windowMarket } from './market.ts'
import type { Pair } from './pair.ts'
import { type Ending, runParent } from './parent-run.ts'
import type { Liquidity } from './pool-profiles.ts'
import { PoolsNow } from './pools-now.ts'
import type { ExampleFill } from './result.ts'
import { limitsFor } from './simulated-vault.ts'
import { type Arrival, gates, kinds, variantOf } from './strategies.ts'
import { depthOf, urgencyOf, varianceOf } from './urgency.ts'
import { tailSeconds } from './windows.ts'

/** What strategies measure before a start is from so much of it at most. */
const measuredSeconds = 28 * 86_400

export interface Stage {
  file: StrategyConfiguration
  pair: Pair
  candles: CandleHistory
  /** Of the chain's own currency. */
  nativeCandles: CandleHistory
  liquidity: Liquidity
  /** In which half of what a trade moved a pool is taken back, seconds, and where that is from. */
  refill: { seconds: number; source: string }
  options: BacktestOptions
}

/** One strategy in one window. */
export interface Run {
  name: string
  kind: StrategyConfiguration['kind']
  isGated: boolean
  cost: Cost
  drawdown: Drawdown
  filledPercent: number
  endings: Ending[]
  fills: ExampleFill[]
  filledBySlot: number[]
  plannedBySlot: number[] | null
}

export interface WindowResult {
  start: number
  arrivalUsd: number
  endUsd: number
  orderUsd: number
  urgency: number
  runs: Run[]
  prices: { at: number; usd: number }[]
}

/** Seconds from a window's start to the end of its mandate. */
export function windowLength(file: StrategyConfiguration): number {
  return Number(mandateEnd(file)) - file.start
}

/** All strategies, gated and not, in one window: the same market for each. Null where a candle of it is missing. */
export function compareIn(stage: Stage, start: number): WindowResult | null {
  const { file, pair, options } = stage
  const end = start + windowLength(file)
  const market = windowMarket(stage.candles, stage.nativeCandles, pair, options, { start, end: end + tailSeconds })
  if (market === null) return null
  const baseUsd = market.path.price(start)
  const whole = Number(file.total) / 10 ** pair.sell.decimals
  const orderUsd = pair.sell === pair.base ? whole * baseUsd : whole
  const arrival = arrivalOf(stage, market, orderUsd / Number(file.total))
  const runs = kinds.flatMap(({ kind, name }) => {
    const order = parentOrderOf(pair, variantOf(kind, file, pair, arrival))
    return gates(pair.chain, options.calmVolatility).map(({ isGated, context }): Run => {
      const execution = {
        liquidity: stage.liquidity,
        limits: limitsFor(orderUsd),
        refillSeconds: stage.refill.seconds,
        ...options,
      }
      const run = runParent(order, market, context, execution)
      const fills = run.fills.map(({ at, amountIn }) => {
        return { at, usd: market.path.price(at), percent: percentOf(amountIn, run.total) }
      })
      return {
        ...{ name, kind, isGated, fills },
        cost: costOf(order, market, run),
        drawdown: drawdownOf(order, market, run),
        filledPercent: percentOf(run.sold, run.total),
        endings: run.endings,
        filledBySlot: filledBySlot(order, fills),
        plannedBySlot: plannedBySlot(order),
      }
    })
  })
  const prices = Array.from({ length: Math.floor((end - start) / barSeconds) + 1 }, (_, index) => {
    const at = start + index * barSeconds
    return { at, usd: market.path.price(at) }
  })
  const { urgency } = arrival
  return { start, arrivalUsd: baseUsd, endUsd: market.path.price(end), orderUsd, urgency, runs, prices }
}

function arrivalOf(
  { file, pair, candles, liquidity, refill, options }: Stage,
  market: WindowMarket,
  unitUsd: number,
): Arrival {
  const { start } = market
  const before = candles.known(start - measuredSeconds, start)
  const pools = new PoolsNow(liquidity, pair, market.path, start, refill.seconds).at(start)
  const zeroForOne = BigInt(pair.sell.address) < BigInt(pair.buy.address)
  const urgency = urgencyOf({
    variance: varianceOf(before),
    depthUsd: depthOf(pools, zeroForOne, unitUsd),
    refillSeconds: refill.seconds,
    riskAversion: options.riskAversion,
    intervalSeconds: file.intervalSeconds,
    slices: Number(plannedSlices(file)),
  })
  return { start, baseUsd: market.path.price(start), worstPriceBps: options.worstPriceBps, before, urgency }
}

function percentOf(part: bigint, whole: bigint): number {
  return Number((part * 1_000_000n) / whole) / 10_000
}

/** Slots of the schedule, and those after it until the mandate ends. */
function slotsOf({ configuration, mandate }: ParentOrder): number {
  return Math.max(1, Math.ceil((mandate.end - configuration.start) / configuration.intervalSeconds))
}

function filledBySlot(order: ParentOrder, fills: readonly ExampleFill[]): number[] {
  const { start, intervalSeconds } = order.configuration
  return Array.from({ length: slotsOf(order) }, (_, slot) => {
    const end = start + (slot + 1) * intervalSeconds
    return fills.reduce((sum, { at, percent }) => (at < end ? sum + percent : sum), 0)
  })
}

/** What the schedule would have sold by the end of each slot, did each slice fill whole. */
function plannedBySlot(order: ParentOrder): number[] | null {
  const { configuration, mandate } = order
  if (configuration.kind === 'pov') return null
  let filled = 0n
  return Array.from({ length: slotsOf(order) }, (_, slot) => {
    const now = configuration.start + slot * configuration.intervalSeconds
    filled += wantedBy({ configuration, mandate, filled, reserved: 0n, slot, now, marketTurnover: null })
    return percentOf(filled, mandate.total)
  })
}
