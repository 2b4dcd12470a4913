import type { DecisionInput, GasForecast } from '../../../shared/schema/decision.ts'
import { lifeBlocks } from './bounds.ts'
import type { DecisionContext } from './context.ts'

/** The base fee of the block the order aims at, and of the last one that may hold it. */
export function gasForecastOf({ snapshot }: DecisionInput, { gas }: DecisionContext): GasForecast {
  return { nextBlock: gas.forecast(snapshot.fees, 1), endOfLife: gas.forecast(snapshot.fees, 1 + lifeBlocks) }
}
