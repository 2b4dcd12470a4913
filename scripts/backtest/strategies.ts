import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import {
  basisPointsOfOne,
  divideRoundingUp,
  maximum,
  minimum,
  oneToken,
  worstPriceScale,
} from '../../shared/chain/units.ts'
import type { StrategyConfiguration } from '../../shared/schema/strategy.ts'
import { contextFor, type DecisionContext } from '../../workers/agent/decide/context.ts'
import { plannedSlices } from '../../workers/api/mandate-terms.ts'
import { BacktestError } from './backtest-error.ts'
import type { Candle } from './candle-history.ts'
import type { Pair } from './pair.ts'

const secondsPerHour = 3_600
const largestWeight = 100_000
const mostUrgency = 20_000_000

export type Kind = StrategyConfiguration['kind']

/** The kinds that are compared, and what people call them. */
export const kinds: readonly { kind: Kind; name: string }[] = [
  { kind: 'twap', name: 'TWAP' },
  { kind: 'dca', name: 'DCA' },
  { kind: 'vwap', name: 'VWAP' },
  { kind: 'pov', name: 'POV' },
  { kind: 'almgren-chriss', name: 'Almgren–Chriss' },
]

/** The agent as it is, and the same without its volatility gate. */
export function gates(
  chain: ChainDefinition,
  calmVolatility: number | null,
): { isGated: boolean; context: DecisionContext }[] {
  const agent = contextFor(chain)
  const gated = calmVolatility === null ? agent : { ...agent, calmVolatility }
  return [
    { isGated: true, context: gated },
    { isGated: false, context: { ...agent, calmVolatility: Number.POSITIVE_INFINITY } },
  ]
}

/** What is known when a parent order starts, from which its strategies' parameters follow. */
export interface Arrival {
  start: number
  /** USD of one base token. */
  baseUsd: number
  /** Worst price of the mandate, below the market on arrival. */
  worstPriceBps: number
  /** Candles of the weeks before that had closed by then. */
  before: readonly Candle[]
  /** κT of Almgren and Chriss, see `urgencyOf`. */
  urgency: number
}

/**
 * The same parent order by another kind: same tokens, total, interval and number of slices. What only that kind has comes from
 * the file where the file is of that kind, and is measured from before the start otherwise.
 */
export function variantOf(
  kind: Kind,
  file: StrategyConfiguration,
  pair: Pair,
  arrival: Arrival,
): StrategyConfiguration {
  const { sell, buy, total, maximumSlice, intervalSeconds, slippageBps, orderflow } = file
  const optional = {
    ...(file.relays === undefined ? {} : { relays: file.relays }),
    ...(file.maximumFeePerGas === undefined ? {} : { maximumFeePerGas: file.maximumFeePerGas }),
  }
  const terms = { sell, buy, total, maximumSlice, intervalSeconds, slippageBps, orderflow, ...optional }
  const common = { ...terms, start: arrival.start, worstPrice: worstPriceOf(pair, arrival) }
  const slices = Number(plannedSlices(file))
  switch (kind) {
    case 'twap':
      return { ...common, kind, slices }
    case 'dca': {
      const even = divideRoundingUp(total, BigInt(slices))
      return { ...common, kind, amountPerSlice: file.kind === kind ? file.amountPerSlice : even }
    }
    case 'vwap':
      return {
        ...common,
        kind,
        slices,
        hourWeights: file.kind === kind ? file.hourWeights : hourWeightsOf(arrival.before),
      }
    case 'pov': {
      const measured = participationOf(file, slices, pair, arrival)
      return { ...common, kind, slices, participationBps: file.kind === kind ? file.participationBps : measured }
    }
    case 'almgren-chriss': {
      const measured = Math.min(mostUrgency, Math.round(arrival.urgency * 1e6))
      return { ...common, kind, slices, urgencyMillionths: file.kind === kind ? file.urgencyMillionths : measured }
    }
  }
}

/** Units of the bought token per unit of the sold one, in the mandate's scale. */
function worstPriceOf(pair: Pair, { baseUsd, worstPriceBps }: Arrival): bigint {
  const { sell, buy, base } = pair
  // The price is a ratio of these two, to a hundred-millionth of a dollar.
  const price: [bigint, bigint] = [BigInt(Math.round(baseUsd * 1e8)), 100_000_000n]
  const [bought, sold] = sell === base ? price : [price[1], price[0]]
  const kept = basisPointsOfOne - BigInt(worstPriceBps)
  const numerator = worstPriceScale * bought * oneToken(buy.decimals) * kept
  return maximum(numerator / (sold * oneToken(sell.decimals) * basisPointsOfOne), 1n)
}

/** Mean volume of each hour of the day, UTC, in parts of the busiest. */
export function hourWeightsOf(candles: readonly Candle[]): number[] {
  const volumes = new Array<number>(24).fill(0)
  const counts = new Array<number>(24).fill(0)
  for (const candle of candles) {
    const hour = Math.floor(candle.openTime / secondsPerHour) % 24
    volumes[hour] = (volumes[hour] ?? 0) + volumeOf(candle)
    counts[hour] = (counts[hour] ?? 0) + 1
  }
  const means = volumes.map((volume, hour) => volume / Math.max(1, counts[hour] ?? 0))
  const busiest = Math.max(...means)
  if (!(busiest > 0)) throw new BacktestError('The candles say of no volume, which VWAP and POV need.')
  return means.map((mean) => Math.round((mean / busiest) * largestWeight))
}

/** The share with which the order would fill in its time, had the market the mean turnover of the weeks before; rounded up. */
function participationOf(
  file: StrategyConfiguration,
  slices: number,
  pair: Pair,
  { baseUsd, before }: Arrival,
): number {
  const turnover = before.reduce((sum, candle) => sum + volumeOf(candle) * candle.close, 0)
  const perSecond = turnover / (before.length * 300)
  const whole = Number(file.total) / 10 ** pair.sell.decimals
  const totalUsd = pair.sell === pair.base ? whole * baseUsd : whole
  const share = totalUsd / (perSecond * file.intervalSeconds * slices)
  if (!Number.isFinite(share)) throw new BacktestError('The candles say of no volume, which VWAP and POV need.')
  return Number(minimum(BigInt(Math.max(1, Math.ceil(share * 10_000))), basisPointsOfOne))
}

function volumeOf({ volume }: Candle): number {
  if (volume === null) throw new BacktestError('Some candles have no volume, which VWAP and POV need.')
  return volume
}
