import { describe, expect, it } from 'vitest'
import { maximumTick, minimumTick, sqrtPriceAtTick } from '../../../shared/routing/tick-math.ts'
import { Random } from '../random.ts'

describe('tick math', () => {
  it('has the chain’s values at the ends and in the middle', () => {
    expect(sqrtPriceAtTick(minimumTick)).toBe(4_295_128_739n)
    expect(sqrtPriceAtTick(maximumTick)).toBe(1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_342n)
    expect(sqrtPriceAtTick(0)).toBe(2n ** 96n)
    expect(() => sqrtPriceAtTick(maximumTick + 1)).toThrow(RangeError)
    expect(() => sqrtPriceAtTick(0.5)).toThrow(RangeError)
  })

  it('is 1.0001^(tick/2) to double precision', () => {
    const random = new Random(1)
    for (let round = 0; round < 200; round++) {
      const tick = random.integer(-400_000, 400_000)
      expect((Number(sqrtPriceAtTick(tick)) / 2 ** 96 / 1.0001 ** (tick / 2) - 1) * 1e9).toBeCloseTo(0, 1)
    }
  })

  it('rises with every tick, by half a basis point', () => {
    const random = new Random(2)
    for (let round = 0; round < 200; round++) {
      const tick = random.integer(minimumTick + 1, maximumTick)
      const [below, here] = [sqrtPriceAtTick(tick - 1), sqrtPriceAtTick(tick)]
      expect(here).toBeGreaterThan(below)
      // The first √prices have ten digits, so the ratio is good to one in 4·10^9.
      expect((Number(here) / Number(below) - 1) * 1e4).toBeCloseTo(0.4999875, 4)
    }
  })
})
