import type { StrategyConfiguration } from '../../../../shared/schema/strategy.ts'
import { almgrenChriss } from './almgren-chriss.ts'
import { dca } from './dca.ts'
import { pov } from './pov.ts'
import type { ScheduleInput } from './strategy-module.ts'
import { twap } from './twap.ts'
import { vwap } from './vwap.ts'

/**
 * What the strategy wants to sell now, base units. A new kind of strategy is one more file and one more case; the compiler
 * names this place when it is missing.
 */
export function wantedBy(input: ScheduleInput<StrategyConfiguration>): bigint {
  const { configuration } = input
  switch (configuration.kind) {
    case 'twap':
      return twap.wanted({ ...input, configuration })
    case 'dca':
      return dca.wanted({ ...input, configuration })
    case 'vwap':
      return vwap.wanted({ ...input, configuration })
    case 'pov':
      return pov.wanted({ ...input, configuration })
    case 'almgren-chriss':
      return almgrenChriss.wanted({ ...input, configuration })
  }
}
