import { describe, expect, it } from 'vitest'
import { devnet as chain } from '../../../shared/chain/chains/424242.ts'
import { contextFor } from '../../../workers/agent/decide/context.ts'
import { decide } from '../../../workers/agent/decide/decide.ts'
import { inputWith, marketWith, twapConfiguration } from './world.ts'

const context = contextFor(chain)
const decideWith = (orderflow: typeof twapConfiguration.orderflow, expiredAttempts: number, market = marketWith(0.4)) =>
  decide(inputWith({ configuration: { ...twapConfiguration, orderflow }, expiredAttempts, market }), context)

describe('the public last step', () => {
  it('does not exist unless the mandate allows it, however often relays failed', () => {
    expect(decideWith('never-public', 9).order?.step).toBe('private')
  })

  it('comes after an attempt that died in the relays’ hands, not before, and the sentence says so', () => {
    const orderflow = { publicLastStep: { slippageBps: 20 } }
    const first = decideWith(orderflow, 0)
    expect(first.order?.step).toBe('private')
    expect(first.sentence).not.toContain('public')
    const second = decideWith(orderflow, 1)
    expect(second.order?.step).toBe('public')
    expect(second.sentence).toContain('In public, as the last step')
  })

  it('demands more than the private step does', () => {
    // In a market wild enough for the drift to ask for more room than that.
    const market = marketWith(1)
    const { order: inPrivate } = decideWith('never-public', 1, market)
    const { order: inPublic } = decideWith({ publicLastStep: { slippageBps: 20 } }, 1, market)
    if (inPrivate === null || inPublic === null) throw new Error('Both should trade.')
    expect(inPublic.minimumOut * 10_000n).toBeGreaterThanOrEqual(inPublic.oracleOut * 9_980n)
    expect(inPublic.minimumOut).toBeGreaterThan(inPrivate.minimumOut)
  })

  it('refuses where the pools cannot keep the tighter bound', () => {
    const decision = decideWith({ publicLastStep: { slippageBps: 1 } }, 1)
    expect(decision).toMatchObject({ verdict: 'refuse', reason: 'BelowOracleBound', order: null })
  })
})
