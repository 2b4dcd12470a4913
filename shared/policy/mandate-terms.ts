import { multiplyDivideRoundingUp, worstPriceScale } from '../chain/units.ts'
import { type Mandate, mandateId } from '../schema/mandate.ts'
import { type Finding, type GuardInput, type OrderGuardInput, pass, refuse } from './guard.ts'

/** Mirrors `MandateTerms.requireLive`: the terms' digest must be the id that was opened. */
export function mandateLive(input: GuardInput): Finding {
  const { mandate, progress, vault, at } = input
  if (progress.closed) return refuse('MandateClosed', 'The mandate was closed.')
  if (!progress.open) return refuse('MandateUnknown', 'The mandate is not open.')
  const digest = mandateId(input.chainId, input.vaultAddress, mandate)
  if (digest !== input.mandateId.toLowerCase()) return refuse('MandateUnknown', `The terms are those of ${digest}.`)
  if (progress.latched) return refuse('MandateLatched', `It latched with ${progress.poorFills} poor fills in a row.`)
  if (progress.treasurerEpoch !== vault.treasurerEpoch) {
    return refuse('MandateLatched', 'An earlier treasurer signed it.')
  }
  if (at < mandate.start) return refuse('MandateNotStarted', `It starts at ${mandate.start}.`)
  if (at > mandate.end) return refuse('MandateEnded', `It ended at ${mandate.end}.`)
  return pass
}

/** The part of `MandateTerms.requireSlice` that depends on time alone: when the next execution may be. */
export function nextExecutionAt(mandate: Mandate, lastExecution: number): number {
  return lastExecution === 0 ? 0 : lastExecution + mandate.minimumInterval
}

/** Mirrors `MandateTerms.requireSlice`. */
export function sliceWithinMandate({ mandate, progress, order, at }: OrderGuardInput): Finding {
  const { amountIn } = order
  if (amountIn === 0n || amountIn > mandate.maximumSlice) {
    return refuse('SliceTooLarge', `The largest slice is ${mandate.maximumSlice}.`)
  }
  const next = nextExecutionAt(mandate, progress.lastExecution)
  if (at < next) return refuse('TooSoon', `The next execution may be at ${next}.`)
  if (progress.filled + amountIn > mandate.total) {
    return refuse('MandateExceeded', `${mandate.total - progress.filled} is left.`)
  }
  if (progress.executionCount >= mandate.maximumExecutions) {
    return refuse('ExecutionsExhausted', `${mandate.maximumExecutions} executions were allowed.`)
  }
  return pass
}

/** Least output that the mandate's worst price allows, rounded up; base units of the bought token. */
export function worstPriceMinimumOut(mandate: Mandate, amountIn: bigint): bigint {
  return multiplyDivideRoundingUp(amountIn, mandate.worstPrice, worstPriceScale)
}

/** Mirrors `MandateTerms.requireWorstPrice`. */
export function worstPriceKept({ mandate, order }: OrderGuardInput): Finding {
  const least = worstPriceMinimumOut(mandate, order.amountIn)
  return order.minimumOut >= least ? pass : refuse('WorstPrice', `At least ${least} is due.`)
}
