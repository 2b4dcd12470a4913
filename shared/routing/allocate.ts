import type { Quote } from './pool-quote.ts'
import type { Venue } from './venue.ts'

/** A venue and what the split in doubles gives it. */
export interface Share {
  venue: Venue
  /** Base units, not whole. */
  amount: number
  /** Held at a limit: it takes no remainder, and crosses no more ticks than `crossings`. */
  isHeld: boolean
  crossings: number
}

/** A share in whole base units, priced to the unit. */
export interface PricedLeg {
  venue: Venue
  quote: Quote
}

/** 2^53: what a double can say exactly. */
const shareUnits = Number.MAX_SAFE_INTEGER + 1

/**
 * Whole amounts in these proportions that add up to the input, each with its exact output. The remainder of rounding, and what
 * a leg cannot take, goes to the largest free leg that still can; if none can, the legs take less than the input.
 *
 * @param spendAll the input is on its way and nothing of it may stay behind: at last a held leg takes what is left, too
 */
export function allocate(shares: readonly Share[], amountIn: bigint, spendAll: boolean): PricedLeg[] {
  const ordered = shares.filter(({ amount }) => amount > 0).sort(byRoom)
  const amounts = wholeAmounts(ordered, amountIn)
  const legs = ordered.map(({ venue }, index) => ({ venue, quote: venue.quotes.ofInput(amounts[index] ?? 0n) }))
  for (const mayBeHeld of spendAll ? [false, true] : [false]) {
    for (const [index, { isHeld }] of ordered.entries()) {
      let left = amountIn
      for (const { quote } of legs) left -= quote.amountIn
      const leg = legs[index]
      if (left > 0n && leg !== undefined && !leg.quote.exhausted && (mayBeHeld || !isHeld)) {
        leg.quote = leg.venue.quotes.ofInput(leg.quote.amountIn + left)
      }
    }
  }
  // What is too little to buy anything in one pool may buy something in another.
  const useful = ordered.filter((_, index) => (legs[index]?.quote.amountOut ?? 0n) > 0n)
  if (useful.length > 0 && useful.length < ordered.length) return allocate(useful, amountIn, spendAll)
  return legs.filter(({ quote }) => quote.amountIn > 0n && quote.amountOut > 0n)
}

/** Free legs before held ones, large before small. */
function byRoom(one: Share, other: Share): number {
  if (one.isHeld !== other.isHeld) return one.isHeld ? 1 : -1
  return other.amount - one.amount
}

/** Shares in 53 bits, floored, held ones short of their tick; the remainder goes to the first, unless it is held. */
function wholeAmounts(shares: readonly Share[], amountIn: bigint): bigint[] {
  let total = 0
  for (const { amount } of shares) total += amount
  const amounts = shares.map(({ venue, amount, isHeld, crossings }) => {
    const whole = (amountIn * BigInt(Math.floor((amount / total) * shareUnits))) >> 53n
    const most = isHeld ? venue.quotes.inputWithin(crossings) : null
    return most !== null && most < whole ? most : whole
  })
  let remainder = amountIn
  for (const amount of amounts) remainder -= amount
  return amounts.map((amount, index) => (index === 0 && shares[0]?.isHeld === false ? amount + remainder : amount))
}
