import { basisPointsOfOne, minimum } from '../../../../shared/chain/units.ts'
import type { StrategyConfiguration } from '../../../../shared/schema/strategy.ts'
import { leftForSlice, type ScheduleInput, type StrategyModule } from './strategy-module.ts'

type PovConfiguration = Extract<StrategyConfiguration, { kind: 'pov' }>

/**
 * Percentage of volume: a share of what the market turned over in an interval. What a slice missed is not caught up, since
 * the market it would have hidden in is past; and where the turnover is not known, nothing is wanted.
 */
export const pov: StrategyModule<PovConfiguration> = {
  kind: 'pov',
  wanted(input: ScheduleInput<PovConfiguration>): bigint {
    const { configuration, marketTurnover, now } = input
    if (now < configuration.start || marketTurnover === null) return 0n
    const share = (marketTurnover * BigInt(configuration.participationBps)) / basisPointsOfOne
    return minimum(share, leftForSlice(input))
  },
}
