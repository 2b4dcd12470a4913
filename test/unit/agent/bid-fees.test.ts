import { describe, expect, it } from 'vitest'
import { bidFees, type Fees } from '../../../workers/agent/execute-call.ts'

const gwei = 1_000_000_000n
const cap = 300n * gwei
const blocks = 4
const fees = (baseFeePerGas: bigint, priorityFeePerGas = gwei) => ({ baseFeePerGas, priorityFeePerGas })
const outbid = ({ maxFeePerGas, maxPriorityFeePerGas }: Fees): Fees => ({
  maxFeePerGas: (maxFeePerGas * 1125n + 999n) / 1000n,
  maxPriorityFeePerGas: (maxPriorityFeePerGas * 1125n + 999n) / 1000n,
})

describe('a bid', () => {
  it('leaves room for the base fee to double, and pays the recent tip', () => {
    expect(bidFees(fees(20n * gwei), null, cap, blocks)).toEqual({
      maxFeePerGas: 41n * gwei,
      maxPriorityFeePerGas: gwei,
    })
  })

  it('always tips, also after blocks that tell nothing', () => {
    expect(bidFees(fees(20n * gwei, 0n), null, cap, blocks)?.maxPriorityFeePerGas).toBe(10_000_000n)
  })

  it('is no higher than its cap at first, and none where the next block may cost more', () => {
    expect(bidFees(fees(200n * gwei), null, cap, blocks)?.maxFeePerGas).toBe(cap)
    expect(bidFees(fees(270n * gwei), null, cap, blocks)).toBeNull()
    expect(bidFees(fees(gwei), null, 0n, blocks)).toBeNull()
  })

  it('outbids what was signed before', () => {
    const minimum = { maxFeePerGas: 250n * gwei, maxPriorityFeePerGas: 2n * gwei }
    expect(bidFees(fees(20n * gwei), minimum, cap, blocks)).toEqual(minimum)
  })

  it('goes on outbidding lost orders as long as gas itself costs less than the cap', () => {
    let bid = bidFees(fees(120n * gwei), null, cap, blocks)
    for (let lost = 0; lost < 12; lost++) {
      if (bid === null) throw new Error(`no bid after ${lost} lost orders`)
      const minimum: Fees = outbid(bid)
      bid = bidFees(fees(120n * gwei), minimum, cap, blocks)
      expect(bid?.maxFeePerGas).toBeGreaterThanOrEqual(minimum.maxFeePerGas)
    }
    expect(bid?.maxFeePerGas).toBeGreaterThan(cap)
  })

  it('beyond its cap is none while the base fee could reach the cap in the order’s life, and again when it fell', () => {
    const minimum = { maxFeePerGas: 400n * gwei, maxPriorityFeePerGas: gwei }
    expect(bidFees(fees(190n * gwei), minimum, cap, blocks)).toBeNull()
    expect(bidFees(fees(180n * gwei), minimum, cap, blocks)).toEqual(minimum)
    expect(bidFees(fees(gwei), { ...minimum, maxFeePerGas: 40n * cap }, cap, blocks)).not.toBeNull()
  })
})
