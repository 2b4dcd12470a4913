/// <reference types="@cloudflare/vitest-plugin/types" />
import { applyD1Migrations, createMessageBatch, type D1Migration, runDurableObjectAlarm } from 'cloudflare:test'
import { env as bound } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import { getAddress, pad } from 'viem'
import { beforeEach, describe, expect, it } from 'vitest'
import { consume } from '../../../workers/agent/consume.ts'
import { ledgerOf } from '../../../workers/agent/ledger-address.ts'
import { missedSlices } from '../../../workers/database/schema.ts'
import type { Env } from '../../../workers/environment.ts'
import { chainId, sampleReservation, strategyId } from './sample-decision.ts'

const env = bound as Env & { TEST_MIGRATIONS: D1Migration[] }
const database = drizzle(env.DATABASE)
const vault = getAddress(pad('0xc0ffee', { size: 20 }))

beforeEach(() => applyD1Migrations(env.DATABASE, env.TEST_MIGRATIONS))

/** Delivers bodies in one batch and says what became of each. */
async function deliver(queue: string, bodies: unknown[], agentEnv: Env = env): Promise<string[]> {
  const messages = bodies.map((body, index) => ({ id: `m${index}`, timestamp: new Date(), attempts: 1, body }))
  const batch = createMessageBatch(queue, messages)
  const fates = bodies.map(() => 'untouched')
  const watched = batch.messages.map((message, index) => ({
    id: message.id,
    timestamp: message.timestamp,
    attempts: message.attempts,
    body: message.body,
    ack: () => {
      fates[index] = 'acknowledged'
    },
    retry: () => {
      fates[index] = 'retried'
    },
  }))
  const rest = { queue, metadata: batch.metadata, ackAll: () => undefined, retryAll: () => undefined }
  await consume(agentEnv, { ...rest, messages: watched })
  return fates
}

/** Bindings whose database refuses every statement. */
const withoutDatabase: Env = {
  ...env,
  DATABASE: new Proxy(env.DATABASE, {
    get: () => () => {
      throw new Error('the database is down')
    },
  }),
}

const tick = {
  type: 'tick',
  vault,
  chainId,
  minute: 1_800_000_000,
  due: [{ strategyId, slot: 7, scheduledAt: 1_800_000_000 }],
}

describe('the queue', () => {
  it('drops what it cannot read, and what is meant for another chain', async () => {
    const fates = await deliver('portcullis-ticks', ['nonsense', { type: 'tick' }, { ...tick, chainId: 1 }])
    expect(fates).toEqual(['acknowledged', 'acknowledged', 'acknowledged'])
  })

  it('has nothing to learn of a quote that nobody left, nor of a market whose strategy is gone', async () => {
    const lessons = [
      { type: 'requote', vault, chainId, shadowId: 'nobody left it', tries: 0 },
      { type: 'visit', vault, chainId, strategyId },
      { type: 'requote', vault, chainId, shadowId: 'nobody left it', tries: -1 },
    ]
    expect(await deliver('portcullis-ticks', lessons)).toEqual(Array(3).fill('acknowledged'))
  })

  it('carries out orders before lessons', async () => {
    const order: string[] = []
    const watched = new Proxy(env.VAULT_LEDGER, {
      get: (namespace, name) => {
        if (name !== 'get') return Reflect.get(namespace, name).bind(namespace)
        return (id: DurableObjectId) =>
          new Proxy(namespace.get(id), {
            get: (ledger, method) => {
              order.push(String(method))
              return Reflect.get(ledger, method)
            },
          })
      },
    })
    const lesson = { type: 'requote', vault, chainId, shadowId: 'nobody left it', tries: 0 }
    const bodies = [lesson, { type: 'track', vault, chainId }]
    expect(await deliver('portcullis-ticks', bodies, { ...env, VAULT_LEDGER: watched })).toHaveLength(2)
    expect(order[0]).toBe('tracked')
    expect(order).toContain('shadowQuote')
  })

  it('drops slices of a strategy that does not exist any more', async () => {
    expect(await deliver('portcullis-ticks', [tick])).toEqual(['acknowledged'])
  })

  it('retries when the database fails, message by message', async () => {
    const fates = await deliver('portcullis-ticks', [tick, { type: 'track', vault, chainId }], withoutDatabase)
    expect(fates).toEqual(['retried', 'acknowledged'])
  })

  it('writes down the slices of a dead letter as missed, once', async () => {
    expect(await deliver('portcullis-dead-letters', [tick, tick, 'nonsense'])).toEqual(Array(3).fill('acknowledged'))
    expect(await database.select().from(missedSlices)).toMatchObject([{ strategyId, slot: 7, reason: 'dead letter' }])
  })

  it('writes nothing down for a slice whose order went out before its message failed', async () => {
    await database.delete(missedSlices)
    const ledger = ledgerOf(env, chainId, vault)
    const { version } = await ledger.status()
    expect(await ledger.reserve(sampleReservation(vault, 7, version))).toMatchObject({ ok: true })
    expect(await deliver('portcullis-dead-letters', [tick])).toEqual(['acknowledged'])
    expect(await database.select().from(missedSlices)).toEqual([])
  })

  it('keeps a dead letter when its slices cannot be written down', async () => {
    const free = { ...tick, due: [{ strategyId, slot: 8, scheduledAt: 1_800_000_060 }] }
    expect(await deliver('portcullis-dead-letters', [free], withoutDatabase)).toEqual(['retried'])
  })
})

describe('the alarm', () => {
  it('is armed while an order is open, and arms itself again', async () => {
    const busy = getAddress(pad('0xb5', { size: 20 }))
    const ledger = ledgerOf(env, chainId, busy)
    const { version } = await ledger.status()
    await ledger.reserve(sampleReservation(busy, 0, version))
    expect(await runDurableObjectAlarm(ledger)).toBe(true)
    expect(await runDurableObjectAlarm(ledger)).toBe(true)
  })

  it('is not set where nothing waits', async () => {
    const idle = ledgerOf(env, chainId, getAddress(pad('0x1d1e', { size: 20 })))
    await idle.status()
    expect(await runDurableObjectAlarm(idle)).toBe(false)
  })
})
