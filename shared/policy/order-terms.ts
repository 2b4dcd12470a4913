import { type Finding, type OrderGuardInput, pass, refuse } from './guard.ts'
import { entriesOf } from './sections.ts'

/** Seconds an order may live, as in contracts/src/guards/OrderTerms.sol. */
export const longestOrderLife = 300
/** Legs an order may have, heads of sections among them. */
const mostLegs = 16

/** Mirrors `OrderTerms.requireDeadline`. */
export function deadlineInReach({ order, at }: OrderGuardInput): Finding {
  if (at > order.deadline) return refuse('DeadlinePassed', `The deadline was ${order.deadline}.`)
  if (order.deadline - at > longestOrderLife) return refuse('DeadlineTooFar', `The deadline is ${order.deadline}.`)
  return pass
}

/** Mirrors `OrderTerms.requireIndex`. */
export function indexMatches({ order, progress }: OrderGuardInput): Finding {
  return order.executionIndex === progress.executionCount
    ? pass
    : refuse('WrongExecutionIndex', `The mandate stands at execution ${progress.executionCount}.`)
}

/** Mirrors `OrderTerms.requireLegs`: only what the legs sell of the order's own token must add up to its input. */
export function legsAddUp({ order, mandate }: OrderGuardInput): Finding {
  const { legs, amountIn } = order
  const entries = entriesOf(legs, mandate.sell, mandate.buy)
  if (entries === 0) return refuse('LegsMismatch', 'There are no legs.')
  if (entries > mostLegs) return refuse('LegsMismatch', `Legs and heads of sections are ${entries}.`)
  if (legs.some((leg) => leg.amountIn <= 0n)) return refuse('LegsMismatch', 'A leg has no input.')
  const sum = legs.filter(({ sell }) => sell === mandate.sell).reduce((total, leg) => total + leg.amountIn, 0n)
  return sum === amountIn ? pass : refuse('LegsMismatch', `The legs add up to ${sum}, the order is for ${amountIn}.`)
}
