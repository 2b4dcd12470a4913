import type { GasSchedule } from './gas.ts'

/** Placeholder until measured. */
export const legGas: GasSchedule = {
  UniswapV2: 60_000,
  UniswapV3: 75_000,
  UniswapV4: 75_000,
  StableSwap: 120_000,
  crossing: 22_000,
}
