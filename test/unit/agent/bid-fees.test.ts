import { describe, expect, it } from 'vitest'
import { bidFees } from '../../../workers/agent/execute-call.ts'

const gwei = 1_000_000_000n
const cap = 300n * gwei
const fees = (baseFeePerGas: bigint, priorityFeePerGas = gwei) => ({ baseFeePerGas, priorityFeePerGas })

describe('a bid', () => {
  it('leaves room for the base fee to double, and pays the recent tip', () => {
    expect(bidFees(fees(20n * gwei), null, cap)).toEqual({ maxFeePerGas: 41n * gwei, maxPriorityFeePerGas: gwei })
  })

  it('always tips, also after blocks that tell nothing', () => {
    expect(bidFees(fees(20n * gwei, 0n), null, cap)?.maxPriorityFeePerGas).toBe(10_000_000n)
  })

  it('never exceeds its cap, and leaves room to be outbid four times', () => {
    const bid = bidFees(fees(100n * gwei), null, cap)
    let fee = bid?.maxFeePerGas ?? 0n
    expect(fee).toBeLessThan(200n * gwei)
    for (let replacement = 0; replacement < 4; replacement++) fee = (fee * 1125n + 999n) / 1000n
    expect(fee).toBeLessThanOrEqual(cap + 10n)
    expect((fee * 1125n) / 1000n).toBeGreaterThan(cap)
  })

  it('outbids what was signed before, up to the cap and not above it', () => {
    const minimum = { maxFeePerGas: 250n * gwei, maxPriorityFeePerGas: 2n * gwei }
    expect(bidFees(fees(20n * gwei), minimum, cap)).toEqual(minimum)
    expect(bidFees(fees(20n * gwei), { ...minimum, maxFeePerGas: cap + 1n }, cap)).toBeNull()
  })

  it('is none where gas costs more than the cap allows in the next block', () => {
    expect(bidFees(fees(160n * gwei), null, cap)).not.toBeNull()
    expect(bidFees(fees(170n * gwei), null, cap)).toBeNull()
    expect(bidFees(fees(gwei), null, 0n)).toBeNull()
  })
})
