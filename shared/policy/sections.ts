import type { Address } from 'viem'

/** What a leg trades, and how much it plans to. */
export interface SectionLeg {
  sell: Address
  buy: Address
  /** Base units of `sell`. */
  amountIn: bigint
}

/** Legs of the same two tokens, as the router takes them after one head. */
export interface Section<Leg extends SectionLeg> {
  sell: Address
  buy: Address
  /** What the legs of this section and all later ones plan to sell of `sell`, base units. */
  planned: bigint
  /** Whether a head names the tokens: only legs that trade what the order trades need none, and come first. */
  headed: boolean
  legs: Leg[]
}

/**
 * The sections of an order that sells `sell` for `buy`: all legs that sell one token together, in the order in which these
 * tokens are first sold, so that a token is still sold after everything that buys it where it was before. The order's own two
 * tokens come first. Legs of a section keep their order.
 */
export function sectionsOf<Leg extends SectionLeg>(legs: readonly Leg[], sell: Address, buy: Address): Section<Leg>[] {
  const direct = legs.filter((leg) => leg.sell === sell && leg.buy === buy)
  const others = legs.filter((leg) => leg.sell !== sell || leg.buy !== buy)
  const sections: Section<Leg>[] = direct.length === 0 ? [] : [section(sell, buy, false, direct)]
  const sold = new Set([sell, ...others.map((leg) => leg.sell)])
  for (const token of sold) {
    const ofToken = others.filter((leg) => leg.sell === token)
    for (const bought of new Set(ofToken.map((leg) => leg.buy)))
      sections.push(
        section(
          token,
          bought,
          true,
          ofToken.filter((leg) => leg.buy === bought),
        ),
      )
  }
  return sections.map((one, index) => ({ ...one, planned: plannedFrom(sections.slice(index), one.sell) }))
}

function section<Leg extends SectionLeg>(sell: Address, buy: Address, headed: boolean, legs: Leg[]): Section<Leg> {
  return { sell, buy, planned: 0n, headed, legs }
}

function plannedFrom(sections: readonly Section<SectionLeg>[], token: Address): bigint {
  return sections
    .filter(({ sell }) => sell === token)
    .flatMap(({ legs }) => legs)
    .reduce((sum, { amountIn }) => sum + amountIn, 0n)
}

/** Entries of the vault's list of legs: the legs and the heads of their sections. */
export function entriesOf(legs: readonly SectionLeg[], sell: Address, buy: Address): number {
  return legs.length + sectionsOf(legs, sell, buy).filter(({ headed }) => headed).length
}
