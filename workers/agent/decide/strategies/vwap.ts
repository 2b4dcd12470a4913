import type { StrategyConfiguration } from '../../../../shared/schema/strategy.ts'
import { catchUp, type ScheduleInput, type StrategyModule, totalOf } from './strategy-module.ts'

export type VwapConfiguration = Extract<StrategyConfiguration, { kind: 'vwap' }>

/**
 * Volume-weighted: after slice k as much should have been sold, of the total, as the profile expects of the schedule's volume
 * until the end of that slice. What earlier slices left is caught up, and the last one takes the remainder.
 */
export const vwap: StrategyModule<VwapConfiguration> = {
  kind: 'vwap',
  wanted(input: ScheduleInput<VwapConfiguration>): bigint {
    const { configuration, slot, now } = input
    if (now < configuration.start) return 0n
    const whole = profileUntil(configuration, configuration.slices)
    if (whole === 0n) return 0n
    const passed = profileUntil(configuration, Math.min(slot + 1, configuration.slices))
    return catchUp(input, (totalOf(input) * passed) / whole)
  },
}

const secondsPerHour = 3_600
const secondsPerDay = 86_400

/** Volume that the profile expects from the start to the end of so many slices: weights times seconds. */
export function profileUntil({ start, intervalSeconds, hourWeights }: VwapConfiguration, slices: number): bigint {
  return sinceEpoch(hourWeights, start + slices * intervalSeconds) - sinceEpoch(hourWeights, start)
}

/** Weights times seconds from the epoch's midnight to `time`; days in leap seconds' disregard are all alike. */
function sinceEpoch(hourWeights: readonly number[], time: number): bigint {
  const ofOneDay = hourWeights.reduce((sum, weight) => sum + weight * secondsPerHour, 0)
  const secondOfDay = time % secondsPerDay
  const ofThisDay = hourWeights.reduce((sum, weight, hour) => {
    const seconds = Math.min(Math.max(secondOfDay - hour * secondsPerHour, 0), secondsPerHour)
    return sum + weight * seconds
  }, 0)
  return BigInt(ofOneDay) * BigInt((time - secondOfDay) / secondsPerDay) + BigInt(ofThisDay)
}
