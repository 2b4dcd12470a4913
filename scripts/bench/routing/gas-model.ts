import type { GasCost, GasSchedule } from '../../../shared/routing/gas.ts'
import type { Route } from '../../../shared/routing/route.ts'
import { modelGas } from './smart-order-router.ts'

/** The smart order router's own constants for a route of one hop, as our schedule: for comparing like with like. */
export const peerSchedule: GasSchedule = {
  UniswapV2: modelGas(1, 0),
  UniswapV3: modelGas(1, 0),
  UniswapV4: modelGas(1, 0),
  StableSwap: modelGas(1, 0),
  crossing: modelGas(1, 1) - modelGas(1, 0),
}

export const gasPricesGwei = [1, 10, 30] as const

/** @param etherDollars dollars per ether @param buyDollars dollars per base unit of the bought token */
export function gasCostOf(gwei: number, etherDollars: number, buyDollars: number): GasCost {
  return { schedule: peerSchedule, pricePerGas: (gwei * 1e-9 * etherDollars) / buyDollars }
}

/** What a direct route burns by that model. */
export function gasOfRoute({ legs }: Route): number {
  return legs.reduce((gas, { crossings }) => gas + modelGas(1, crossings), 0)
}
