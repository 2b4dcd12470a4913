import { planRoute, type Route } from '../../../shared/routing/route.ts'
import { type BenchCase, type CaseClass, classOf, requestOf } from './cases.ts'
import { holds } from './execution.ts'
import type { Hop } from './hops.ts'
import type { blocksOf } from './new-block.ts'
import type { SearchResult, SmartOrderRouter } from './smart-order-router.ts'
import { shortfallBps } from './statistics.ts'
import { timeWarm } from './timing.ts'
import type { Tines } from './tines.ts'

/** One case as it is printed. Amounts are base units, as strings; null where there is nothing: no route, no such peer. */
export interface CaseResult {
  set: string
  sell: string
  buy: string
  usd: number
  amountIn: string
  out: string | null
  upperBound: string | null
  gapBps: number | null
  roundingBps: number | null
  /** The same pools again. */
  cpuMs: number
  /** The same ticks at another price, as after a swap. */
  newBlockMs: number
  /** The mean of the same calls: new pools leave garbage, which has to be collected. */
  newBlockMeanMs: number
  /** Shortfall of `getBestSwapRoute` below our upper bound, with a grid of 5 %. */
  smartOrderRouterBps: number | null
  smartOrderRouter10Bps: number | null
  /** Its search alone, at 5 %. */
  smartOrderRouterMs: number | null
  tinesBps: number | null
  tinesMs: number | null
  class: CaseClass
  legs: number
  partial: boolean
  /** The legs give what the route says when they are executed one by one. */
  holds: boolean
}

/** Our part of a case. */
export function measureCase(
  trade: BenchCase,
  hops: readonly Hop[],
  nextBlock: ReturnType<typeof blocksOf>,
): CaseResult {
  const request = requestOf(trade)
  const route = planRoute(request)
  const cpuMs = timeWarm(planRoute, () => request).median
  const newBlock = timeWarm(planRoute, () => ({ ...request, pools: nextBlock() }))
  return {
    set: trade.set.name,
    sell: trade.sell.symbol,
    buy: trade.buy.symbol,
    usd: trade.usd,
    amountIn: trade.amountIn.toString(),
    ...certificateOf(route),
    cpuMs,
    newBlockMs: newBlock.median,
    newBlockMeanMs: newBlock.mean,
    smartOrderRouterBps: null,
    smartOrderRouter10Bps: null,
    smartOrderRouterMs: null,
    tinesBps: null,
    tinesMs: null,
    class: classOf(trade),
    legs: route?.legs.length ?? 0,
    partial: route?.partial ?? false,
    holds: route === null || holds(route, trade, hops),
  }
}

export interface Peers {
  smartOrderRouter: SmartOrderRouter | null
  tines: Tines | null
}

/** The case with what the other routers make of it. */
export async function withPeers(
  result: CaseResult,
  trade: BenchCase,
  hops: readonly Hop[],
  { smartOrderRouter, tines }: Peers,
): Promise<CaseResult> {
  const search = async (stepPercent: 5 | 10) =>
    (await smartOrderRouter?.search(trade, hops, { stepPercent, pricePerGas: 0 })) ?? null
  const [fine, coarse] = [await search(5), await search(10)]
  const pieces = tines?.findRoute(trade, hops) ?? null
  const below = (found: Pick<SearchResult, 'amountOut'> | null) =>
    result.upperBound === null || found === null ? null : shortfallBps(BigInt(result.upperBound), found.amountOut)
  return {
    ...result,
    smartOrderRouterBps: below(fine),
    smartOrderRouter10Bps: below(coarse),
    smartOrderRouterMs: fine?.searchMilliseconds ?? null,
    tinesBps: below(pieces),
    tinesMs: pieces?.milliseconds ?? null,
  }
}

function certificateOf(route: Route | null): Pick<CaseResult, 'out' | 'upperBound' | 'gapBps' | 'roundingBps'> {
  if (route === null) return { out: null, upperBound: null, gapBps: null, roundingBps: null }
  const { expectedOut, upperBound, gapBps, roundingBps } = route
  return { out: expectedOut.toString(), upperBound: upperBound.toString(), gapBps, roundingBps }
}
