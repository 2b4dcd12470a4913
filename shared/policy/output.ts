import { type Finding, type OrderGuardInput, pass, refuse } from './guard.ts'

/** Predicts the check after the trade: what the vault will measure is here the plan's output. */
export function outputSuffices({ order }: OrderGuardInput): Finding {
  const { expectedOut, minimumOut } = order
  return expectedOut >= minimumOut
    ? pass
    : refuse('OutputTooLow', `The pools give ${expectedOut}, at least ${minimumOut} is due.`)
}
