import { maximum, minimum } from '../../../../shared/chain/units.ts'
import type { Mandate } from '../../../../shared/schema/mandate.ts'
import type { StrategyConfiguration } from '../../../../shared/schema/strategy.ts'

/** What a strategy may look at when it says how much it wants. Amounts in base units of the sold token. */
export interface ScheduleInput<Configuration extends StrategyConfiguration> {
  configuration: Configuration
  mandate: Mandate
  /** Filled by the mandate, on chain. */
  filled: bigint
  /** Held by live orders of the mandate. */
  reserved: bigint
  /** Which slice of the schedule this is, from 0. */
  slot: number
  /** Time of the snapshot, seconds. */
  now: number
  /** What the market of the pair turned over during one interval, the newest one that is known; null where nobody knows. */
  marketTurnover: bigint | null
}

/** One kind of strategy: a pure function from its configuration, its progress and the time to the slice it wants now. */
export interface StrategyModule<Configuration extends StrategyConfiguration> {
  kind: Configuration['kind']
  /** Zero when nothing is due. Never more than the mandate leaves. */
  wanted(input: ScheduleInput<Configuration>): bigint
}

/** What the mandate leaves for one slice: its largest slice, and never more than is neither filled nor reserved. */
export function leftForSlice(input: ScheduleInput<StrategyConfiguration>): bigint {
  const { mandate, configuration, filled, reserved } = input
  const left = maximum(totalOf(input) - filled - reserved, 0n)
  return minimum(left, mandate.maximumSlice, configuration.maximumSlice)
}

/** What a schedule may have sold altogether. */
export function totalOf({ mandate, configuration }: ScheduleInput<StrategyConfiguration>): bigint {
  return minimum(mandate.total, configuration.total)
}

/** What is missing from the target, and never more than is left for one slice: earlier shortfalls are caught up. */
export function catchUp(input: ScheduleInput<StrategyConfiguration>, target: bigint): bigint {
  return minimum(maximum(target - input.filled - input.reserved, 0n), leftForSlice(input))
}
