import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { chainDefinition } from '../../shared/chain/chains/known.ts'
import type { Environment } from '../environment.ts'
import { Problem } from './problems.ts'

/** @throws Problem misconfigured where the agent knows nothing of the configured chain */
export function requireChain(environment: Environment): ChainDefinition {
  const chain = chainDefinition(environment.CHAIN_ID)
  if (chain !== undefined) return chain
  throw new Problem('misconfigured', `There is no chain definition for chain ${environment.CHAIN_ID}.`)
}
