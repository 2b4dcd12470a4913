import { gasOfFlows, type Solution } from './direct-flow.ts'
import { isExecutable } from './flow.ts'
import type { GasCost } from './gas.ts'
import type { Network } from './network.ts'
import { netOfGas } from './network-gas.ts'
import { bestOf, type Solved, solve, solveOn } from './network-solve.ts'

/** Of the smallest flows, so many are tried as the one to leave out where there are too many. */
const mostCandidates = 3

/**
 * The best flow through a network, in doubles; null where no path leads to the bought token, or the pools, or as many legs as are
 * allowed, cannot carry the input. With gas, the pools that are worth it.
 */
export function networkSolution(
  network: Network,
  amountIn: number,
  gas: GasCost | null,
  maximumLegs: number,
): Solution | null {
  const gross = solve(network, amountIn)
  if (gross === null) return null
  const counted = gas !== null && gas.pricePerGas > 0
  const chosen = withFewerLegs(counted ? netOfGas(network, gross, amountIn, gas) : gross, amountIn, maximumLegs)
  if (chosen === null) return null
  const { bound, prices } = gross.dual
  const solution = { flows: chosen.flows, bound, marginalPrice: prices[0] ?? 0, isExhausted: false }
  if (!counted) return { ...solution, gasSaved: 0, gross: null }
  const gasSaved = (gasOfFlows(gross.flows, gas) - gasOfFlows(chosen.flows, gas)) * gas.pricePerGas
  return { ...solution, gasSaved, gross: gross.flows.length <= maximumLegs ? gross.flows : null }
}

/** Leaves out, of the smallest flows, the one that costs least, while there are too many; null where fewer cannot carry the input. */
function withFewerLegs(from: Solved, amountIn: number, maximumLegs: number): Solved | null {
  let best = from
  while (best.flows.length > maximumLegs) {
    const { dual, flows, network } = best
    const worthOf = ({ edge, share }: Solved['flows'][number]) => share.amount * (dual.prices[edge.from] ?? 0)
    const smallest = flows.toSorted((one, other) => worthOf(one) - worthOf(other)).slice(0, mostCandidates)
    const candidates = smallest.map((left) => {
      const edges = flows.flatMap((flow) => (flow === left ? [] : [flow.edge]))
      const solved = solveOn({ tokens: network.tokens, edges }, amountIn, null)
      return solved !== null && isExecutable(solved.network, solved.flows) ? solved : null
    })
    const next = bestOf(candidates)
    if (next === null) return null
    best = next
  }
  return best
}
