import type { DecisionInput, OrderStep } from '../../../shared/schema/decision.ts'

/** How an order goes out, and the slippage bound that this leaves it, basis points. */
export interface Orderflow {
  step: OrderStep
  boundBps: number
}

/**
 * Relays first. Only where the mandate's configuration allows it, and an attempt at this very slice died in the relays'
 * hands, the next attempt goes through the public pool: by a bound that is tighter, so that there is less to take.
 */
export function orderflowOf({ strategy, expiredAttempts }: DecisionInput, boundBps: number): Orderflow {
  const { orderflow } = strategy.configuration
  if (orderflow === 'never-public' || expiredAttempts === 0) return { step: 'private', boundBps }
  return { step: 'public', boundBps: Math.min(boundBps, orderflow.publicLastStep.slippageBps) }
}
