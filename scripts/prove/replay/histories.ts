import { fewestOutcomes } from '../../../models/calibration.ts'
import type { Bar } from '../../../models/market/bar.ts'
import { measure, noHistory, seriesOf } from '../../../models/market/measure.ts'
import { baseFeeAfter } from '../../../shared/chain/base-fee.ts'
import { barSeconds } from '../../../shared/schema/bars.ts'
import type { CalibrationState } from '../../../shared/schema/calibration.ts'
import type { PriceHistory } from '../../../shared/schema/price-history.ts'
import type { Snapshot } from '../../../shared/schema/snapshot.ts'
import type { Random } from '../../devnet/random.ts'
import { averaged } from '../../training/asset.ts'

/** What a market did up to a time near the end of its bars; every eighth is made stranger than anything measured. */
export function historyOf(bars: readonly Bar[], random: Random): { history: PriceHistory; from: number } {
  const last = (bars.at(-1)?.openTime ?? 0) + barSeconds
  const from = last - Math.floor(random.uniform() * 430 * barSeconds)
  if (random.uniform() < 0.01) return { history: noHistory(from - (from % barSeconds)), from }
  const isPool = random.uniform() < 0.4
  const series = isPool ? seriesOf(bars.map(averaged), 'pool') : seriesOf(bars, 'candles')
  const history = measure(series, from)
  return { history: random.uniform() < 0.125 ? strange(history, random) : history, from }
}

/** Far outside of what the models were trained on, window by window. */
function strange(history: PriceHistory, random: Random): PriceHistory {
  const factor = () => Math.exp(60 * (random.uniform() - 0.5))
  const whole = factor()
  const isEven = random.uniform() < 0.5
  return {
    ...history,
    weighted: history.weighted === null || random.uniform() < 0.2 ? null : history.weighted * factor(),
    windows: history.windows.map((window) => {
      const times = isEven ? whole : factor()
      return {
        ...window,
        realised: window.realised * times,
        absolute: window.absolute * Math.sqrt(times),
        range: window.range === null ? null : window.range * (isEven ? times : factor()),
        downside: random.uniform() < 0.3 ? Math.round(random.uniform()) : window.downside,
        logReturn: window.logReturn * Math.sqrt(times),
      }
    }),
  }
}

/** Before any outcome, or after many. */
export function calibrationOf(random: Random): CalibrationState {
  const outcomes = random.uniform() < 0.3 ? 0 : fewestOutcomes + Math.floor(random.uniform() * 5000)
  const correction = () => (outcomes === 0 ? 0 : 2.1972 * (random.uniform() - 0.5))
  const corrections = [0, correction(), correction()]
  return { outcomes, corrections, misses: [0.5, 0.1, 0.01].map((share) => Math.floor(outcomes * share)) }
}

/** Tick cumulatives of a v3 pool over some hours, sampled as the agent does; a few are cut short or off the grid. */
export function ticksOf(bars: readonly Bar[], random: Random): { history: Snapshot['history']; at: number } {
  const count = Math.floor(random.uniform() * 48)
  const newest = Math.floor(random.uniform() * 200)
  const used = bars.slice(-(count + 1 + newest), bars.length - newest)
  const at = (used.at(-1)?.openTime ?? 0) + barSeconds + Math.floor(random.uniform() * barSeconds)
  const isOffGrid = random.uniform() < 0.1
  let cumulative = BigInt(Math.floor((random.uniform() - 0.5) * 1e13))
  const samples = used.map(({ openTime, open }) => {
    cumulative += BigInt(Math.round(Math.log(open) * 10_000) * barSeconds)
    return { age: at - openTime - barSeconds + (isOffGrid ? 1 : 0), cumulative }
  })
  return {
    at,
    history: {
      pool: '0x0000000000000000000000000000000000000500',
      secondsAgo: samples.map(({ age }) => age),
      tickCumulatives: samples.map(({ cumulative }) => cumulative),
    },
  }
}

/** Base fees as EIP-1559 moves them, in calm, full and empty times; a few histories are missing or impossible. */
export function feesOf(random: Random): Snapshot['fees'] {
  const demand = random.uniform()
  const spread = random.uniform()
  const length = Math.floor(random.uniform() * 21)
  let fee = BigInt(Math.floor(Math.exp(Math.log(1e5) + random.uniform() * Math.log(1e7))))
  const recentBlocks = Array.from({ length }, () => {
    const gasUsedRatio = Math.min(Math.max(demand + spread * (random.uniform() - 0.5), 0), 1)
    const block = { baseFeePerGas: fee, gasUsedRatio }
    fee = baseFeeAfter(fee, gasUsedRatio)
    return block
  })
  const kind = random.uniform()
  const nextBaseFeePerGas = kind < 0.05 ? null : kind < 0.1 ? fee + fee / 20n : fee
  const baseFeePerGas = recentBlocks.at(-1)?.baseFeePerGas ?? fee
  return {
    baseFeePerGas,
    priorityFeePerGas: BigInt(1 + Math.floor(random.uniform() * 3e9)),
    nextBaseFeePerGas,
    recentBlocks,
  }
}
