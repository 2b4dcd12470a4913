import { describe, expect, it } from 'vitest'
import { exactQuotes } from '../../../shared/routing/pool-quote.ts'
import { SegmentCurve } from '../../../shared/routing/segment-curve.ts'
import { Random } from '../random.ts'
import { concentrated, usdcWethPools } from './pools.ts'

const stepped = concentrated(1, {
  feePips: 500,
  tickSpacing: 10,
  tick: 3,
  positions: [
    { lower: -500, upper: 500, liquidity: 10n ** 24n },
    { lower: -40, upper: 40, liquidity: 10n ** 23n },
    { lower: -20, upper: 90, liquidity: 10n ** 22n },
  ],
})

describe('a pool’s curve in doubles', () => {
  it('gives what the pool gives for any input, but for its rounding', () => {
    const random = new Random(3)
    for (let round = 0; round < 200; round++) {
      const zeroForOne = round % 2 === 0
      for (const pool of usdcWethPools(random)) {
        const curve = new SegmentCurve(pool, zeroForOne)
        const quotes = exactQuotes(pool, zeroForOne)
        const amountIn = random.magnitude(zeroForOne ? 12 : 21) + 1_000_000n
        const { amountIn: taken, amountOut, exhausted, crossings, steps } = quotes.ofInput(amountIn)
        if (exhausted) continue
        curve.moveToInput(Number(taken))
        const units = steps * (1 + 2 / curve.firstU ** 2)
        expect(Math.abs(curve.amountOut - Number(amountOut))).toBeLessThanOrEqual(units + Number(amountOut) * 1e-12)
        expect(curve.crossings).toBe(crossings)
      }
    }
  })

  for (const zeroForOne of [true, false]) {
    it(`stands short of a tick where it is held there, selling token${zeroForOne ? 0 : 1}`, () => {
      const curve = new SegmentCurve(stepped, zeroForOne)
      const quotes = exactQuotes(stepped, zeroForOne)
      for (let crossing = 1; crossing <= 3; crossing++) {
        curve.moveTo(curve.uBeforeCrossing(crossing))
        expect(curve.crossings).toBe(crossing - 1)
        const most = quotes.inputWithin(crossing - 1) ?? 0n
        expect(Math.abs(curve.amountIn / Number(most) - 1)).toBeLessThan(1e-9)
        expect(quotes.ofInput(most).crossings).toBe(crossing - 1)
        expect(quotes.ofInput(most + 2n).crossings).toBe(crossing)
      }
      expect(curve.uBeforeCrossing(4)).toBe(Number.POSITIVE_INFINITY)
    })
  }

  it('goes to where a trade pays most, and nowhere where none does', () => {
    const curve = new SegmentCurve(stepped, true)
    const beyond = curve.uBeforeCrossing(2) * 1.0001
    curve.moveTo(beyond)
    const [input, output] = [curve.amountIn, curve.amountOut]
    expect(curve.moveToBest(beyond, beyond, 0, 0)).toBeCloseTo(output - input / beyond ** 2, 0)
    expect(curve.crossings).toBe(2)
    // A crossing that costs more than all there is to gain is not made; nor is a trade that does.
    const gain = curve.moveToBest(beyond, beyond, 0, 1e30)
    expect(gain).toBeGreaterThan(0)
    expect(curve.crossings).toBe(0)
    expect(curve.moveToBest(beyond, beyond, 1e30, 0)).toBe(0)
    expect(curve.amountIn).toBe(0)
  })
})
