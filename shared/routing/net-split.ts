import { priceAt } from './curve.ts'
import { type Branch, waterfill } from './waterfill.ts'

// The best split net of gas. A leg costs gas as soon as it is used and again at every tick it crosses, so output net of gas is
// not concave and equal marginal prices are not enough: a pool may be better left out, or left just short of a tick.
//
// Relaxed with a price λ for the input, each pool decides for itself where to stop; the sum of what they gain bounds every
// split from above (Lagrangian duality), and where the stops stop adding up to the input on either side of the best λ they show
// which pools and ticks are worth their gas. From there on, single changes are tried until none gains.

/** What gas costs on a branch, base units of the bought token. */
export interface BranchCost {
  leg: number
  crossing: number
}

interface Found {
  /** u up to which each branch is used, in their order; 0 for those left out. */
  limits: number[]
  /** Output less gas, base units. */
  net: number
}

export interface NetSplit extends Found {
  /** What no split can exceed, net of gas. */
  bound: number
}

/** Rounds in which the common price is halved in on: 2^-30 of where it began. */
const bisectionRounds = 30
/** Share of the net below which a gain is not looked for. */
const negligible = 1e-9
/** Branches of which every set is tried. */
const mostEnumerated = 6
/** Sets from which the search goes on. */
const mostDetours = 4
/** Largest factor by which gas may push the price apart from where the split would be without. */
const widestSearch = 1.5

/**
 * The split of an input that gives most after gas; null where the branches together cannot take the input. Moves the curves.
 *
 * @param amountIn base units, positive
 */
export function netSplit(branches: readonly Branch[], costs: readonly BranchCost[], amountIn: number): NetSplit | null {
  const free = branches.map(({ limit }) => limit)
  const gross = waterfill(branches, amountIn)
  if (gross === Number.POSITIVE_INFINITY) return null
  const search = new Search(branches, costs, amountIn)
  let best: Found = { limits: free, net: search.netOf(free) }
  const { below, above, bound } = relaxed(branches, costs, amountIn, gross)
  for (const limits of startingPoints(below, above, free)) {
    const net = search.netOf(limits)
    if (net > best.net) best = { limits, net }
  }
  return { ...search.improve(best, free, bound), bound }
}

/** Stops on either side of the price at which they add up to the input, and the bound there. */
function relaxed(branches: readonly Branch[], costs: readonly BranchCost[], amountIn: number, gross: number) {
  let bound = Number.POSITIVE_INFINITY
  const at = (u: number) => {
    let gain = 0
    let total = 0
    const limits = branches.map(({ curve, limit }, index) => {
      const { leg, crossing } = costs[index] ?? { leg: 0, crossing: 0 }
      const highest = u < limit ? u : limit
      gain += curve.moveToBest(u, limit, leg, crossing)
      total += curve.amountIn
      return curve.amountIn === 0 ? 0 : curve.standsAt < highest ? curve.standsAt : limit
    })
    bound = Math.min(bound, priceAt(u) * amountIn + gain)
    return { limits, total }
  }
  // Where no gas is counted the shares add up to the input; gas only makes them smaller.
  let low = gross
  let high = gross
  let below = at(low)
  let above = below
  while (above.total < amountIn && high < gross * widestSearch) {
    high *= 1 + 2 * (high / gross - 1) + 1e-4
    above = at(high)
  }
  for (let round = 0; round < bisectionRounds; round++) {
    const middle = low + (high - low) / 2
    if (middle <= low || middle >= high) break
    const stops = at(middle)
    if (stops.total < amountIn) {
      low = middle
      below = stops
    } else {
      high = middle
      above = stops
    }
  }
  return { below: below.limits, above: above.limits, bound }
}

/** The stops above the price; those below it with each branch in turn let further. */
function startingPoints(below: readonly number[], above: readonly number[], free: readonly number[]): number[][] {
  const points = [[...above]]
  for (const [index, limit] of free.entries()) {
    points.push(below.with(index, limit))
    if (above[index] !== below[index]) points.push(below.with(index, above[index] ?? limit))
  }
  return points
}

/** Every set of the branches, as far as each may go; of many branches, those in use without one of them. */
function subsets(limits: readonly number[], free: readonly number[]): number[][] {
  if (free.length > mostEnumerated) return limits.flatMap((limit, index) => (limit > 0 ? [limits.with(index, 0)] : []))
  return Array.from({ length: (1 << free.length) - 1 }, (_, index) =>
    free.map((limit, position) => (((index + 1) >> position) & 1 ? limit : 0)),
  )
}

/** Tries limits on the branches and keeps what gains. */
class Search {
  readonly #branches: { curve: Branch['curve']; limit: number }[]
  readonly #costs: readonly BranchCost[]
  readonly #amountIn: number

  constructor(branches: readonly Branch[], costs: readonly BranchCost[], amountIn: number) {
    this.#branches = branches.map((branch) => ({ ...branch }))
    this.#costs = costs
    this.#amountIn = amountIn
  }

  /** Output less gas of the best split within these limits; −∞ where they leave too little room. Moves the curves. */
  netOf(limits: readonly number[]): number {
    for (const [index, branch] of this.#branches.entries()) branch.limit = limits[index] ?? 0
    const u = waterfill(this.#branches, this.#amountIn)
    if (u === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY
    let net = 0
    for (const [index, { curve }] of this.#branches.entries()) {
      const cost = this.#costs[index]
      // Less than one base unit is no leg.
      if (curve.amountIn < 1 || cost === undefined) continue
      net += curve.amountOut - cost.leg - cost.crossing * curve.crossings
    }
    return net
  }

  /**
   * Changes one branch, two at once where one gains nothing, and at last begins with other branches altogether, until nothing
   * gains or the bound is reached.
   */
  improve(from: Found, free: readonly number[], bound: number): Found {
    let best = from
    while (best.net < bound * (1 - negligible)) {
      const before = best
      best = this.#byOne(before, free)
      if (best === before) best = this.#byTwo(before, free)
      if (best === before) best = this.#byDetour(before, free)
      if (best === before) return best
    }
    return best
  }

  #byOne(from: Found, free: readonly number[]): Found {
    let best = from
    for (const { index, limit } of this.#changesOf(from.limits, free)) {
      best = this.#better(best, from.limits.with(index, limit))
    }
    return best
  }

  #byTwo(from: Found, free: readonly number[]): Found {
    const changes = this.#changesOf(from.limits, free)
    let best = from
    for (const one of changes) {
      for (const other of changes) {
        if (one.index >= other.index) continue
        best = this.#better(best, from.limits.with(one.index, one.limit).with(other.index, other.limit))
      }
    }
    return best
  }

  /** From the most promising sets of branches, each changed by one until nothing gains. */
  #byDetour(from: Found, free: readonly number[]): Found {
    let best = from
    const starts = subsets(from.limits, free).map((limits) => ({ limits, net: this.netOf(limits) }))
    starts.sort((one, other) => other.net - one.net)
    for (const start of starts.slice(0, mostDetours)) {
      let at: Found = start
      for (let next = this.#byOne(at, free); next !== at; next = this.#byOne(at, free)) at = next
      if (at.net > best.net) best = at
    }
    return best
  }

  #better(best: Found, limits: number[]): Found {
    const net = this.netOf(limits)
    return net > best.net ? { limits, net } : best
  }

  /** Each branch left out, held short of its last tick or of the next one, or let as far as it may go. */
  #changesOf(limits: readonly number[], free: readonly number[]): { index: number; limit: number }[] {
    this.netOf(limits)
    const stops = this.#branches.map(({ curve }) => ({ curve, amountIn: curve.amountIn, crossings: curve.crossings }))
    return stops.flatMap(({ curve, amountIn, crossings }, index) => {
      const most = free[index] ?? 0
      const candidates = [most]
      if (amountIn > 0) {
        candidates.push(0, Math.min(most, curve.uBeforeCrossing(crossings + 1)))
        if (crossings > 0) candidates.push(Math.min(most, curve.uBeforeCrossing(crossings)))
      }
      return [...new Set(candidates)].filter((limit) => limit !== limits[index]).map((limit) => ({ index, limit }))
    })
  }
}
