import { describe, expect, it } from 'vitest'
import type { Alert } from '../../../workers/agent/ledger-types.ts'
import { openLedger, reserved, settlement } from './ledger-world.ts'
import { sampleQuestion, sampleTransaction } from './sample-decision.ts'

type Opened = ReturnType<typeof openLedger>

/** An order that is signed, of a slot of its own. */
async function signed({ vault, ledger }: Opened, slot: number): Promise<string> {
  const { orderId } = await reserved(vault, slot)
  await ledger().commit(orderId, sampleTransaction(String(slot + 1)))
  return orderId
}

async function given(opened: Opened, orderId: string, relay: string, atBlock: bigint, answer = 'accepted') {
  expect(await opened.ledger().handTo(orderId, relay, atBlock)).toBe(true)
  expect(await opened.ledger().markSent(orderId, relay, atBlock, answer)).toBe(true)
}

async function alertsOf({ ledger }: Opened): Promise<Alert[]> {
  return (await ledger().outbox(100)).flatMap((entry) => (entry.kind === 'alert' ? [entry.alert] : []))
}

async function healthOf({ ledger }: Opened, name: string) {
  return (await ledger().relays()).find((relay) => relay.name === name)
}

const expired = { outcome: 'expired', blockNumber: null, blockHash: null } as const

describe('handing over', () => {
  it('is written down before the bytes leave, and refused after a pause', async () => {
    const opened = openLedger()
    const orderId = await signed(opened, 0)
    await opened.ledger().handTo(orderId, 'titan', 100n)
    const [order] = await opened.ledger().tracked()
    expect(order).toMatchObject({ state: 'signed', handovers: [{ relay: 'titan', firstBlock: 100n, answer: '' }] })
    await opened.ledger().setPause({ scope: 'vault', subject: opened.vault, paused: true })
    expect(await opened.ledger().handTo(orderId, 'builder', 100n)).toBe(false)
    expect((await opened.ledger().tracked())[0]?.handovers).toHaveLength(1)
  })

  it('keeps the first block and follows the last', async () => {
    const opened = openLedger()
    const orderId = await signed(opened, 0)
    await given(opened, orderId, 'titan', 100n, 'Unknown')
    await given(opened, orderId, 'titan', 101n)
    expect((await opened.ledger().tracked())[0]).toMatchObject({
      state: 'sent',
      handovers: [{ relay: 'titan', firstBlock: 100n, lastBlock: 101n, answer: 'accepted' }],
    })
  })

  it('leaves an order signed that was refused', async () => {
    const opened = openLedger()
    const orderId = await signed(opened, 0)
    await given(opened, orderId, 'titan', 100n, 'Rejected')
    expect((await opened.ledger().tracked())[0]).toMatchObject({ state: 'signed', relayAnswer: 'Rejected' })
  })
})

describe('rating', () => {
  it('counts who had an order when it was included, and how many blocks that took', async () => {
    const opened = openLedger()
    const orderId = await signed(opened, 0)
    await given(opened, orderId, 'flashbots-private', 98n)
    await given(opened, orderId, 'titan', 100n)
    await given(opened, orderId, 'builder', 100n, 'Rejected')
    await opened.ledger().settle(settlement(orderId, { final: false, blockNumber: 101n }))
    expect(await opened.ledger().relays()).toEqual([])
    await opened.ledger().settle(settlement(orderId, { blockNumber: 101n }))
    expect(await healthOf(opened, 'flashbots-private')).toMatchObject({ sent: 1, included: 1, blocks: 3 })
    expect(await healthOf(opened, 'titan')).toMatchObject({ sent: 1, included: 1, blocks: 1 })
    expect(await healthOf(opened, 'builder')).toBeUndefined()
  })

  it('counts a lost order once, and answers that did not come', async () => {
    const opened = openLedger()
    const orderId = await signed(opened, 0)
    await given(opened, orderId, 'titan', 100n)
    await opened.ledger().countFailedAnswer('titan', 1_800_000_000)
    await opened.ledger().settle(settlement(orderId, expired))
    await opened.ledger().settle(settlement(orderId, expired))
    const health = await healthOf(opened, 'titan')
    expect(health).toMatchObject({ sent: 1, included: 0 })
    expect(health?.failures).toBeCloseTo(1, 3)
  })
})

describe('a lost order', () => {
  it('counts against a relay that took it once, whatever it said later', async () => {
    const opened = openLedger()
    const orderId = await signed(opened, 0)
    await given(opened, orderId, 'titan', 100n)
    await given(opened, orderId, 'titan', 101n, 'Excluded')
    await opened.ledger().settle(settlement(orderId, expired))
    expect(await healthOf(opened, 'titan')).toMatchObject({ sent: 1, included: 0 })
  })

  it('counts against a relay whose verdict kept it from everybody', async () => {
    const opened = openLedger()
    const orderId = await signed(opened, 0)
    await given(opened, orderId, 'titan', 100n, 'Reverted')
    await opened.ledger().settle(settlement(orderId, expired))
    expect(await healthOf(opened, 'titan')).toMatchObject({ sent: 1, included: 0 })
  })

  it('says nothing where somebody called it back, who must be asked again after a later hand-over', async () => {
    const opened = openLedger()
    const orderId = await signed(opened, 0)
    await given(opened, orderId, 'titan', 100n)
    await opened.ledger().markSent(orderId, 'titan', 100n, 'Cancelled')
    const answer = async () => (await opened.ledger().tracked())[0]?.handovers[0]?.answer
    expect(await answer()).toBe('Cancelled')
    await opened.ledger().handTo(orderId, 'titan', 101n)
    expect(await answer()).toBe('')
    await opened.ledger().markSent(orderId, 'titan', 101n, 'Cancelled')
    await opened.ledger().settle(settlement(orderId, expired))
    expect(await healthOf(opened, 'titan')).toBeUndefined()
  })
})

describe('a leak', () => {
  it('drops the relay that alone had the order, tells a person, and keeps the order live', async () => {
    const opened = openLedger()
    const orderId = await signed(opened, 0)
    await given(opened, orderId, 'titan', 100n)
    expect(await opened.ledger().noteLeak(orderId, 1_800_000_010)).toEqual(['titan'])
    expect(await opened.ledger().noteLeak(orderId, 1_800_000_020)).toBeNull()
    expect((await opened.ledger().status()).live).toMatchObject({ orderId, state: 'leaked' })
    expect(await healthOf(opened, 'titan')).toMatchObject({ suspicion: 1, droppedAt: 1_800_000_010 })
    expect((await alertsOf(opened)).map(({ kind, subject }) => [kind, subject])).toEqual([
      ['order-leaked', orderId],
      ['relay-dropped', 'titan'],
    ])
    // It fills as any other does, and its inclusion is no merit of the relay's.
    expect(await opened.ledger().settle(settlement(orderId, { final: false }))).toBe(true)
    expect(await opened.ledger().settle(settlement(orderId, {}))).toBe(true)
    expect(await healthOf(opened, 'titan')).toMatchObject({ sent: 0, included: 0 })
  })

  it('of several holders drops none at once, and those that were there too often', async () => {
    const opened = openLedger()
    for (const [slot, others] of [['builder'], ['mev-share']].entries()) {
      const orderId = await signed(opened, slot)
      for (const relay of ['titan', ...others]) await given(opened, orderId, relay, 100n)
      await opened.ledger().noteLeak(orderId, 1_800_000_010)
      await opened.ledger().settle(settlement(orderId, expired))
    }
    expect(await healthOf(opened, 'titan')).toMatchObject({ suspicion: 1, droppedAt: 1_800_000_010 })
    expect(await healthOf(opened, 'builder')).toMatchObject({ suspicion: 0.5, droppedAt: null })
    expect(await healthOf(opened, 'mev-share')).toMatchObject({ suspicion: 0.5, droppedAt: null })
  })

  it('casts suspicion on everybody who was given the order, and more on those that took it', async () => {
    const opened = openLedger()
    const orderId = await signed(opened, 0)
    await given(opened, orderId, 'titan', 100n)
    await given(opened, orderId, 'titan', 101n, 'Throttled')
    await given(opened, orderId, 'mev-blocker', 101n, 'Unavailable')
    await given(opened, orderId, 'builder', 101n, 'Rejected')
    await given(opened, orderId, 'sequencer', 101n)
    expect(await opened.ledger().noteLeak(orderId, 1_800_000_010)).toEqual(['titan', 'mev-blocker', 'builder'])
    const suspicions = await Promise.all(
      ['titan', 'mev-blocker', 'builder'].map(async (name) => (await healthOf(opened, name))?.suspicion),
    )
    expect(suspicions[0]).toBeCloseTo(4 / 6, 12)
    expect(suspicions[1]).toBeCloseTo(1 / 6, 12)
    expect(suspicions[2]).toBeCloseTo(1 / 6, 12)
  })

  it('counts a relay that alone was given the order and said no', async () => {
    const opened = openLedger()
    const orderId = await signed(opened, 0)
    await given(opened, orderId, 'titan', 100n, 'Rejected')
    expect(await opened.ledger().noteLeak(orderId, 1_800_000_010)).toEqual(['titan'])
    expect(await healthOf(opened, 'titan')).toMatchObject({ suspicion: 1 })
  })

  it('counts a hand-over whose answer never came', async () => {
    const opened = openLedger()
    const orderId = await signed(opened, 0)
    await opened.ledger().handTo(orderId, 'titan', 100n)
    await given(opened, orderId, 'titan', 101n, 'Rejected')
    expect(await opened.ledger().noteLeak(orderId, 1_800_000_010)).toEqual(['titan'])
  })

  it('is none of an order that no relay had', async () => {
    const opened = openLedger()
    expect(await opened.ledger().noteLeak(await signed(opened, 0), 1_800_000_010)).toBeNull()
    expect(await alertsOf(opened)).toEqual([])
  })

  it('is forgiven by a person only', async () => {
    const opened = openLedger()
    const orderId = await signed(opened, 0)
    await given(opened, orderId, 'titan', 100n)
    expect(await opened.ledger().reinstateRelay('titan')).toBe(false)
    await opened.ledger().noteLeak(orderId, 1_800_000_010)
    expect(await opened.ledger().reinstateRelay('titan')).toBe(true)
    expect(await healthOf(opened, 'titan')).toMatchObject({ suspicion: 0, droppedAt: null })
  })
})

describe('the ends of an order', () => {
  it.each([
    ['expired', 'expired'],
    ['replaced', 'replaced'],
    ['index-moved', 'replaced'],
    ['refused-on-chain', 'included'],
    ['filled', 'included'],
  ] as const)('%s is the state %s', async (outcome, state) => {
    const opened = openLedger()
    const orderId = await signed(opened, 0)
    const inBlock = outcome === 'filled' || outcome === 'refused-on-chain'
    await opened
      .ledger()
      .settle(settlement(orderId, { outcome, ...(inBlock ? {} : { blockNumber: null, blockHash: null }) }))
    const orders = (await opened.ledger().outbox(100)).flatMap((entry) => (entry.kind === 'order' ? [entry.order] : []))
    expect(orders.at(-1)).toMatchObject({ id: orderId, state })
    expect((await opened.ledger().status()).live).toBeNull()
  })

  it('released, before anything was signed', async () => {
    const { vault, ledger } = openLedger()
    const { orderId } = await reserved(vault, 0)
    expect(await ledger().release(orderId, 'NoBytes', true, 1_800_000_040)).toBe(true)
    expect((await ledger().status()).live).toBeNull()
    expect(await reserved(vault, 0)).toMatchObject({ attempt: 2 })
  })

  it('counts the attempts that relays lost, for the public last step', async () => {
    const opened = openLedger()
    const orderId = await signed(opened, 0)
    const standing = () => opened.ledger().standing(sampleQuestion(0))
    expect((await standing()).expiredAttempts).toBe(0)
    await given(opened, orderId, 'titan', 100n)
    await opened.ledger().settle(settlement(orderId, expired))
    expect((await standing()).expiredAttempts).toBe(1)
  })

  it.each(['Cancelled', 'NotCancelled', 'Reverted'])('counts none that ended as %s', async (answer) => {
    const opened = openLedger()
    const orderId = await signed(opened, 0)
    await given(opened, orderId, 'titan', 100n, answer)
    await opened.ledger().settle(settlement(orderId, expired))
    expect((await opened.ledger().standing(sampleQuestion(0))).expiredAttempts).toBe(0)
  })
})
