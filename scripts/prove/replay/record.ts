import type { Bar } from '../../../models/market/bar.ts'
import { barSeconds } from '../../../shared/schema/bars.ts'
import type { Random } from '../../devnet/random.ts'
import { averaged } from '../../training/asset.ts'
import { decisionInput } from './decisions.ts'
import { calibrationOf, feesOf, historyOf, ticksOf } from './histories.ts'
import { stretchOf } from './markets.ts'
import type { InputKind, RecordedInput } from './recorded-input.ts'

/** Of twenty inputs, in this order. */
const turns: readonly InputKind[] = [
  ...(['market', 'decision', 'market', 'fees', 'market'] as const),
  ...(['market', 'market', 'decision', 'bars', 'market'] as const),
  ...(['market', 'market', 'fees', 'market', 'decision'] as const),
  ...(['market', 'ticks', 'market', 'decision', 'market'] as const),
]
/** So many inputs in a row are made from one stretch of a market. */
const inputsPerStretch = 20
/** Bars of an input that is measured by the runner: more would make the recording large, and say nothing new. */
const mostBars = 320

/** Seconds from quote to inclusion: from one block to five minutes. */
const latencies = [12, 24, 48, 60, 96, 300]

/** Makes inputs from markets: the same randomness gives the same inputs. */
export function* recordInputs(markets: readonly Bar[][], count: number, random: Random): Generator<RecordedInput> {
  let bars: Bar[] = []
  for (let index = 0; index < count; index++) {
    if (index % inputsPerStretch === 0) bars = stretchOf(chosen(markets, random), random)
    yield inputOf(turns[index % turns.length] ?? 'market', index, bars, random)
  }
}

function inputOf(kind: InputKind, index: number, bars: readonly Bar[], random: Random): RecordedInput {
  switch (kind) {
    case 'market': {
      const seconds = chosen(latencies, random)
      return { kind, ...historyOf(bars, random), seconds, calibration: calibrationOf(random) }
    }
    case 'bars': {
      const isPool = random.uniform() < 0.4
      const used = bars.slice(-Math.ceil(random.uniform() * mostBars))
      const at = (used.at(-1)?.openTime ?? 0) + barSeconds + Math.floor(random.uniform() * barSeconds)
      return { kind, source: isPool ? 'pool' : 'candles', bars: isPool ? used.map(averaged) : used, at }
    }
    case 'ticks':
      return { kind, ...ticksOf(bars, random) }
    case 'fees':
      return { kind, fees: feesOf(random) }
    case 'decision':
      return { kind, input: decisionInput(index, bars, random) }
  }
}

function chosen<Value>(values: readonly Value[], random: Random): Value {
  const value = values[Math.floor(random.uniform() * values.length)]
  if (value === undefined) throw new RangeError('There is nothing to choose from.')
  return value
}
