import type { RoutablePool } from '../schema/pool.ts'

/** Gas of one leg by venue, without ticks crossed, and of each initialised tick crossed. */
export type GasSchedule = Record<RoutablePool['venue'] | 'crossing', number>

/** What gas costs a trade. */
export interface GasCost {
  schedule: GasSchedule
  /** Base units of the bought token per unit of gas. */
  pricePerGas: number
}

/** Gas of a leg through this pool with so many ticks crossed. */
export function gasOfLeg(schedule: GasSchedule, pool: RoutablePool, crossings: number): number {
  return schedule[pool.venue] + schedule.crossing * crossings
}

/** Gas of all these legs. */
export function gasOfLegs(schedule: GasSchedule, legs: readonly { pool: RoutablePool; crossings: number }[]): number {
  let gas = 0
  for (const { pool, crossings } of legs) gas += gasOfLeg(schedule, pool, crossings)
  return gas
}
