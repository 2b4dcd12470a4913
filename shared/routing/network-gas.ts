import { priceAt } from './curve.ts'
import { gasOfFlows } from './direct-flow.ts'
import { type Flow, isExecutable } from './flow.ts'
import { type GasCost, gasOfLeg } from './gas.ts'
import { type Edge, longestPath, type Network, spotPrices } from './network.ts'
import { poolOfTwoFlows, type Solved, solveOn } from './network-solve.ts'

// Which pools of a network are worth their gas. From two sets, the pools of the flow with the most output and the best single
// path, pools are left out and paths added for as long as that gains. Duality says what is worth trying: at the prices of a
// solution, leaving out a pool loses at least what the pool gains there, and a path adds nothing whose first unit gives less
// than the solution's last.

/** Paths that are tried as additions, best first. */
const mostAdditions = 4
/** Pools a hop of a path that is tried with several of them, and how many such paths are. */
const widths = [2, 3, Number.POSITIVE_INFINITY]
const mostBroad = 12
/** Share of the output from which a leg's gas makes broad paths worth trying. */
const noticeableGas = 5e-5

interface Addition {
  edges: Edge[]
  /** Output for the first unit of input, base units. */
  price: number
}

/** The flows that leave most after gas. */
export function netOfGas(network: Network, gross: Solved, amountIn: number, gas: GasCost): Solved {
  const search = new Search(network, amountIn, gas)
  const starts = [
    search.within(
      gross.flows.map(({ edge }) => edge),
      gross,
    ),
    search.bestPath(),
  ]
  let best = gross
  for (const start of starts) {
    const found = start === null ? null : search.improve(start)
    if (found !== null && search.netOf(found) > search.netOf(best)) best = found
  }
  return best
}

class Search {
  readonly #network: Network
  readonly #amountIn: number
  readonly #gas: GasCost
  readonly #paths: number[][]
  readonly #spot: readonly number[]

  constructor(network: Network, amountIn: number, gas: GasCost) {
    this.#network = network
    this.#amountIn = amountIn
    this.#gas = gas
    this.#paths = tokenPaths(network)
    this.#spot = spotPrices(network)
  }

  netOf({ dual, flows }: Solved): number {
    return dual.bound - gasOfFlows(flows, this.#gas) * this.#gas.pricePerGas
  }

  /** The flows over these edges alone; null where they cannot be executed. */
  within(edges: readonly Edge[], near: Solved | null): Solved | null {
    const network = { tokens: this.#network.tokens, edges }
    const warm = near === null ? null : solveOn(network, this.#amountIn, near.dual.prices)
    const solved = warm ?? solveOn(network, this.#amountIn, null)
    return solved !== null && isExecutable(network, solved.flows) && poolOfTwoFlows(solved.flows) === null
      ? solved
      : null
  }

  /** The whole input over one path, pool by pool the one that leaves most after its gas. */
  bestPath(): Solved | null {
    let best: Solved | null = null
    for (const path of this.#paths) {
      const edges = this.#bestPools(path)
      const solved = edges === null ? null : this.within(edges, null)
      if (solved !== null && (best === null || this.netOf(solved) > this.netOf(best))) best = solved
    }
    return best
  }

  improve(start: Solved): Solved {
    let best = start
    for (;;) {
      const next = this.#fewer(best) ?? this.#more(best)
      if (next === null) return best
      best = next
    }
  }

  /** Without the pool whose gas is worth most more than it adds; null where each is worth its gas. */
  #fewer(from: Solved): Solved | null {
    const used = from.flows.map(({ edge }) => edge)
    let best: Solved | null = null
    for (const flow of from.flows) {
      if (this.#gainOf(flow, from) > this.#mostSaved(from.flows)) continue
      const candidate = this.within(
        used.filter((edge) => edge !== flow.edge),
        from,
      )
      if (candidate !== null && this.netOf(candidate) > this.netOf(best ?? from)) best = candidate
    }
    return best
  }

  /** With the path that gains most; null where none does. */
  #more(from: Solved): Solved | null {
    const used = new Set(from.flows.map(({ edge }) => edge))
    const [last] = from.dual.prices
    const isNew = ({ edges, price }: Addition) => price > (last ?? 0) && edges.some((edge) => !used.has(edge))
    const singles = this.#paths.map((path) => this.#addition(path, from)).filter(isNew)
    const broad = this.#gasMatters(from)
      ? this.#paths.flatMap((path) => widths.map((width) => this.#broadPath(path, width))).filter(isNew)
      : []
    singles.sort((one, other) => other.price - one.price)
    let best: Solved | null = null
    for (const { edges } of [...singles.slice(0, mostAdditions), ...broad.slice(0, mostBroad)]) {
      const candidate = this.#pruned(this.within([...new Set([...used, ...edges])], from))
      if (candidate !== null && this.netOf(candidate) > this.netOf(best ?? from)) best = candidate
    }
    return best
  }

  /** Whether a leg costs a share of the output that is worth a search. */
  #gasMatters(from: Solved): boolean {
    return this.#mostSaved(from.flows) > longestPath * noticeableGas * from.dual.bound
  }

  /** Without the pools that are not worth their gas. */
  #pruned(from: Solved | null): Solved | null {
    let best = from
    for (let next = best; next !== null; next = this.#fewer(next)) best = next
    return best
  }

  /** What a pool gains at the solution's prices: the least that is lost without it. */
  #gainOf({ edge, share }: Flow, { dual }: Solved): number {
    edge.curve.moveToInput(share.amount)
    return (dual.prices[edge.to] ?? 0) * edge.curve.amountOut - (dual.prices[edge.from] ?? 0) * share.amount
  }

  /** About the most gas that leaving out one pool saves: its own, and that of others which then carry nothing. */
  #mostSaved(flows: readonly Flow[]): number {
    let largest = 0
    for (const flow of flows) largest = Math.max(largest, gasOfFlows([flow], this.#gas))
    return largest * longestPath * this.#gas.pricePerGas
  }

  #bestPools(path: readonly number[]): Edge[] | null {
    const edges: Edge[] = []
    let amount = this.#amountIn
    for (const [position, from] of path.slice(0, -1).entries()) {
      const to = path[position + 1] ?? from
      let best: { edge: Edge; amountOut: number; net: number } | null = null
      for (const edge of this.#between(from, to)) {
        const { curve, venue, limit } = edge
        curve.moveToInput(amount)
        if (curve.standsAt > limit || curve.amountOut <= 0) continue
        const { schedule, pricePerGas } = this.#gas
        const gas = gasOfLeg(schedule, venue.pool, curve.crossings)
        const net = curve.amountOut * (this.#spot[to] ?? 0) - gas * pricePerGas
        if (best === null || net > best.net) best = { edge, amountOut: curve.amountOut, net }
      }
      if (best === null) return null
      edges.push(best.edge)
      amount = best.amountOut
    }
    return edges
  }

  /** The pools of a path that give most for the next unit, and what they give for it at the end. */
  #addition(path: readonly number[], { dual, flows }: Solved): Addition {
    const used = new Set(flows.map(({ edge }) => edge))
    const edges: Edge[] = []
    let price = 1
    for (const [position, from] of path.slice(0, -1).entries()) {
      const to = path[position + 1] ?? from
      let best: Edge | null = null
      let bestPrice = 0
      for (const edge of this.#between(from, to)) {
        // A pool in use stands at the ratio of the prices.
        const here = used.has(edge)
          ? (dual.prices[from] ?? 0) / (dual.prices[to] ?? 1)
          : edge.curve.firstU < edge.limit
            ? priceAt(edge.curve.firstU)
            : 0
        if (here > bestPrice) [best, bestPrice] = [edge, here]
      }
      if (best === null) return { edges: [], price: 0 }
      edges.push(best)
      price *= bestPrice
    }
    return { edges, price }
  }

  /** The best few pools of each hop of a path, since one alone may not be worth the gas of the hop that they share. */
  #broadPath(path: readonly number[], width: number): Addition {
    const edges: Edge[] = []
    let price = 1
    for (const [position, from] of path.slice(0, -1).entries()) {
      const pools = this.#between(from, path[position + 1] ?? from)
        .filter(({ curve, limit }) => curve.firstU < limit)
        .sort((one, other) => one.curve.firstU - other.curve.firstU)
      const [first] = pools
      edges.push(...pools.slice(0, width))
      price *= first === undefined ? 0 : priceAt(first.curve.firstU)
    }
    return { edges, price }
  }

  #between(from: number, to: number): Edge[] {
    return this.#network.edges.filter((edge) => edge.from === from && edge.to === to)
  }
}

/** All ways from the sold token to the bought one, by token, that are not too long and pass none twice. */
function tokenPaths({ tokens, edges }: Network): number[][] {
  const last = tokens.length - 1
  const next = tokens.map((_, from) => [...new Set(edges.filter((edge) => edge.from === from).map(({ to }) => to))])
  const paths: number[][] = []
  const extend = (path: readonly number[]) => {
    const end = path.at(-1) ?? 0
    if (end === last) paths.push([...path])
    else if (path.length <= longestPath) {
      for (const to of next[end] ?? []) if (!path.includes(to)) extend([...path, to])
    }
  }
  extend([0])
  return paths
}
