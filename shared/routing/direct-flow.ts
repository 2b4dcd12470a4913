import { priceAt } from './curve.ts'
import { type Flow, flowsOf } from './flow.ts'
import type { GasCost } from './gas.ts'
import { type NetSplit, netSplit } from './net-split.ts'
import type { Edge, Network } from './network.ts'
import { outputBound, outputOfAll, waterfill } from './waterfill.ts'

/** Flows for an input, and what bounds them. Amounts in base units of the bought token. */
export interface Solution {
  flows: Flow[]
  /** What no routing of this input can exceed, gas aside. */
  bound: number
  /** Output per further input at the end of the flows with the most output, base units. */
  marginalPrice: number
  /** The pools cannot take the input. */
  isExhausted: boolean
  /** What these flows save in gas against those with the most output. */
  gasSaved: number
}

/** A leg may be left out where that costs no more than this share of the output: a twentieth of what a certificate tolerates. */
const negligible = 5e-8

/**
 * The best split over the pools of a pair, in doubles. Leaves out legs for their gas, or, where gas is not counted, those that
 * add next to nothing; never more legs than allowed.
 */
export function directSolution(network: Network, amountIn: number, gas: GasCost | null, maximumLegs: number): Solution {
  const { edges } = network
  const u = waterfill(edges, amountIn)
  const isExhausted = u === Number.POSITIVE_INFINITY
  const bound = isExhausted ? outputOfAll(edges) : outputBound(edges, u, amountIn)
  const everything = flowsOf(network)
  const gross = { bound, marginalPrice: isExhausted ? 0 : priceAt(u), isExhausted, gasSaved: 0 }
  if (isExhausted) return { ...gross, flows: mostInput(everything, maximumLegs) }
  if (gas === null || gas.pricePerGas <= 0) {
    return { ...gross, flows: withoutDust(network, amountIn, maximumLegs, bound) }
  }
  const net = netSplit(edges, costsOf(edges, gas), amountIn)
  if (net === null) return { ...gross, flows: everything }
  const limited = limitedTo(network, net)
  waterfill(limited.edges, amountIn)
  const flows = withoutDust(limited, amountIn, maximumLegs, outputOfAll(limited.edges))
  return { ...gross, flows, gasSaved: (gasOfFlows(everything, gas) - gasOfFlows(flows, gas)) * gas.pricePerGas }
}

export function gasOfFlows(flows: readonly Flow[], { schedule }: GasCost): number {
  let gas = 0
  for (const { share } of flows) gas += schedule[share.venue.pool.venue] + schedule.crossing * share.crossings
  return gas
}

function costsOf(edges: readonly Edge[], { schedule, pricePerGas }: GasCost) {
  return edges.map(({ venue }) => ({
    leg: schedule[venue.pool.venue] * pricePerGas,
    crossing: schedule.crossing * pricePerGas,
  }))
}

function limitedTo({ tokens, edges }: Network, { limits }: NetSplit): Network {
  return { tokens, edges: edges.map((edge, index) => ({ ...edge, limit: limits[index] ?? 0 })) }
}

/** The legs that take most; where liquidity runs out each takes what it can. */
function mostInput(flows: readonly Flow[], maximumLegs: number): Flow[] {
  return flows.toSorted((one, other) => other.share.amount - one.share.amount).slice(0, maximumLegs)
}

/** Leaves out the smallest leg for as long as that costs next to nothing, or there are too many. */
function withoutDust(network: Network, amountIn: number, maximumLegs: number, best: number): Flow[] {
  let flows = flowsOf(network)
  for (;;) {
    const smallest = flows.reduce<Flow | null>(
      (least, flow) => (least === null || flow.share.amount < least.share.amount ? flow : least),
      null,
    )
    if (smallest === null || flows.length === 1) return flows
    if (flows.length <= maximumLegs && smallest.share.amount > amountIn * 0.01) return flows
    const rest = flows.filter((flow) => flow !== smallest).map(({ edge }) => edge)
    const u = waterfill(rest, amountIn)
    const isEnough = u !== Number.POSITIVE_INFINITY && outputOfAll(rest) >= best * (1 - negligible)
    if (!isEnough && flows.length <= maximumLegs) return flows
    flows = flowsOf({ tokens: network.tokens, edges: rest })
  }
}
