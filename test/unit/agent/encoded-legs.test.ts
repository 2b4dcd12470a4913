import { type Address, zeroAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import type { PlannedLeg } from '../../../shared/schema/decision.ts'
import { encodedLegs } from '../../../workers/agent/execute-call.ts'

const token = (digit: string): Address => `0x${digit.repeat(40)}`
const [sell, buy, way, other] = [token('1'), token('9'), token('2'), token('3')]
let pools = 0

function leg(from: Address, to: Address, amountIn: bigint): PlannedLeg {
  const pool = `0x${String(++pools).padStart(40, '0')}` as const
  const plain = { venue: 'UniswapV3', feePips: 500, tickSpacing: 0, hooks: zeroAddress, expectedOut: 1n } as const
  return { sell: from, buy: to, pool, amountIn, ...plain }
}

const head = (from: Address, to: Address, amountIn: bigint) => ({
  ...{ venue: 3, pool: from, feePips: 0, tickSpacing: 0, hooks: to, amountIn },
})

const encoded = ({ pool, amountIn }: PlannedLeg) => ({
  ...{ venue: 1, pool, feePips: 500, tickSpacing: 0, hooks: zeroAddress, amountIn },
})

describe('legs as the router takes them', () => {
  it('stay as they are where all of them are direct', () => {
    const legs = [leg(sell, buy, 7n), leg(sell, buy, 5n)]
    expect(encodedLegs(legs, sell, buy)).toEqual(legs.map(encoded))
    expect(encodedLegs([], sell, buy)).toEqual([])
  })

  it('name what v4 pools need, and the number of each venue', () => {
    const managed: PlannedLeg = {
      ...leg(sell, buy, 7n),
      venue: 'UniswapV4',
      feePips: 100,
      tickSpacing: 1,
      hooks: other,
    }
    const paired: PlannedLeg = { ...leg(sell, buy, 7n), venue: 'UniswapV2', feePips: 3000 }
    expect(encodedLegs([managed, paired], sell, buy)).toEqual([
      { venue: 2, pool: managed.pool, feePips: 100, tickSpacing: 1, hooks: other, amountIn: 7n },
      { venue: 0, pool: paired.pool, feePips: 3000, tickSpacing: 0, hooks: zeroAddress, amountIn: 7n },
    ])
  })

  it('have a head before each section, that says what is still to be sold of its token', () => {
    const direct = leg(sell, buy, 10n)
    const [first, second] = [leg(sell, way, 20n), leg(sell, other, 30n)]
    const [on, out, more] = [leg(way, other, 4n), leg(way, buy, 5n), leg(way, buy, 6n)]
    const last = leg(other, buy, 70n)
    expect(encodedLegs([first, second, direct, on, out, more, last], sell, buy)).toEqual([
      encoded(direct),
      head(sell, way, 50n),
      encoded(first),
      head(sell, other, 30n),
      encoded(second),
      head(way, other, 15n),
      encoded(on),
      head(way, buy, 11n),
      encoded(out),
      encoded(more),
      head(other, buy, 70n),
      encoded(last),
    ])
  })

  it('of one token come together, and no token is sold before it is bought', () => {
    const legs = [leg(sell, way, 1n), leg(way, other, 2n), leg(sell, other, 3n), leg(way, buy, 4n), leg(other, buy, 5n)]
    const [a, b, c, d, e] = legs.map(encoded)
    expect(encodedLegs(legs, sell, buy)).toEqual([
      ...[head(sell, way, 4n), a, head(sell, other, 3n), c],
      ...[head(way, other, 6n), b, head(way, buy, 4n), d],
      ...[head(other, buy, 5n), e],
    ])
  })

  it('are refused where something would stay behind', () => {
    const into = leg(sell, way, 1n)
    const cases: [PlannedLeg[], Address][] = [
      [[into, leg(way, other, 1n), leg(other, way, 1n)], way],
      [[into, leg(way, buy, 1n), leg(sell, way, 1n)], way],
      [[into, leg(way, sell, 1n)], sell],
      [[leg(sell, buy, 1n), leg(buy, way, 1n), leg(way, buy, 1n)], buy],
      [[leg(way, way, 1n)], way],
    ]
    for (const [legs, culprit] of cases)
      expect(() => encodedLegs(legs, sell, buy)).toThrow(`The route sells ${culprit}`)
  })
})
