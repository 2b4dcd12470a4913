import { gasOfFlows, type Solution } from './direct-flow.ts'
import type { GasCost } from './gas.ts'
import type { Network } from './network.ts'
import { netOfGas } from './network-gas.ts'
import { solve } from './network-solve.ts'

/**
 * The best flow through a network, in doubles; null where no path leads to the bought token or the pools cannot carry the
 * input. With gas, the pools that are worth it.
 */
export function networkSolution(network: Network, amountIn: number, gas: GasCost | null): Solution | null {
  const gross = solve(network, amountIn)
  if (gross === null) return null
  const { bound, prices } = gross.dual
  const solution = { flows: gross.flows, bound, marginalPrice: prices[0] ?? 0, isExhausted: false, gasSaved: 0 }
  if (gas === null || gas.pricePerGas <= 0) return solution
  const net = netOfGas(network, gross, amountIn, gas)
  const gasSaved = (gasOfFlows(gross.flows, gas) - gasOfFlows(net.flows, gas)) * gas.pricePerGas
  return { ...solution, flows: net.flows, gasSaved }
}
