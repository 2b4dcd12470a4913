import type { StrategyConfiguration } from '../../../../shared/schema/strategy.ts'
import { catchUp, type ScheduleInput, type StrategyModule, totalOf } from './strategy-module.ts'

type TwapConfiguration = Extract<StrategyConfiguration, { kind: 'twap' }>

/**
 * Equal slices over a fixed schedule. After slice k of n, ⌊total·(k + 1)/n⌋ should have been sold: a slice wants what is
 * missing from that, so it catches up what earlier ones left, and the last one takes the remainder.
 */
export const twap: StrategyModule<TwapConfiguration> = {
  kind: 'twap',
  wanted(input: ScheduleInput<TwapConfiguration>): bigint {
    const { configuration, slot, now } = input
    if (now < configuration.start) return 0n
    const slicesDue = BigInt(Math.min(slot + 1, configuration.slices))
    return catchUp(input, (totalOf(input) * slicesDue) / BigInt(configuration.slices))
  },
}
