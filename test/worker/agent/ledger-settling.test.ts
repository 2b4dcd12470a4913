import { describe, expect, it } from 'vitest'
import { openLedger, outcomesOf, reserved, settlement } from './ledger-world.ts'
import { sampleReservation, sampleTransaction, strategyId } from './sample-decision.ts'

describe('settling', () => {
  it('is heard once, however often it is told', async () => {
    const { vault, ledger } = openLedger()
    const { orderId } = await reserved(vault, 0)
    await ledger().commit(orderId, sampleTransaction('1'))
    expect(await ledger().settle(settlement(orderId, { final: false }))).toBe(true)
    expect(await ledger().settle(settlement(orderId, { final: false }))).toBe(false)
    expect((await ledger().status()).live).toMatchObject({ orderId, state: 'included' })
    expect(await ledger().settle(settlement(orderId, {}))).toBe(true)
    expect(await ledger().settle(settlement(orderId, {}))).toBe(false)
    expect(await ledger().status()).toMatchObject({ live: null, length: 2 })
  })

  it('is taken back by a reorg, and done again in another block', async () => {
    const { vault, ledger } = openLedger()
    const { orderId } = await reserved(vault, 0)
    await ledger().commit(orderId, sampleTransaction('1'))
    await ledger().settle(settlement(orderId, { final: false }))
    expect(await ledger().unsettle(orderId, 1_800_000_024)).toBe(true)
    expect((await ledger().status()).live).toMatchObject({ orderId, state: 'sent' })
    expect(await ledger().settle(settlement(orderId, { blockHash: `0x${'b2'.repeat(32)}` }))).toBe(true)
    const outcomes = await outcomesOf(ledger())
    expect(outcomes).toEqual(['filled', 'unsettled', 'filled'])
  })

  it('does not try a slice again that somebody may have filled', async () => {
    const { vault, ledger } = openLedger()
    const { orderId } = await reserved(vault, 0)
    await ledger().commit(orderId, sampleTransaction('1'))
    const moved = settlement(orderId, { outcome: 'index-moved', blockNumber: null, blockHash: null })
    expect(await ledger().settle(moved)).toBe(true)
    expect((await ledger().outbox(100)).filter(({ kind }) => kind === 'tick')).toEqual([])
    const { version } = await ledger().status()
    expect(await ledger().reserve(sampleReservation(vault, 0, version))).toEqual({
      ok: false,
      reason: 'AlreadyClaimed',
    })
    expect(await reserved(vault, 1)).toMatchObject({ ok: true })
  })

  it('measures the shortfall below the oracle', async () => {
    const { vault, ledger } = openLedger()
    const { orderId } = await reserved(vault, 0)
    await ledger().commit(orderId, sampleTransaction('1'))
    await ledger().settle(settlement(orderId, {}))
    const orders = (await ledger().outbox(100)).flatMap((entry) => (entry.kind === 'order' ? [entry.order] : []))
    expect(orders.at(-1)).toMatchObject({ slippageBps: 50, amountOut: '398000000000000000', state: 'included' })
  })

  it('latches a strategy after five failures in a row, until a person re-enables it', async () => {
    const { vault, ledger } = openLedger()
    for (let slot = 0; slot < 5; slot++) {
      const { orderId } = await reserved(vault, slot)
      await ledger().commit(orderId, sampleTransaction(String(slot + 1)))
      await ledger().settle(settlement(orderId, { outcome: 'expired', blockNumber: null, blockHash: null }))
    }
    const { version } = await ledger().status()
    expect(await ledger().reserve(sampleReservation(vault, 5, version))).toEqual({ ok: false, reason: 'Latched' })
    await ledger().setPause({ scope: 'strategy', subject: strategyId, paused: false })
    expect(await reserved(vault, 5)).toMatchObject({ ok: true })
    const statuses = (await ledger().outbox(100)).flatMap((entry) => (entry.kind === 'strategy' ? [entry.status] : []))
    expect(statuses).toEqual(['latched', 'active'])
  })

  it('counts no failure while paused: nobody handed the order over again', async () => {
    const { vault, ledger } = openLedger()
    for (let slot = 0; slot < 5; slot++) {
      const { orderId } = await reserved(vault, slot)
      await ledger().commit(orderId, sampleTransaction(String(slot + 1)))
      await ledger().setPause({ scope: 'vault', subject: '', paused: true })
      await ledger().settle(settlement(orderId, { outcome: 'expired', blockNumber: null, blockHash: null }))
      await ledger().setPause({ scope: 'vault', subject: '', paused: false })
    }
    expect(await reserved(vault, 5)).toMatchObject({ ok: true })
  })

  it('asks for another attempt when an order died, and names the mandate as filled when it is', async () => {
    const { vault, ledger } = openLedger()
    const first = await reserved(vault, 0)
    await ledger().commit(first.orderId, sampleTransaction('1'))
    await ledger().settle(settlement(first.orderId, { outcome: 'expired', blockNumber: null, blockHash: null }))
    const second = await reserved(vault, 0)
    await ledger().commit(second.orderId, sampleTransaction('2'))
    await ledger().settle(settlement(second.orderId, { mandateFilled: 5_000_000_000n }))
    const errands = (await ledger().outbox(100)).filter(({ kind }) => kind === 'tick' || kind === 'strategy')
    expect(errands).toMatchObject([
      { kind: 'tick', strategyId, slot: 0 },
      { kind: 'strategy', strategyId, status: 'filled' },
    ])
  })
})
