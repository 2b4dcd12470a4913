import { toMillionths } from '../../../models/deterministic-math.ts'
import { isUsable } from '../../../models/forecaster.ts'
import { formatBps } from '../../../shared/chain/format.ts'
import { basisPointsOfOne, maximum, minimum } from '../../../shared/chain/units.ts'
import { worstPriceMinimumOut } from '../../../shared/policy/mandate-terms.ts'
import { type OracleQuote, oracleMinimumOut, oracleOut } from '../../../shared/policy/oracle-bound.ts'
import { shortfallBps } from '../../../shared/policy/shortfall.ts'
import { planRoute } from '../../../shared/routing/route.ts'
import type { DriftForecast, Forecast, Plan, Reason } from '../../../shared/schema/decision.ts'
import type { Mandate } from '../../../shared/schema/mandate.ts'
import { largestToleranceShare, smallestShareBps } from './bounds.ts'
import type { DecisionContext } from './context.ts'
import type { Market } from './market.ts'
import { planOf } from './plan.ts'
import { type Cap, type Size, tooSmall } from './size.ts'
import { refuse, type Stop } from './stop.ts'

/** A plan that fits between what the vault demands and what the pools give. */
export interface Route {
  plan: Plan
  minimumOut: bigint
  oracleOut: bigint
  slippage: Forecast
  /** What made the slice smaller than wanted; null where nothing did. */
  cap: Cap | null
}

export interface RouteInput {
  context: DecisionContext
  mandate: Mandate
  quote: OracleQuote
  /** The slippage bound in force, basis points. */
  boundBps: number
  volatility: Forecast
  drift: DriftForecast
  market: Market
}

export type RouteResult =
  | { ok: true; route: Route; slippage: Forecast }
  | { ok: false; stop: Stop; slippage: Forecast | null }

/** Splits the slice; while the pools would give too little for the bounds, tries half of it. */
export function routeOf(input: RouteInput, size: Size, wanted: bigint): RouteResult {
  let { amount, cap } = size
  for (;;) {
    const routed = planRoute({ ...input.market, amount: { kind: 'exactInput', amountIn: amount } })
    if (routed === null) return { ok: false, stop: refuse('SliceTooSmall'), slippage: null }
    const plan = planOf(routed)
    if (plan.amountIn < amount) {
      cap = { amount: plan.amountIn, reason: 'DepthExceeded', why: 'the pools may not be used further' }
      const dust = tooSmall({ amount: plan.amountIn, cap }, wanted)
      if (dust !== null) return { ok: false, stop: dust, slippage: null }
    }
    const slippage = slippageOf(input, plan)
    if (!isUsable(slippage)) return { ok: false, stop: refuse('ForecastUnavailable'), slippage: null }
    const terms = termsOf(input, plan, slippage)
    if (terms.floor <= terms.ceiling) {
      const { minimumOut, worth } = terms
      return { ok: true, route: { plan, minimumOut, oracleOut: worth, slippage, cap }, slippage }
    }
    const half = plan.amountIn / 2n
    if (half * basisPointsOfOne < wanted * BigInt(smallestShareBps)) {
      return { ok: false, stop: refuse(terms.bindingReason, terms.why), slippage }
    }
    amount = half
    cap = { amount, reason: terms.bindingReason, why: 'a larger slice would cost too much' }
  }
}

interface Terms {
  worth: bigint
  /** Least output that vault and mandate accept. */
  floor: bigint
  /** Most that may be demanded for inclusion to be realistic. */
  ceiling: bigint
  /** As tight as the drift until inclusion allows, within both. */
  minimumOut: bigint
  bindingReason: Extract<Reason, 'BelowOracleBound' | 'WorstPrice'>
  why: string
}

/** The exact cost of the plan, and the drift until the order's end of life: median, and 99 % either way. */
function slippageOf({ quote, volatility, drift }: RouteInput, plan: Plan): Forecast {
  const cost = shortfallBps(plan.expectedOut, oracleOut(quote, plan.amountIn))
  const [median = 0, , worst = 0] = drift.inUse
  return {
    model: drift.model,
    value: toMillionths(cost + median),
    low: toMillionths(cost - worst),
    high: toMillionths(cost + worst),
    note: volatility.note,
  }
}

function termsOf({ context, mandate, quote, boundBps, volatility }: RouteInput, plan: Plan, slippage: Forecast): Terms {
  const worth = oracleOut(quote, plan.amountIn)
  const oracleFloor = oracleMinimumOut(quote, plan.amountIn, boundBps)
  const worstPriceFloor = worstPriceMinimumOut(mandate, plan.amountIn)
  const floor = maximum(oracleFloor, worstPriceFloor)
  const ceiling = lessBps(plan.expectedOut, toleranceBps(volatility, context.chain.blockSeconds, boundBps))
  const tight = lessBps(plan.expectedOut, slippage.high - slippage.value)
  const isWorstPrice = worstPriceFloor > oracleFloor
  return {
    worth,
    floor,
    ceiling,
    minimumOut: minimum(maximum(floor, tight), ceiling),
    bindingReason: isWorstPrice ? 'WorstPrice' : 'BelowOracleBound',
    why: isWorstPrice
      ? 'The pools do not give more than it with room for a block’s move.'
      : `The pools give ${formatBps(slippage.value)} less than the oracle; the bound is ${formatBps(boundBps)}, and a block’s move must fit in it.`,
  }
}

const secondsPerYear = 31_536_000

/** The usual move of one block, so that an order does not fail by it; at most a share of the bound. Basis points. */
function toleranceBps(volatility: Forecast, blockSeconds: number, boundBps: number): number {
  const usualMove = volatility.value * Math.sqrt(blockSeconds / secondsPerYear) * 10_000
  return Math.min(usualMove, boundBps * largestToleranceShare)
}

/** amount·(1 − bps), rounded down, the ratio to a ten-thousandth of a basis point. */
function lessBps(amount: bigint, bps: number): bigint {
  const ratio = BigInt(Math.ceil(Math.min(Math.max(bps, 0), 10_000) * 10_000))
  const one = basisPointsOfOne * 10_000n
  return (amount * (one - ratio)) / one
}
