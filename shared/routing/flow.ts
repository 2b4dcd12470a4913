import { allocate, type PricedLeg, type Share } from './allocate.ts'
import type { Curve } from './curve.ts'
import type { Edge, Network } from './network.ts'

/** A share of a token that leaves through one edge. */
export interface Flow {
  edge: Edge
  share: Share
}

/** The edges that carry something where their curves stand; less than one base unit is nothing. */
export function flowsOf({ edges }: Network): Flow[] {
  return edges.flatMap((edge) => (edge.curve.amountIn >= 1 ? [{ edge, share: shareOf(edge) }] : []))
}

function shareOf({ venue, curve, limit }: Edge): Share {
  return { venue, amount: curve.amountIn, isHeld: isHeld(curve, limit), crossings: curve.crossings }
}

function isHeld({ standsAt }: Curve, limit: number): boolean {
  return limit < Number.POSITIVE_INFINITY && standsAt >= limit
}

/** Tokens in an order in which each has all its inflow before anything leaves it; null where the flows go in a circle. */
export function topologicalOrder({ tokens }: Network, flows: readonly Flow[]): number[] | null {
  const order: number[] = []
  const left = new Set(tokens.keys())
  while (left.size > 0) {
    const next = [...left].find((token) => flows.every(({ edge }) => edge.to !== token || !left.has(edge.from)))
    if (next === undefined) return null
    left.delete(next)
    order.push(next)
  }
  return order
}

/** Whether the flows can be executed one token after the other. */
export function isExecutable(network: Network, flows: readonly Flow[]): boolean {
  return topologicalOrder(network, flows) !== null
}

/** What came of executing flows in whole units. */
export interface Execution {
  legs: PricedLeg[]
  amountOut: bigint
  /** The same whole amounts through pools that do not round, base units of the bought token. */
  continuousOut: number
  /** Some token's balance was more than its pools could take. */
  isPartial: boolean
  /** Input that was taken, base units of the sold token. */
  amountIn: bigint
}

/**
 * Executes the flows token by token: each token's actual balance is shared over its edges in the flows' proportions, so what
 * one pool rounds away the next one never misses.
 */
export function execute(
  network: Network,
  flows: readonly Flow[],
  order: readonly number[],
  amountIn: bigint,
): Execution {
  const last = network.tokens.length - 1
  const balances = network.tokens.map((_, token) => (token === 0 ? amountIn : 0n))
  const continuous = network.tokens.map((_, token) => (token === 0 ? Number(amountIn) : 0))
  const result: Execution = { legs: [], amountOut: 0n, continuousOut: 0, isPartial: false, amountIn: 0n }
  for (const token of order) {
    const balance = balances[token] ?? 0n
    if (token === last || balance === 0n) continue
    const leaving = flows.filter(({ edge }) => edge.from === token)
    const legs = allocate(
      leaving.map(({ share }) => share),
      balance,
      token !== 0,
    )
    let taken = 0n
    for (const { quote } of legs) taken += quote.amountIn
    if (taken < balance) result.isPartial = true
    if (token === 0) result.amountIn = taken
    for (const leg of legs) {
      const edge = leaving.find((flow) => flow.edge.venue === leg.venue)?.edge
      if (edge === undefined) continue
      balances[edge.to] = (balances[edge.to] ?? 0n) + leg.quote.amountOut
      // The same share of a balance that no pool before has rounded.
      const share = Number(leg.quote.amountIn) / Number(taken)
      leg.venue.curve.moveToInput(token === 0 ? Number(leg.quote.amountIn) : (continuous[token] ?? 0) * share)
      continuous[edge.to] = (continuous[edge.to] ?? 0) + leg.venue.curve.amountOut
      result.legs.push(leg)
    }
  }
  result.amountOut = balances[last] ?? 0n
  result.continuousOut = continuous[last] ?? 0
  return result
}
