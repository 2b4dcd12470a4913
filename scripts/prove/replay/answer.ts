import { calibrated } from '../../../models/calibration.ts'
import { horizons } from '../../../models/forecaster.ts'
import { measure, seriesOf } from '../../../models/market/measure.ts'
import { poolBars } from '../../../models/market/pool-bars.ts'
import { modelInUse } from '../../../models/model-in-use.ts'
import { canonicalJson } from '../../../shared/audit/canonical-json.ts'
import { ethereum } from '../../../shared/chain/chains/1.ts'
import { contextFor } from '../../../workers/agent/decide/context.ts'
import { decide } from '../../../workers/agent/decide/decide.ts'
import { exactText } from './exact-text.ts'
import type { RecordedInput } from './recorded-input.ts'

/** All that the code says to one input: `text` has every bit of it, `outcome` is what it is counted under. */
export interface Answer {
  outcome: string
  text: string
}

/** What is thrown counts as an answer: it must be the same everywhere, too. */
export function answerTo(input: RecordedInput): Answer {
  try {
    return answer(input)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { outcome: `${input.kind}: RangeError`, text: `RangeError: ${error.message}` }
  }
}

function answer(input: RecordedInput): Answer {
  switch (input.kind) {
    case 'market': {
      const forecasts = marketForecasts(input)
      const { model } = forecasts.volatilities[0]?.champion ?? { model: 'none' }
      return { outcome: `market: ${input.history.source} by ${model}`, text: exactText(forecasts) }
    }
    case 'bars': {
      const history = measure(seriesOf(input.bars, input.source), input.at)
      return { outcome: `bars: ${history.source}`, text: exactText(history) }
    }
    case 'ticks': {
      const history = measure(seriesOf(poolBars(input.history, input.at), 'pool'), input.at)
      return { outcome: `ticks: ${history.source}`, text: exactText(history) }
    }
    case 'fees': {
      const blocks = Array.from({ length: 10 }, (_, index) => modelInUse.gas.forecast(input.fees, index + 1))
      return { outcome: blocks[9]?.note === '' ? 'fees: known' : 'fees: doubtful', text: exactText(blocks) }
    }
    case 'decision': {
      // In the bytes that the log keeps.
      const decision = decide(input.input, contextFor(ethereum))
      return { outcome: `decision: ${decision.verdict}`, text: canonicalJson(decision) }
    }
  }
}

type MarketInput = Extract<RecordedInput, { kind: 'market' }>

/** Every forecaster of volatility over both horizons, and of the drift for both sides, raw and as outcomes corrected it. */
function marketForecasts({ history, from, seconds, calibration }: MarketInput) {
  const { volatility, slippage } = modelInUse
  const volatilities = horizons.map((hours) => ({
    champion: volatility.champion.forecast(history, from, hours),
    challenger: volatility.challenger.forecast(history, from, hours),
    floor: volatility.floor.forecast(history, from, hours),
  }))
  const drifts = volatilities.flatMap(({ champion }) =>
    ([1, -1] as const).flatMap((side) =>
      [slippage.champion, slippage.challenger].map((model) => {
        const raw = model.quantiles({ history, volatility: champion, side, seconds })
        return { raw, calibrated: calibrated(calibration, raw) }
      }),
    ),
  )
  return { volatilities, drifts }
}
