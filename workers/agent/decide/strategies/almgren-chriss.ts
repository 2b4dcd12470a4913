import { exponential } from '../../../../models/deterministic-math.ts'
import type { StrategyConfiguration } from '../../../../shared/schema/strategy.ts'
import { catchUp, type ScheduleInput, type StrategyModule, totalOf } from './strategy-module.ts'

type AlmgrenChrissConfiguration = Extract<StrategyConfiguration, { kind: 'almgren-chriss' }>

/** What is unsold is counted in parts of this: fine enough for any schedule, and coarser than the last bits of a float. */
const wholeShare = 10n ** 12n

/**
 * The optimal trajectory of Almgren & Chriss, "Optimal execution of portfolio transactions" (2000), for linear impact: after
 * a share s of the schedule sinh(κT·(1 − s)) / sinh(κT) of the total is unsold. What earlier slices left is caught up, and
 * the last one takes the remainder.
 */
export const almgrenChriss: StrategyModule<AlmgrenChrissConfiguration> = {
  kind: 'almgren-chriss',
  wanted(input: ScheduleInput<AlmgrenChrissConfiguration>): bigint {
    const { configuration, slot, now } = input
    if (now < configuration.start) return 0n
    const { slices, urgencyMillionths } = configuration
    const slicesLeft = Math.max(slices - (slot + 1), 0)
    const unsold = unsoldShare(urgencyMillionths / 1e6, slicesLeft / slices)
    const unsoldParts = BigInt(Math.floor(unsold * Number(wholeShare)))
    return catchUp(input, (totalOf(input) * (wholeShare - unsoldParts)) / wholeShare)
  },
}

/**
 * Share of the total that is unsold when the share `timeLeft` of the schedule is left.
 *
 * @param urgency κT, not negative; 0 gives the straight line that it tends to
 * @param timeLeft from 0 to 1
 */
export function unsoldShare(urgency: number, timeLeft: number): number {
  if (urgency === 0) return timeLeft
  return hyperbolicSine(urgency * timeLeft) / hyperbolicSine(urgency)
}

function hyperbolicSine(x: number): number {
  return (exponential(x) - exponential(-x)) / 2
}
