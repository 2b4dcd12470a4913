import { legGas } from '../chain/generated/leg-gas.ts'
import type { GasSchedule } from './gas.ts'

/** What legs cost an order of the vault. Its router does not trade with StableSwap pools; their own `exchange` costs about this. */
export const vaultGas: GasSchedule = { ...legGas, StableSwap: 120_000 }
