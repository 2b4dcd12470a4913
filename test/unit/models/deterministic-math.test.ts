import { describe, expect, it } from 'vitest'
import { exponential, logarithm, toMillionths } from '../../../models/deterministic-math.ts'
import { Random } from '../random.ts'

/** The bits of a double, so that a changed last digit shows. */
function bits(value: number): string {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  return view.getBigUint64(0).toString(16)
}

describe('deterministic exponential and logarithm', () => {
  it('agree with the engine’s to a few units in the last place', () => {
    const random = new Random(21)
    for (let round = 0; round < 5000; round++) {
      const x = (random.unit() - 0.5) * 100
      expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThan(1e-15)
      const y = 10 ** ((random.unit() - 0.5) * 60)
      expect(Math.abs(logarithm(y) - Math.log(y))).toBeLessThan(1e-15 * Math.max(1, Math.abs(Math.log(y))) * 2)
    }
  })

  it('handle the ends of the number line', () => {
    expect(exponential(0)).toBe(1)
    expect(exponential(-1e9)).toBe(0)
    expect(exponential(1e9)).toBe(Number.POSITIVE_INFINITY)
    expect(exponential(Number.NaN)).toBeNaN()
    expect(logarithm(1)).toBe(0)
    expect(logarithm(0)).toBe(Number.NEGATIVE_INFINITY)
    expect(logarithm(-1)).toBeNaN()
    expect(logarithm(Number.MIN_VALUE)).toBeCloseTo(-744.44, 2)
    expect(logarithm(Number.MAX_VALUE)).toBeCloseTo(709.78, 2)
  })

  it('give the same bits everywhere', () => {
    expect([exponential(1), exponential(-3.7), logarithm(10), logarithm(0.3)].map(bits)).toEqual([
      '4005bf0a8b14576a',
      '3f99511fc6871044',
      '40026bb1bbb55516',
      'bff34378fcbda721',
    ])
  })

  it('rounds to millionths', () => {
    expect(toMillionths(0.1 + 0.2)).toBe(0.3)
    expect(toMillionths(-1.23456789)).toBe(-1.234568)
  })
})
