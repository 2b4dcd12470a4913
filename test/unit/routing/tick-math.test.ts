import { describe, expect, it } from 'vitest'
import {
  maximumSqrtPrice,
  maximumTick,
  minimumSqrtPrice,
  minimumTick,
  sqrtPriceAtTick,
  tickAtSqrtPrice,
} from '../../../shared/routing/tick-math.ts'
import { Random } from '../random.ts'

describe('tick math', () => {
  it('has the chain’s values at the ends and in the middle', () => {
    expect(sqrtPriceAtTick(minimumTick)).toBe(minimumSqrtPrice)
    expect(sqrtPriceAtTick(maximumTick)).toBe(maximumSqrtPrice)
    expect(sqrtPriceAtTick(0)).toBe(2n ** 96n)
    expect(() => sqrtPriceAtTick(maximumTick + 1)).toThrow(RangeError)
    expect(() => sqrtPriceAtTick(0.5)).toThrow(RangeError)
    expect(() => tickAtSqrtPrice(minimumSqrtPrice - 1n)).toThrow(RangeError)
    expect(() => tickAtSqrtPrice(maximumSqrtPrice)).toThrow(RangeError)
  })

  it('is 1.0001^(tick/2) to double precision', () => {
    const random = new Random(1)
    for (let round = 0; round < 200; round++) {
      const tick = random.integer(-400_000, 400_000)
      expect((Number(sqrtPriceAtTick(tick)) / 2 ** 96 / 1.0001 ** (tick / 2) - 1) * 1e9).toBeCloseTo(0, 1)
    }
  })

  it('inverts: the tick of a tick’s price is that tick, and one unit below it is the tick before', () => {
    const random = new Random(2)
    for (let round = 0; round < 200; round++) {
      const tick = random.integer(minimumTick + 1, maximumTick - 1)
      expect(tickAtSqrtPrice(sqrtPriceAtTick(tick))).toBe(tick)
      expect(tickAtSqrtPrice(sqrtPriceAtTick(tick) - 1n)).toBe(tick - 1)
    }
  })
})
