import { barSeconds } from '../../shared/schema/bars.ts'
import type { ParentOrder } from './decision-input.ts'
import type { WindowMarket } from './market.ts'
import { rateOf } from './pair.ts'
import type { ParentRun } from './parent-run.ts'

/**
 * What a parent order cost against the market on arrival (Perold, "The implementation shortfall", 1988), basis points of its
 * worth then; positive is a cost. The four parts add up to the first. What stayed unsold is counted as sold at the market's
 * price in the end, which is part of timing.
 */
export interface Cost {
  shortfallBps: number
  /** Pool fees. */
  feeBps: number
  /** Below the market's price of the block, beyond the fee. */
  impactBps: number
  /** What the market moved between arrival and fill. */
  timingBps: number
  gasBps: number
}

export function costOf({ pair, configuration, mandate }: ParentOrder, market: WindowMarket, run: ParentRun): Cost {
  const { sell, buy } = pair
  const soldOf = (units: bigint) => Number(units) / 10 ** sell.decimals
  const boughtOf = (units: bigint) => Number(units) / 10 ** buy.decimals
  const rateAt = (at: number) => rateOf(pair, market.path.price(at))
  const arrival = rateAt(configuration.start)
  const unsold = soldOf(run.total - run.sold)
  let [fee, impact, gas] = [0, 0, 0]
  let timing = unsold * (arrival - rateAt(mandate.end))
  for (const fill of run.fills) {
    const rate = rateAt(fill.at)
    const sold = soldOf(fill.amountIn)
    const feeThen = soldOf(fill.fee) * rate
    fee += feeThen
    impact += sold * rate - boughtOf(fill.amountOut) - feeThen
    timing += sold * (arrival - rate)
    const usd = (fill.gasUsed * Number(fill.gasPrice) * market.native.price(fill.at)) / 1e18
    gas += buy === pair.quote ? usd : usd / market.path.price(fill.at)
  }
  const bps = (amount: number) => (amount / (soldOf(run.total) * arrival)) * 10_000
  const [feeBps, impactBps, timingBps, gasBps] = [fee, impact, timing, gas].map(bps) as [number, number, number, number]
  return { shortfallBps: feeBps + impactBps + timingBps + gasBps, feeBps, impactBps, timingBps, gasBps }
}

/** How far the worth of what the order sells, and of what it bought, fell in dollars; per cent. */
export interface Drawdown {
  /** Below its worth on arrival, at its lowest. */
  fromArrival: number
  /** Below its highest until then, at its lowest. */
  fromPeak: number
}

/** Looked at every five minutes from arrival to the mandate's end. */
export function drawdownOf(
  { pair, configuration, mandate }: ParentOrder,
  market: WindowMarket,
  run: ParentRun,
): Drawdown {
  const baseSold = pair.sell === pair.base
  const arrivalUsd = worthAt(configuration.start)
  let [peak, fromArrival, fromPeak] = [arrivalUsd, 0, 0]
  for (let at = configuration.start; at <= mandate.end; at += barSeconds) {
    const usd = worthAt(at)
    peak = Math.max(peak, usd)
    fromArrival = Math.max(fromArrival, 1 - usd / arrivalUsd)
    fromPeak = Math.max(fromPeak, 1 - usd / peak)
  }
  return { fromArrival: fromArrival * 100, fromPeak: fromPeak * 100 }

  function worthAt(at: number): number {
    let [sold, bought] = [run.total, 0n]
    for (const fill of run.fills) {
      if (fill.at > at) continue
      sold -= fill.amountIn
      bought += fill.amountOut
    }
    const price = market.path.price(at)
    const [soldUsd, boughtUsd] = baseSold ? [price, 1] : [1, price]
    return (Number(sold) / 10 ** pair.sell.decimals) * soldUsd + (Number(bought) / 10 ** pair.buy.decimals) * boughtUsd
  }
}
