import { describe, expect, it } from 'vitest'
import { baseFeeAfter, highestBaseFee, isPossibleHistory, lowestBaseFee } from '../../../shared/chain/base-fee.ts'
import { specifiedBaseFee } from '../models/fee-process.ts'
import { Random } from '../random.ts'

describe('the base fee after a block', () => {
  it('is EIP-1559’s to a wei where the gas limit is even, and to a millionth where it is odd', () => {
    const random = new Random(1)
    let exact = 0
    for (let run = 0; run < 3_000; run++) {
      const fee = random.magnitude(13)
      const gasLimit = random.integer(2_100_000, 200_000_000)
      const gasUsed = run % 10 === 0 ? gasLimit : run % 10 === 1 ? 0 : random.integer(0, gasLimit)
      const specified = specifiedBaseFee(fee, BigInt(gasUsed), BigInt(gasLimit))
      const off = specified - baseFeeAfter(fee, gasUsed / gasLimit)
      if (off === 0n) exact += 1
      const allowed = gasLimit % 2 === 0 ? 1n : fee / 1_000_000n + 1n
      expect(off <= allowed && -off <= allowed, `${fee} ${gasUsed}/${gasLimit}: ${off}`).toBe(true)
      expect(specified).toBeLessThanOrEqual(highestBaseFee(fee, 1))
      expect(specified).toBeGreaterThanOrEqual(lowestBaseFee(fee, 1))
      expect(isPossibleHistory([{ baseFeePerGas: fee, gasUsedRatio: gasUsed / gasLimit }], specified)).toBe(true)
    }
    expect(exact).toBeGreaterThan(1_500)
  })

  it('is the block’s own at the target, an eighth more after a full block, an eighth less after an empty one', () => {
    expect(baseFeeAfter(8_000n, 0.5)).toBe(8_000n)
    expect(baseFeeAfter(8_000n, 1)).toBe(9_000n)
    expect(baseFeeAfter(8_000n, 0)).toBe(7_000n)
    // A rise is a wei at least, a fall below eight wei is none.
    expect(baseFeeAfter(0n, 0.6)).toBe(1n)
    expect(baseFeeAfter(7n, 0.51)).toBe(8n)
    expect(baseFeeAfter(7n, 0)).toBe(7n)
  })

  it('falls no further than seven wei', () => {
    expect(lowestBaseFee(10n ** 12n, 1_000)).toBe(7n)
    expect(lowestBaseFee(3n, 10)).toBe(3n)
  })

  it('cannot be outside the bounds of one block', () => {
    const follows = (next: bigint, gasUsedRatio = 0.5) =>
      isPossibleHistory([{ baseFeePerGas: 1_000_000n, gasUsedRatio }], next)
    expect([follows(875_000n), follows(1_125_001n), follows(1_000_000n, 0), follows(1_000_000n, 1)]).not.toContain(
      false,
    )
    expect([follows(874_999n), follows(1_125_002n), follows(1_000_000n, -0.1), follows(1_000_000n, 1.1)]).not.toContain(
      true,
    )
  })
})
