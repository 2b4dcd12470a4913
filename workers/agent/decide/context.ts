import type { Hex } from 'viem'
import { type Model, modelInUse, modelInUseId } from '../../../models/model-in-use.ts'
import type { ChainDefinition } from '../../../shared/chain/chains/chain.ts'
import { calmVolatility } from './bounds.ts'

/** What a decision is made with, besides its input: the chain's facts and the model in use. */
export interface DecisionContext extends Model {
  chain: ChainDefinition
  modelId: Hex
  /** Annualised volatility up to which a slice keeps its size; Infinity never shrinks one. */
  calmVolatility: number
}

/** What the agent decides with. */
export function contextFor(chain: ChainDefinition): DecisionContext {
  return { chain, ...modelInUse, modelId: modelInUseId, calmVolatility }
}
