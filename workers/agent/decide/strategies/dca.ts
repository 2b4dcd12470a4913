import { minimum } from '../../../../shared/chain/units.ts'
import type { StrategyConfiguration } from '../../../../shared/schema/strategy.ts'
import { leftForSlice, type ScheduleInput, type StrategyModule } from './strategy-module.ts'

type DcaConfiguration = Extract<StrategyConfiguration, { kind: 'dca' }>

/** The same amount every interval until the total is filled. A missed slice is not caught up; the last one is smaller. */
export const dca: StrategyModule<DcaConfiguration> = {
  kind: 'dca',
  wanted(input: ScheduleInput<DcaConfiguration>): bigint {
    const { configuration, now } = input
    if (now < configuration.start) return 0n
    return minimum(configuration.amountPerSlice, leftForSlice(input))
  },
}
