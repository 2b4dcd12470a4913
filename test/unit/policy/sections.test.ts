import type { Address } from 'viem'
import { describe, expect, it } from 'vitest'
import { entriesOf, sectionsOf } from '../../../shared/policy/sections.ts'
import { Random } from '../random.ts'

const tokens = Array.from({ length: 5 }, (_, index): Address => `0x${String(index + 1).repeat(40)}`)
const [sell, , , , buy] = tokens as [Address, Address, Address, Address, Address]

/** Legs between any two tokens of a route, in topological order. */
function randomLegs(random: Random) {
  return tokens.slice(0, -1).flatMap((from, index) =>
    Array.from({ length: random.integer(0, 3) }, () => ({
      sell: from,
      buy: tokens[random.integer(index + 1, tokens.length - 1)] ?? buy,
      amountIn: BigInt(random.integer(1, 1000)),
    })),
  )
}

describe('sections of a route', () => {
  it('keep every leg, in the order of its section, and need a head but for the direct ones', () => {
    const random = new Random(11)
    for (let round = 0; round < 500; round++) {
      const legs = randomLegs(random)
      const sections = sectionsOf(legs, sell, buy)
      expect(new Set(sections.flatMap((section) => section.legs))).toEqual(new Set(legs))
      for (const [index, section] of sections.entries()) {
        const ofBoth = legs.filter((leg) => leg.sell === section.sell && leg.buy === section.buy)
        expect(section.legs).toEqual(ofBoth)
        expect(section.headed).toBe(!(section.sell === sell && section.buy === buy))
        if (!section.headed) expect(index).toBe(0)
      }
      expect(entriesOf(legs, sell, buy)).toBe(legs.length + sections.filter(({ headed }) => headed).length)
    }
  })

  it('say what is planned from there on, as the router counts it down', () => {
    const random = new Random(12)
    for (let round = 0; round < 500; round++) {
      const left = new Map<Address, bigint>()
      for (const { sell: token, planned, legs } of sectionsOf(randomLegs(random), sell, buy)) {
        expect(left.get(token) ?? planned).toBe(planned)
        left.set(
          token,
          legs.reduce((rest, { amountIn }) => rest - amountIn, planned),
        )
      }
      for (const rest of left.values()) expect(rest).toBe(0n)
    }
  })

  it('sell no token before all of it is bought', () => {
    const random = new Random(13)
    for (let round = 0; round < 500; round++) {
      const legs = randomLegs(random)
      const swapped = legs.toSorted((a, b) => tokens.indexOf(a.sell) - tokens.indexOf(b.sell) || random.unit() - 0.5)
      const sold = new Set<Address>()
      for (const section of sectionsOf(swapped, sell, buy)) {
        sold.add(section.sell)
        expect(sold.has(section.buy)).toBe(false)
      }
    }
  })
})
