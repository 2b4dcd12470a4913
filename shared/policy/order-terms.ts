import { type Finding, type OrderGuardInput, pass, refuse } from './guard.ts'

/** Seconds an order may live, as in contracts/src/guards/OrderTerms.sol. */
export const longestOrderLife = 300
/** Legs an order may have. */
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

/** Mirrors `OrderTerms.requireLegs`. */
export function legsAddUp({ order }: OrderGuardInput): Finding {
  const { legs, amountIn } = order
  if (legs.length === 0 || legs.length > mostLegs) return refuse('LegsMismatch', `There are ${legs.length} legs.`)
  if (legs.some((leg) => leg <= 0n)) return refuse('LegsMismatch', 'A leg has no input.')
  const sum = legs.reduce((total, leg) => total + leg, 0n)
  return sum === amountIn ? pass : refuse('LegsMismatch', `The legs add up to ${sum}, the order is for ${amountIn}.`)
}
