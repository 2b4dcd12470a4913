import type { SlippageForecaster, VolatilityForecaster } from '../../../models/forecaster.ts'
import { squareRootSlippage } from '../../../models/slippage/square-root.ts'
import { ewmaVolatility } from '../../../models/volatility/ewma.ts'
import type { ChainDefinition } from '../../../shared/chain/chains/chain.ts'

/** What a decision is made with, besides its input: the chain's facts and the models in force. */
export interface DecisionContext {
  chain: ChainDefinition
  volatility: VolatilityForecaster
  slippage: SlippageForecaster
}

/** The baselines, which need no training. */
export function baselineContext(chain: ChainDefinition): DecisionContext {
  return { chain, volatility: ewmaVolatility, slippage: squareRootSlippage }
}
