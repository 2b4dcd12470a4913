import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { chainDefinition } from '../../shared/chain/chains/known.ts'
import { type Clock, clockFrom } from '../clock.ts'
import { type Bindings, type Env, type Environment, readEnvironment } from '../environment.ts'
import { openLadder, type PlacedRelay } from '../relays/ladder.ts'
import { contextFor, type DecisionContext } from './decide/context.ts'

/** What every part of the agent works with, opened once for each event. */
export interface Agent {
  bindings: Bindings
  environment: Environment
  chain: ChainDefinition
  clock: Clock
  database: DrizzleD1Database
  ladder: readonly PlacedRelay[]
  /** What decisions are made with. */
  context: DecisionContext
}

/** @throws Error with one sentence if a variable is missing or wrong, or the chain has no definition. */
export function openAgent(env: Env): Agent {
  const reading = readEnvironment(env)
  if (!reading.ok) throw new Error(reading.sentence)
  const { environment } = reading
  const chain = chainDefinition(environment.CHAIN_ID)
  if (chain === undefined) throw new Error(`Chain ${environment.CHAIN_ID} has no definition in shared/chain/chains.`)
  return {
    bindings: env,
    environment,
    chain,
    clock: clockFrom(environment),
    database: drizzle(env.DATABASE),
    ladder: ladderOf(environment, chain),
    context: contextFor(chain),
  }
}

const ladders = new WeakMap<Environment, readonly PlacedRelay[]>()

/** Opened once for each isolate: opening derives keys and may load a client. */
function ladderOf(environment: Environment, chain: ChainDefinition): readonly PlacedRelay[] {
  const ladder = ladders.get(environment) ?? openLadder(environment, chain)
  ladders.set(environment, ladder)
  return ladder
}
