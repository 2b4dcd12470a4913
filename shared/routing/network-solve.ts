import type { RoutablePool } from '../schema/pool.ts'
import { type DualSolution, solveDual } from './dual.ts'
import { type Flow, flowsOf, isExecutable } from './flow.ts'
import type { Network } from './network.ts'

/** Imbalance up to which the pools count as able to take the input. */
const carries = 1e-6
/** Intermediate tokens of which every order is tried; further ones come after them as given. */
const mostOrdered = 4

/** Flows with the network and the dual they come from. */
export interface Solved {
  network: Network
  dual: DualSolution
  flows: Flow[]
}

/**
 * Flows that can be executed. Where prices are apart the best flow may go in a circle; then the intermediate tokens are put in an
 * order, flows lead only onwards in it, and the best order counts. A StableSwap pool trades one pair of its tokens, the best of them.
 */
export function solve(network: Network, amountIn: number): Solved | null {
  const free = solveInPairs(network, amountIn)
  if (free !== null && isExecutable(network, free.flows)) return free
  return bestOf(orders(network).map((ordered) => solveInPairs(ordered, amountIn)))
}

function solveInPairs(network: Network, amountIn: number): Solved | null {
  const solved = solveOn(network, amountIn, null)
  const shared = solved === null ? null : poolOfTwoFlows(solved.flows)
  if (shared === null) return solved
  return bestOf(onePairOf(shared, network).map((restricted) => solveInPairs(restricted, amountIn)))
}

/** The one with the most output; null where none is any. */
export function bestOf(candidates: readonly (Solved | null)[]): Solved | null {
  return candidates.reduce((found, next) => {
    return next !== null && (found === null || next.dual.bound > found.dual.bound) ? next : found
  }, null)
}

/** A pool that two flows pass through: its quotes hold for the first of them only. */
export function poolOfTwoFlows(flows: readonly Flow[]): RoutablePool | null {
  const seen = new Set<RoutablePool>()
  for (const { edge } of flows) {
    if (seen.has(edge.venue.pool)) return edge.venue.pool
    seen.add(edge.venue.pool)
  }
  return null
}

/** The network with only one of the pool's edges, for each of them. */
function onePairOf(pool: RoutablePool, { tokens, edges }: Network): Network[] {
  const others = edges.filter(({ venue }) => venue.pool !== pool)
  return edges.filter(({ venue }) => venue.pool === pool).map((edge) => ({ tokens, edges: [...others, edge] }))
}

/** Solves without asking whether the flows can be executed; null where the pools cannot carry the input. */
export function solveOn(network: Network, amountIn: number, warm: readonly number[] | null): Solved | null {
  const dual = solveDual(network, amountIn, warm)
  return dual === null || dual.imbalance > carries ? null : { network, dual, flows: flowsOf(network) }
}

/** The network with its intermediate tokens in every order; edges among them lead only onwards. */
function orders({ tokens, edges }: Network): Network[] {
  const last = tokens.length - 1
  const intermediates = Array.from({ length: last - 1 }, (_, index) => index + 1)
  const rest = intermediates.slice(mostOrdered)
  return permutations(intermediates.slice(0, mostOrdered)).map((order) => {
    const positions = new Map([0, ...order, ...rest, last].map((token, position) => [token, position]))
    return { tokens, edges: edges.filter(({ from, to }) => (positions.get(from) ?? 0) < (positions.get(to) ?? 0)) }
  })
}

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]]
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]))
}
