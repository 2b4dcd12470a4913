import { priceAt } from './curve.ts'
import { type Flow, flowsOf } from './flow.ts'
import { type GasCost, gasOfLeg } from './gas.ts'
import { type NetSplit, netSplit } from './net-split.ts'
import type { Edge, Network } from './network.ts'
import { moveAll, outputBound, outputOfAll, waterfill } from './waterfill.ts'

/** Flows for an input, and what bounds them. Amounts in base units of the bought token. */
export interface Solution {
  flows: Flow[]
  /** What no routing of this input can exceed, gas aside; of what is carried, where the pools cannot take all. */
  bound: number
  /** Output per further input at the end of the flows with the most output, base units. */
  marginalPrice: number
  /** The pools, or as many legs as are allowed, cannot take the input: the flows are what they can. */
  isExhausted: boolean
  /** What these flows save in gas against those with the most output. */
  gasSaved: number
  /** The flows with the most output, where gas has chosen others; else null. */
  gross: Flow[] | null
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
  const everything = flowsOf(network)
  if (u === Number.POSITIVE_INFINITY) return carried(network, mostInput(everything, maximumLegs))
  const bound = outputBound(edges, u, amountIn)
  const solution = { bound, marginalPrice: priceAt(u), isExhausted: false, gasSaved: 0, gross: null }
  const net = gas !== null && gas.pricePerGas > 0 ? netSplit(edges, costsOf(edges, gas), amountIn) : null
  const limited = net === null ? network : limitedTo(network, net)
  waterfill(limited.edges, amountIn)
  const flows = withFewerLegs(limited, amountIn, maximumLegs, outputOfAll(limited.edges))
  if (flows === null) return carried(network, mostInput(everything, maximumLegs))
  if (gas === null || net === null) return { ...solution, flows }
  const gasSaved = (gasOfFlows(everything, gas) - gasOfFlows(flows, gas)) * gas.pricePerGas
  return { ...solution, flows, gasSaved, gross: everything.length <= maximumLegs ? everything : null }
}

/** Flows each as far as its pool goes, with what bounds the input they carry. */
function carried(network: Network, flows: readonly Flow[]): Solution {
  const chosen = new Set(flows.map(({ edge }) => edge.venue))
  const full = network.edges.filter(({ venue }) => chosen.has(venue))
  moveAll(full, Number.POSITIVE_INFINITY)
  const atTheEnd = flowsOf({ tokens: network.tokens, edges: full })
  let amountIn = 0
  for (const { share } of atTheEnd) amountIn += share.amount
  const u = waterfill(network.edges, amountIn)
  const bound = u === Number.POSITIVE_INFINITY ? outputOfAll(network.edges) : outputBound(network.edges, u, amountIn)
  return { flows: atTheEnd, bound, marginalPrice: 0, isExhausted: true, gasSaved: 0, gross: null }
}

export function gasOfFlows(flows: readonly Flow[], { schedule }: GasCost): number {
  let gas = 0
  for (const { share } of flows) gas += gasOfLeg(schedule, share.venue.pool, share.crossings)
  return gas
}

function costsOf(edges: readonly Edge[], { schedule, pricePerGas }: GasCost) {
  return edges.map(({ venue }) => ({
    leg: gasOfLeg(schedule, venue.pool, 0) * pricePerGas,
    crossing: schedule.crossing * pricePerGas,
  }))
}

function limitedTo({ tokens, edges }: Network, { limits }: NetSplit): Network {
  return { tokens, edges: edges.map((edge, index) => ({ ...edge, limit: limits[index] ?? 0 })) }
}

/** The legs that take most. */
function mostInput(flows: readonly Flow[], maximumLegs: number): Flow[] {
  return flows.toSorted((one, other) => other.share.amount - one.share.amount).slice(0, maximumLegs)
}

/** Leaves out the smallest leg for as long as that costs next to nothing, or there are too many; null where fewer cannot carry it. */
function withFewerLegs(network: Network, amountIn: number, maximumLegs: number, best: number): Flow[] | null {
  let flows = flowsOf(network)
  for (;;) {
    const smallest = flows.reduce<Flow | null>(
      (least, flow) => (least === null || flow.share.amount < least.share.amount ? flow : least),
      null,
    )
    if (smallest === null || flows.length === 1) return flows
    if (flows.length <= maximumLegs && smallest.share.amount > amountIn * 0.01) return flows
    const rest = flows.filter((flow) => flow !== smallest).map(({ edge }) => edge)
    const isEnough = waterfill(rest, amountIn) !== Number.POSITIVE_INFINITY
    const isAsGood = isEnough && outputOfAll(rest) >= best * (1 - negligible)
    if (!isAsGood && flows.length <= maximumLegs) return flows
    if (!isEnough) return null
    flows = flowsOf({ tokens: network.tokens, edges: rest })
  }
}
