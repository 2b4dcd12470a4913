import { describe, expect, it } from 'vitest'
import { highestBaseFee } from '../../../shared/chain/base-fee.ts'
import type { Snapshot } from '../../../shared/schema/snapshot.ts'
import { gasOfVault, gasPerLeg, lifeBlocks } from '../../../workers/agent/decide/bounds.ts'
import { contextFor } from '../../../workers/agent/decide/context.ts'
import { decide } from '../../../workers/agent/decide/decide.ts'
import { bidFees, maximumCost } from '../../../workers/agent/execute-call.ts'
import { calmSnapshot, chain, deepPool, inputWith, pairPool, twapConfiguration } from './world.ts'

const context = contextFor(chain)
const gwei = 1_000_000_000n

function decideAt(fees: Partial<Snapshot['fees']>, change: { balance?: bigint; cap?: bigint } = {}) {
  const { balance = 10n ** 18n, cap } = change
  const configuration = cap === undefined ? twapConfiguration : { ...twapConfiguration, maximumFeePerGas: cap }
  const snapshot = {
    pools: [deepPool(4n * 10n ** 17n), pairPool()],
    fees: { ...calmSnapshot.fees, ...fees },
    executor: { balance, nonce: 3 },
  }
  return decide(inputWith({ snapshot, configuration }), context)
}

/** Ten blocks at this base fee and the target, the last one full. */
function fullAt(baseFeePerGas: bigint): Partial<Snapshot['fees']> {
  const recentBlocks = Array.from({ length: 10 }, (_, index) => ({
    baseFeePerGas,
    gasUsedRatio: index === 9 ? 1 : 0.5,
  }))
  return { baseFeePerGas, nextBaseFeePerGas: (baseFeePerGas * 9n) / 8n, recentBlocks }
}

describe('the base fee that an order will meet', () => {
  it('is forecast for the block it aims at and for the last one that may hold it', () => {
    const { forecasts } = decideAt(fullAt(8n * gwei))
    expect(forecasts?.gas.nextBlock).toMatchObject({ blocksAhead: 1, median: 9n * gwei, quantile99: 9n * gwei })
    expect(forecasts?.gas.endOfLife.blocksAhead).toBe(1 + lifeBlocks)
    expect(forecasts?.gas.endOfLife.quantile99).toBeGreaterThan(10n * gwei)
  })

  it('is what a route’s gas is priced at, and not the snapshot’s', () => {
    const gasOut = (fees: Partial<Snapshot['fees']>) => {
      const { plan } = decideAt({ priorityFeePerGas: 0n, ...fees })
      if (plan === null) throw new Error('It should have traded.')
      return { legs: plan.legs.length, gas: Number(plan.gasOut) }
    }
    const now = gasOut({ baseFeePerGas: gwei, nextBaseFeePerGas: null, recentBlocks: [] })
    const next = gasOut(fullAt(gwei))
    expect(next.legs).toBe(now.legs)
    expect(next.gas / now.gas).toBeCloseTo(9 / 8, 6)
  })

  it('is told as a bound where there is no fee history, and the order goes all the same', () => {
    const { forecasts, reason } = decideAt({ nextBaseFeePerGas: null, recentBlocks: [] })
    expect(reason).toBe('None')
    expect(forecasts?.gas.endOfLife).toMatchObject({
      quantile99: highestBaseFee(calmSnapshot.fees.baseFeePerGas, 1 + lifeBlocks),
      note: expect.stringMatching(/^No fee history/),
    })
  })
})

describe('an executor can pay', () => {
  it('exactly when it holds what its transaction will offer, also at a cap and without tips', () => {
    const cases = [
      { fees: fullAt(20n * gwei) },
      { fees: fullAt(20n * gwei), cap: 30n * gwei },
      { fees: { ...fullAt(20n * gwei), priorityFeePerGas: 0n } },
    ]
    for (const { fees, cap } of cases) {
      const { plan } = decideAt(fees, cap === undefined ? {} : { cap })
      if (plan === null) throw new Error('It should have traded.')
      const bid = bidFees({ ...calmSnapshot.fees, ...fees }, null, cap ?? chain.maximumFeePerGas, 1 + lifeBlocks)
      if (bid === null) throw new Error('It should bid.')
      const cost = maximumCost(gasOfVault + gasPerLeg * BigInt(plan.legs.length), bid)
      const decided = (balance: bigint) => decideAt(fees, cap === undefined ? { balance } : { balance, cap })
      expect(decided(cost).reason).toBe('None')
      expect(decided(cost - 1n)).toMatchObject({ verdict: 'refuse', reason: 'GasUnaffordable' })
    }
  })
})
