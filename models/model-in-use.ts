import type { Artifacts } from './artifacts.ts'
import type { GasForecaster, SlippageForecaster, VolatilityForecaster } from './forecaster.ts'
import { baseFeeForecaster } from './gas/base-fee.ts'
import { artifacts } from './generated/artifacts.ts'
import { driftSlippage } from './slippage/drift.ts'
import { squareRootSlippage } from './slippage/square-root.ts'
import { ewmaVolatility } from './volatility/ewma.ts'
import { harNetVolatility, harVolatility } from './volatility/har.ts'

/** The forecasters that decide together. Each champion has a challenger, which takes over where it does worse. */
export interface Model {
  volatility: {
    champion: VolatilityForecaster
    challenger: VolatilityForecaster
    /** Needs no training: what the other two are never far from without somebody looking. */
    floor: VolatilityForecaster
  }
  slippage: { champion: SlippageForecaster; challenger: SlippageForecaster }
  gas: GasForecaster
}

/** The model of these artifacts. */
export function modelOf(trained: Artifacts): Model {
  return {
    volatility: {
      champion: harNetVolatility(trained),
      challenger: harVolatility(trained),
      floor: ewmaVolatility,
    },
    slippage: { champion: driftSlippage(trained), challenger: squareRootSlippage },
    gas: baseFeeForecaster,
  }
}

export const modelInUse: Model = modelOf(artifacts)

/**
 * The id on chain of the model in use, carried by every order and allowed by the vault: the registry's hash of its weights, of
 * the manifest of what it was trained on, and of the code that its forecasts run through.
 */
export const modelInUseId = artifacts.modelId
