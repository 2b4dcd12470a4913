import type { Address } from 'viem'
import { maximumUint256, minimum } from '../chain/units.ts'
import type { RoutablePool } from '../schema/pool.ts'
import { type Certificate, certify, largestRoundingOf } from './certificate.ts'
import { directSolution, type Solution } from './direct-flow.ts'
import { type Execution, execute, type Flow, topologicalOrder } from './flow.ts'
import { type GasCost, gasOfLegs } from './gas.ts'
import { type LimitOf, type Network, networkOf, spotPrices } from './network.ts'
import { networkSolution } from './network-flow.ts'

/** What is to be traded; base units. */
export type RouteAmount = { kind: 'exactInput'; amountIn: bigint } | { kind: 'exactOutput'; amountOut: bigint }

export interface RouteRequest {
  pools: readonly RoutablePool[]
  sell: Address
  buy: Address
  amount: RouteAmount
  /** Tokens that a route may pass through besides; with none, only pools of the pair are used. */
  intermediates?: readonly Address[]
  /** What gas costs; without it the plan is the one with the most output. */
  gas?: GasCost | null
  /** How far each pool may be used, as u of its curve; without it, as far as it goes. */
  limitOf?: LimitOf
  /** Without it, as many as it takes. */
  maximumLegs?: number
}

export interface RouteLeg {
  pool: RoutablePool
  sell: Address
  buy: Address
  amountIn: bigint
  /** Exact, for the pools as given. */
  expectedOut: bigint
  /** Initialised ticks crossed. */
  crossings: number
}

/** A plan with its certificate. Amounts in base units. */
export interface Route extends Certificate {
  /** In an order in which they can be executed: each leg's input is there when its turn comes. */
  legs: RouteLeg[]
  amountIn: bigint
  expectedOut: bigint
  /** The pools could not take, or give, the whole amount: this is what they can. */
  partial: boolean
  /** What the plan's gas costs, in the bought token; 0 where gas was not counted. */
  gasOut: bigint
}

const noLimit: LimitOf = () => Number.POSITIVE_INFINITY

/**
 * The way to trade an amount that gives most, net of gas where that is counted, with how far any other way could be above it.
 * Null where nothing can be traded. Doubles choose the split, whose error counts only in second order; bigints price it.
 */
export function planRoute(request: RouteRequest): Route | null {
  const { pools, sell, buy, amount, intermediates = [], gas = null, limitOf = noLimit } = request
  const network = networkOf(pools, sell, buy, intermediates, limitOf)
  const planner = new Planner(network, gas, request.maximumLegs ?? Number.POSITIVE_INFINITY)
  return amount.kind === 'exactInput' ? planner.ofInput(amount.amountIn) : planner.ofOutput(amount.amountOut)
}

/** Whether any path leads from the sold token to the bought one. */
export function isReachable({ pools, sell, buy, intermediates = [] }: Omit<RouteRequest, 'amount'>): boolean {
  return (spotPrices(networkOf(pools, sell, buy, intermediates, noLimit))[0] ?? 0) > 0
}

/** Factor by which an input is lowered until a network can carry it, then rounds of halving to this share of the most. */
const bracket = 1024
const capacityRounds = 50
const capacityResolution = 1e-9
/** No token has more units than a 256-bit number. */
const mostOfAnything = Number(maximumUint256)
/** Rounds of Newton's method towards an exact output; the output is concave in the input, so it closes in from below. */
const outputRounds = 40

class Planner {
  readonly #network: Network
  readonly #gas: GasCost | null
  readonly #maximumLegs: number

  constructor(network: Network, gas: GasCost | null, maximumLegs: number) {
    this.#network = network
    this.#gas = gas
    this.#maximumLegs = maximumLegs
  }

  ofInput(amountIn: bigint): Route | null {
    if (amountIn <= 0n) return null
    const wanted = Math.min(Number(amountIn), mostOfAnything)
    const solution = this.#solve(wanted) ?? this.#mostCarried(wanted)
    if (solution === null) return null
    const gross = solution.gross === null ? null : { ...solution, flows: solution.gross, gasSaved: 0 }
    const routes = [solution, gross, this.#direct(wanted)].map((candidate) => this.#routeOf(candidate, amountIn))
    return routes.reduce(better, null) ?? this.#smallest(solution, amountIn)
  }

  ofOutput(amountOut: bigint): Route | null {
    const first = spotPrices(this.#network)[0] ?? 0
    if (amountOut <= 0n || !(first > 0)) return null
    const wanted = Math.min(Number(amountOut), mostOfAnything)
    let amountIn = wanted / first
    for (let round = 0; round < outputRounds; round++) {
      const solution = this.#solve(amountIn)
      if (solution === null || solution.isExhausted) return this.#most(amountIn, amountOut)
      const missing = wanted - solution.bound
      const next = amountIn + missing / solution.marginalPrice
      if (!(next > amountIn * (1 + 1e-15))) break
      amountIn = next
    }
    return this.#smallestInput(BigInt(Math.floor(amountIn)), amountOut, first)
  }

  /** The smallest input, near the estimate, whose plan gives at least the output in whole units. */
  #smallestInput(estimate: bigint, amountOut: bigint, price: number): Route | null {
    let tooLittle = 0n
    let amountIn = estimate > 0n ? estimate : 1n
    let enough: Route | null = null
    for (let step = 1n; enough === null; step *= 2n) {
      // Whole units may never get there, although parts of them would.
      if (amountIn > maximumUint256) return null
      const route = this.ofInput(amountIn)
      if (route?.partial === true) return { ...route, partial: route.expectedOut < amountOut }
      const out = route?.expectedOut ?? 0n
      if (route !== null && out >= amountOut) enough = route
      else {
        tooLittle = amountIn
        const missing = BigInt(Math.ceil(Number(amountOut - out) / price))
        amountIn += missing > step ? missing : step
      }
    }
    for (let span = 1n; tooLittle === 0n && enough.amountIn > span; span *= 2n) {
      const route = this.ofInput(enough.amountIn - span)
      if (route === null || route.expectedOut < amountOut) tooLittle = enough.amountIn - span
      else enough = route
    }
    while (enough.amountIn - tooLittle > 1n) {
      const middle = (enough.amountIn + tooLittle) / 2n
      const route = this.ofInput(middle)
      if (route !== null && route.expectedOut >= amountOut) enough = route
      else tooLittle = middle
    }
    return enough
  }

  /** All that the pools give, where the output wanted is more. */
  #most(amountIn: number, amountOut: bigint): Route | null {
    const route = this.ofInput(BigInt(Math.ceil(Math.min(amountIn, mostOfAnything))))
    return route === null ? null : { ...route, partial: route.expectedOut < amountOut }
  }

  #solve(amountIn: number): Solution | null {
    return this.#network.tokens.length === 2
      ? directSolution(this.#network, amountIn, this.#gas, this.#maximumLegs)
      : networkSolution(this.#network, amountIn, this.#gas, this.#maximumLegs)
  }

  /** Only the pools of the pair, where gas may make them the better choice. */
  #direct(amountIn: number): Solution | null {
    const { tokens, edges } = this.#network
    const last = tokens.length - 1
    if (last === 1 || this.#gas === null) return null
    const network = { tokens, edges: edges.filter(({ from, to }) => from === 0 && to === last) }
    return directSolution(network, amountIn, this.#gas, this.#maximumLegs)
  }

  /** The most of an input that the network can carry. */
  #mostCarried(amountIn: number): Solution | null {
    let high = amountIn
    let low = high / bracket
    let best = this.#solve(low)
    while (best === null && low >= 1) {
      high = low
      low /= bracket
      best = this.#solve(low)
    }
    if (best === null) return null
    for (let round = 0; round < capacityRounds && high - low > low * capacityResolution; round++) {
      const middle = low + (high - low) / 2
      const solution = this.#solve(middle)
      if (solution === null) high = middle
      else {
        low = middle
        best = solution
      }
    }
    return { ...best, isExhausted: true, gross: null }
  }

  #routeOf(solution: Solution | null, amountIn: bigint): Route | null {
    if (solution === null) return null
    const order = topologicalOrder(this.#network, solution.flows)
    if (order === null) return null
    const carried = solution.isExhausted ? minimum(amountIn, inputOf(solution.flows)) : amountIn
    const execution = execute(this.#network, solution.flows, order, carried)
    return this.#certified(solution, execution, amountIn)
  }

  #certified(solution: Solution, execution: Execution, amountIn: bigint): Route | null {
    const { legs, amountOut: expectedOut, continuousOut } = execution
    if (expectedOut === 0n) return null
    const gas = this.#gas
    // What a leg rounds away of a token is worth what the token fetches.
    const prices = spotPrices(this.#network)
    let largestRounding = 1
    for (const leg of legs) {
      const price = prices[this.#network.tokens.indexOf(leg.venue.buy)] ?? 0
      largestRounding += largestRoundingOf(leg) * price
    }
    const routeLegs = legs.map(({ venue: { pool, sell, buy }, quote }) => {
      return { pool, sell, buy, amountIn: quote.amountIn, expectedOut: quote.amountOut, crossings: quote.crossings }
    })
    const gasOut = gas === null ? 0n : BigInt(Math.ceil(gasOfLegs(gas.schedule, routeLegs) * gas.pricePerGas))
    const { bound, gasSaved } = solution
    const certificate = certify({ bound, expectedOut, continuousOut, largestRounding, gasSaved })
    const partial = execution.amountIn < amountIn || execution.isPartial
    return { legs: routeLegs, amountIn: execution.amountIn, expectedOut, partial, gasOut, ...certificate }
  }

  /** An input too small to show in doubles goes where the first unit gives most. */
  #smallest(solution: Solution, amountIn: bigint): Route | null {
    if (solution.isExhausted) return null
    const last = this.#network.tokens.length - 1
    let best: Flow | null = null
    for (const edge of this.#network.edges) {
      const { venue, curve, limit } = edge
      if (edge.from !== 0 || edge.to !== last || curve.moveToInput(Number(amountIn)) > limit) continue
      if (best === null || curve.firstU < best.edge.curve.firstU) {
        best = { edge, share: { venue, amount: 1, isHeld: false, crossings: 0 } }
      }
    }
    return best === null ? null : this.#routeOf({ ...solution, flows: [best], gasSaved: 0 }, amountIn)
  }
}

/** What flows leave the sold token, whole base units. */
function inputOf(flows: readonly Flow[]): bigint {
  let sum = 0
  for (const { edge, share } of flows) if (edge.from === 0) sum += share.amount
  return BigInt(Math.ceil(sum))
}

/** The one that takes more of the input, and of such the one that leaves more after gas; the first of equals. */
function better(one: Route | null, other: Route | null): Route | null {
  if (one === null || other === null) return one ?? other
  if (one.amountIn !== other.amountIn) return other.amountIn > one.amountIn ? other : one
  return other.expectedOut - other.gasOut > one.expectedOut - one.gasOut ? other : one
}
