/// <reference types="@cloudflare/vitest-plugin/types" />
import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test'
import type { Address, Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import { verifyLog } from '../../../shared/audit/verify-log.ts'
import type { VaultLedger } from '../../../workers/agent/vault-ledger.ts'
import { openLedger, reserved, settlement } from './ledger-world.ts'
import {
  chainId,
  executor,
  mandateId,
  sampleReservation,
  sampleSnapshot,
  sampleTransaction,
  strategyId,
} from './sample-decision.ts'

describe('reserving', () => {
  it('claims a slice once, whoever asks again', async () => {
    const { vault, ledger } = openLedger()
    const first = await reserved(vault, 0)
    expect(first).toMatchObject({ attempt: 1, sequence: 0, nonce: 0, minimumFees: null })
    const { version } = await ledger().status()
    const again = await ledger().reserve(sampleReservation(vault, 0, version))
    expect(again).toEqual({ ok: false, reason: 'AlreadyClaimed' })
  })

  it('of two deliveries at the same time lets one through', async () => {
    const { vault, ledger } = openLedger()
    const { version } = await ledger().status()
    const results = await Promise.all([
      ledger().reserve(sampleReservation(vault, 0, version)),
      ledger().reserve(sampleReservation(vault, 0, version)),
    ])
    expect(results.filter((result) => result.ok)).toHaveLength(1)
    expect((await ledger().status()).length).toBe(1)
  })

  it('keeps one live order for a key', async () => {
    const { vault, ledger } = openLedger()
    await reserved(vault, 0)
    const { version } = await ledger().status()
    const other = await ledger().reserve(sampleReservation(vault, 1, version))
    expect(other).toEqual({ ok: false, reason: 'OrderInFlight' })
  })

  it('refuses a decision made on an older version', async () => {
    const { vault, ledger } = openLedger()
    const { version } = await ledger().status()
    await ledger().setPause({ scope: 'vault', subject: vault, paused: true })
    await ledger().setPause({ scope: 'vault', subject: vault, paused: false })
    expect(await ledger().reserve(sampleReservation(vault, 0, version))).toEqual({ ok: false, reason: 'StaleDecision' })
  })

  it('does not raise the version for a record that claims nothing', async () => {
    const { vault, ledger } = openLedger()
    const { version, input, decision } = sampleReservation(vault, 0, 0)
    await ledger().record({ strategyId, slot: 0, decidedAt: 1_800_000_000, input, decision })
    expect(await ledger().status()).toMatchObject({ version, length: 1 })
  })

  it('refuses a snapshot older than the newest settled block', async () => {
    const { vault, ledger } = openLedger()
    const { orderId } = await reserved(vault, 0)
    await ledger().commit(orderId, sampleTransaction('1'))
    await ledger().settle(settlement(orderId, { blockNumber: 101n }))
    const { version } = await ledger().status()
    const stale = await ledger().reserve(sampleReservation(vault, 1, version, { blockNumber: 100n }))
    expect(stale).toEqual({ ok: false, reason: 'StaleDecision' })
    const fresh = await ledger().reserve(sampleReservation(vault, 1, version, { blockNumber: 101n }))
    expect(fresh).toMatchObject({ ok: true })
  })

  it('refuses what would exceed the mandate or the volume meter with what is filled already', async () => {
    const { vault, ledger } = openLedger()
    const { version } = await ledger().status()
    const full = sampleReservation(vault, 0, version, {
      mandate: { ...sampleSnapshot(vault).mandate, filled: 4_500_000_000n, executionCount: 4 },
    })
    expect(await ledger().reserve(full)).toEqual({ ok: false, reason: 'MandateExceeded' })
    const busy = sampleReservation(vault, 0, version)
    busy.input.snapshot.vault.volumeUsedUsd = 1_501n * 10n ** 18n
    expect(await ledger().reserve(busy)).toEqual({ ok: false, reason: 'VolumeExceeded' })
  })
})

describe('pausing', () => {
  it.each([
    ['everything', () => ''],
    ['vault', (vault: Address) => vault],
    ['strategy', () => strategyId],
  ] as const)('at the scope %s stops a reservation, a commit and a resend', async (scope, subjectOf) => {
    const { vault, ledger } = openLedger()
    const flag = { scope, subject: subjectOf(vault), paused: true }
    const { orderId } = await reserved(vault, 0)
    expect((await ledger().setPause(flag)).live).toMatchObject({ orderId, state: 'reserved' })
    expect(await ledger().commit(orderId, sampleTransaction('1'))).toEqual({ ok: false, reason: 'StrategyPaused' })
    const { version } = await ledger().status()
    const paused = await ledger().reserve(sampleReservation(vault, 0, version))
    expect(paused).toEqual({ ok: false, reason: 'StrategyPaused' })

    await ledger().setPause({ ...flag, paused: false })
    const second = await reserved(vault, 0)
    expect(second.attempt).toBe(2)
    await ledger().commit(second.orderId, sampleTransaction('2'))
    expect(await ledger().maySend(second.orderId)).toBe(true)
    await ledger().setPause(flag)
    expect(await ledger().maySend(second.orderId)).toBe(false)
  })

  it('leaves other strategies alone at the scope of one', async () => {
    const { vault, ledger } = openLedger()
    await ledger().setPause({ scope: 'strategy', subject: `0x${'99'.repeat(32)}`, paused: true })
    expect(await reserved(vault, 0)).toMatchObject({ ok: true })
  })

  it('follows the database when a push was lost, and forgets a flag only after two sweeps without it', async () => {
    const { vault, ledger } = openLedger()
    const flag = { scope: 'vault', subject: vault, paused: true } as const
    await ledger().sweep([flag])
    expect((await ledger().status()).pausedScopes).toEqual([flag])
    await ledger().sweep([])
    expect((await ledger().status()).pausedScopes).toEqual([flag])
    await ledger().sweep([])
    expect((await ledger().status()).pausedScopes).toEqual([])
  })
})

describe('a pause while an order is on its way', () => {
  it('makes the alarm ask at once, so that the relay is asked to forget the order', async () => {
    const { vault, ledger } = openLedger()
    const { orderId } = await reserved(vault, 0)
    await ledger().commit(orderId, sampleTransaction('1'))
    const alarm = () => runInDurableObject(ledger(), (_: VaultLedger, state) => state.storage.getAlarm())
    expect((await alarm()) ?? 0).toBeGreaterThan(Date.now() + 1_000)
    await runInDurableObject(ledger(), (instance: VaultLedger, state) => {
      instance.setPause({ scope: 'vault', subject: vault, paused: true })
      return state.storage.getAlarm().then((at) => expect(at ?? 0).toBeLessThanOrEqual(Date.now()))
    })
  })
})

describe('the nonce', () => {
  it('is used again, outbid by an eighth, while the chain has not used it', async () => {
    const { vault, ledger } = openLedger()
    const first = await reserved(vault, 0, 7)
    await ledger().commit(first.orderId, sampleTransaction('1'))
    await ledger().settle(settlement(first.orderId, { outcome: 'expired', blockNumber: null, blockHash: null }))
    const second = await reserved(vault, 0, 7)
    expect(second).toMatchObject({
      attempt: 2,
      nonce: 7,
      minimumFees: { maxFeePerGas: 3_375_000_002n, maxPriorityFeePerGas: 1_125_000_002n },
    })
    await ledger().commit(second.orderId, sampleTransaction('2'))
    const [tracked] = await ledger().tracked()
    expect(tracked?.siblings.map(({ hash }) => hash)).toEqual([
      sampleTransaction('1').hash,
      sampleTransaction('2').hash,
    ])
  })

  it('moves on once the chain has used it', async () => {
    const { vault, ledger } = openLedger()
    const first = await reserved(vault, 0, 7)
    await ledger().commit(first.orderId, sampleTransaction('1'))
    await ledger().settle(settlement(first.orderId, {}))
    const { version } = await ledger().status()
    const reservation = sampleReservation(vault, 1, version, { blockNumber: 102n, executor: { balance: 1n, nonce: 8 } })
    expect(await ledger().reserve(reservation)).toMatchObject({ ok: true, nonce: 8, minimumFees: null })
  })
})

describe('a crash', () => {
  it('keeps a reserved order, its alarm and the log', async () => {
    const { vault, ledger } = openLedger()
    const { orderId, head } = await reserved(vault, 0)
    await abortAllDurableObjects()
    expect(await ledger().status()).toMatchObject({ head, length: 1, live: { orderId, state: 'reserved' } })
    const alarm = await runInDurableObject(ledger(), (_: VaultLedger, state) => state.storage.getAlarm())
    expect(alarm).not.toBeNull()
  })

  it('keeps the bytes that were committed', async () => {
    const { vault, ledger } = openLedger()
    const { orderId } = await reserved(vault, 0)
    await ledger().commit(orderId, sampleTransaction('1'))
    await abortAllDurableObjects()
    const [tracked] = await ledger().tracked()
    expect(tracked).toMatchObject({ state: 'signed', bytes: sampleTransaction('1').bytes, executor, mandateId })
  })

  it('lets nobody commit to an order that was given up meanwhile', async () => {
    const { vault, ledger } = openLedger()
    const { orderId } = await reserved(vault, 0)
    expect(await ledger().release(orderId, 'NoBytes', true, 1_800_000_031)).toBe(true)
    expect(await ledger().commit(orderId, sampleTransaction('1'))).toEqual({ ok: false, reason: 'Released' })
  })

  it('never gives up an order that has bytes', async () => {
    const { vault, ledger } = openLedger()
    const { orderId } = await reserved(vault, 0)
    await ledger().commit(orderId, sampleTransaction('1'))
    expect(await ledger().release(orderId, 'NoBytes', true, 1_800_000_031)).toBe(false)
  })

  it('finds an alarm that got lost', async () => {
    const { vault, ledger } = openLedger()
    await reserved(vault, 0)
    await runInDurableObject(ledger(), (_: VaultLedger, state) => state.storage.deleteAlarm())
    expect(await ledger().sweep([])).toMatchObject({ alarmWasMissing: true, openOrders: 1 })
    const alarm = await runInDurableObject(ledger(), (_: VaultLedger, state) => state.storage.getAlarm())
    expect(alarm).not.toBeNull()
  })
})

describe('the log', () => {
  it('verifies from genesis to its head', async () => {
    const { vault, ledger } = openLedger()
    const { orderId } = await reserved(vault, 0)
    await ledger().commit(orderId, sampleTransaction('1'))
    await ledger().settle(settlement(orderId, {}))
    const records = (await ledger().outbox(100)).flatMap((entry) => (entry.kind === 'record' ? [entry.record] : []))
    const { head, length } = await ledger().status()
    const verdict = verifyLog(
      { chainId, vault },
      records.map(({ record }) => JSON.parse(record)),
      records.map((record): Hex => record.head),
      { length, head },
    )
    expect(verdict).toEqual({ intact: true, length: 2, head })
  })
})
