import { checkpointFresh } from '../../../shared/policy/checkpoint.ts'
import { executorHolds } from '../../../shared/policy/executor.ts'
import type { GuardInput } from '../../../shared/policy/guard.ts'
import { mandateLive } from '../../../shared/policy/mandate-terms.ts'
import { modelMayTrade } from '../../../shared/policy/model.ts'
import { pricesKnown } from '../../../shared/policy/oracle-bound.ts'
import { configurationHash } from '../../../shared/schema/configuration-hash.ts'
import type { DecisionInput } from '../../../shared/schema/decision.ts'
import { refuse, refusedBy, type Stop, wait } from './stop.ts'

/** Whether anything may be traded at all, gravest reason first; null when nothing stands in the way. */
export function standing(input: DecisionInput, guardInput: GuardInput): Stop | null {
  return (
    refusedBy(pricesKnown(guardInput)) ??
    pauses(input) ??
    breaker(guardInput) ??
    mandate(input, guardInput) ??
    refusedBy(executorHolds(guardInput)) ??
    refusedBy(modelMayTrade(guardInput)) ??
    staleCheckpoint(guardInput)
  )
}

function pauses({ strategy, snapshot }: DecisionInput): Stop | null {
  if (snapshot.vault.paused) return wait('Paused')
  if (strategy.paused) return wait('StrategyPaused')
  return null
}

function breaker({ vault }: GuardInput): Stop | null {
  if (vault.tripped) return refuse('Tripped', `Incident ${vault.incident}.`)
  if (vault.suspended) return refuse('Suspended')
  if (!vault.isSealed) return refuse('NotSealed')
  return null
}

/** The mandate must be open, and be the one this strategy was signed for. */
function mandate({ strategy, mandate }: DecisionInput, guardInput: GuardInput): Stop | null {
  const { progress } = guardInput
  if (strategy.status === 'latched') return { verdict: 'latch', reason: 'Latched', detail: '' }
  if (progress.closed) return refuse('MandateClosed')
  if (!progress.open) return refuse('MandateMissing')
  if (mandate.strategy !== strategy.id) return refuse('MandateMissing', 'The mandate pays for another strategy.')
  const { configuration } = strategy
  if (mandate.configurationHash !== configurationHash(configuration)) {
    return refuse('MandateMissing', 'The mandate commits to another configuration of this strategy.')
  }
  if (mandate.sell !== configuration.sell || mandate.buy !== configuration.buy) {
    return refuse('MandateMissing', 'The mandate is for another pair of tokens.')
  }
  const live = refusedBy(mandateLive(guardInput))
  if (live?.reason === 'MandateNotStarted') return wait('MandateNotStarted')
  if (live !== null) return live
  return progress.executionCount >= mandate.maximumExecutions ? refuse('ExecutionsExhausted') : null
}

/** Anyone may take a checkpoint, so a stale one passes. */
function staleCheckpoint(guardInput: GuardInput): Stop | null {
  const { reason, detail } = checkpointFresh(guardInput)
  return reason === 'None' ? null : wait(reason, detail)
}
