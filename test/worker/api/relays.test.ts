/// <reference types="@cloudflare/vitest-plugin/types" />
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { drizzle } from 'drizzle-orm/d1'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ledgerOf } from '../../../workers/agent/ledger-address.ts'
import { app } from '../../../workers/api/app.ts'
import { alerts } from '../../../workers/database/schema.ts'
import { sampleReservation, sampleTransaction } from '../agent/sample-decision.ts'
import { call, env, expectProblem, migrateWithVaults } from './client.ts'
import { fakeChain, otherVault, vaultAddress } from './fake-chain.ts'

beforeEach(() => {
  fakeChain()
})
beforeAll(migrateWithVaults)

const path = `/v1/vaults/${vaultAddress}/relays`
const ledger = () => ledgerOf(env, 424_242, vaultAddress)

describe('relays', () => {
  it('are listed in the order of the ladder, with what is known of them', async () => {
    await ledger().countFailedAnswer('flashbots-private', 1_800_000_000)
    const { status, body } = await call('GET', path)
    expect(status).toBe(200)
    expect(body.items).toMatchObject([
      { name: 'flashbots-private', rank: 1, droppedAt: null },
      { name: 'flashbots-bundle', rank: 2, expectedBlocks: 2, sent: 0 },
    ])
  })

  it('that leaked are out until a person reinstates them', async () => {
    const { version } = await ledger().status()
    const reserved = await ledger().reserve(sampleReservation(vaultAddress, 0, version))
    if (!reserved.ok) throw new Error(reserved.reason)
    await ledger().commit(reserved.orderId, sampleTransaction('1'))
    await ledger().handTo(reserved.orderId, 'flashbots-private', 100n)
    await ledger().noteLeak(reserved.orderId, 1_800_000_000)
    expect((await call('GET', path)).body.items).toMatchObject([
      { name: 'flashbots-private', rank: null, suspicion: 1, droppedAt: 1_800_000_000 },
      // Another way to the same address.
      { name: 'flashbots-bundle', rank: null, suspicion: 0, droppedAt: null },
    ])
    const reinstated = await call('POST', `${path}/flashbots-private/reinstate`, { body: {} })
    expect(reinstated.body.items).toMatchObject([{ name: 'flashbots-private', rank: 1 }, {}])
    expectProblem(await call('POST', `${path}/flashbots-private/reinstate`, { body: {} }), 409, 'conflict')
  })

  it('of an unknown vault, or with an unknown name, are nobody’s', async () => {
    expectProblem(await call('GET', `/v1/vaults/${'0x'.padEnd(42, '9')}/relays`), 404, 'not-found')
    expectProblem(await call('POST', `${path}/my-relay/reinstate`, { body: {} }), 404, 'not-found')
  })
})

describe('health', () => {
  it.each([
    'sequencer',
    'titan=ftp://secret-key',
    'nobody=https://relay.test',
    'https://relay.test/secret-key',
    'titan',
  ])('says that %s cannot be used, without its address', async (ladder) => {
    const context = createExecutionContext()
    const request = new Request('https://portcullis.test/v1/health')
    const response = await app.fetch(request, { ...env, RELAY_LADDER: ladder }, context)
    await waitOnExecutionContext(context)
    const text = await response.text()
    expect([response.status, text]).toEqual([503, expect.stringContaining('misconfigured')])
    expect(text).not.toContain('secret-key')
  })
})

describe('alerts', () => {
  it('are listed newest first, of one vault or of all', async () => {
    const row = (id: string, vault: string | null, raisedAt: number) => ({
      ...{ id, vault, raisedAt, kind: 'order-leaked', subject: 'an order', sentence: 'It was seen.' },
    })
    await drizzle(env.DATABASE)
      .insert(alerts)
      .values([row('a', vaultAddress, 10), row('b', otherVault, 30), row('c', null, 20)])
    expect((await call('GET', '/v1/alerts')).body.items.map(({ id }: { id: string }) => id)).toEqual(['b', 'c', 'a'])
    const one = await call('GET', `/v1/alerts?vault=${vaultAddress}`)
    expect(one.body.items).toMatchObject([{ id: 'a', kind: 'order-leaked', sentence: 'It was seen.' }])
    const page = await call('GET', '/v1/alerts?limit=2')
    const rest = await call('GET', `/v1/alerts?limit=2&cursor=${page.body.nextCursor}`)
    expect(rest.body).toMatchObject({ items: [{ id: 'a' }], hasMore: false })
  })
})
