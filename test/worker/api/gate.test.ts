import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ledgerOf } from '../../../workers/agent/ledger-address.ts'
import { VaultLedger } from '../../../workers/agent/vault-ledger.ts'
import { call, draftStrategy, env, expectProblem, migrateWithVaults, rowCounts } from './client.ts'
import { fakeChain, otherVault, vaultAddress } from './fake-chain.ts'

beforeEach(() => {
  fakeChain()
})
beforeAll(migrateWithVaults)

const ledger = (vault: typeof vaultAddress) => ledgerOf(env, 424_242, vault)
const pausedIn = async (vault: typeof vaultAddress) =>
  (await ledger(vault).status()).pausedScopes.filter(({ paused }) => paused).map(({ scope }) => scope)

describe('pausing', () => {
  it('everything reaches every ledger, and resuming lifts it', async () => {
    const { status, body } = await call('POST', '/v1/pause', { body: { scope: 'everything', reason: 'drill' } })
    expect(status).toBe(200)
    expect(body).toMatchObject({ scope: 'everything', subject: '', paused: true })
    expect(body.sentence).toContain('No order is on its way.')
    expect(body.ledgers).toEqual(
      expect.arrayContaining([
        { vault: vaultAddress, delivered: true, live: null },
        { vault: otherVault, delivered: true, live: null },
      ]),
    )
    expect(await pausedIn(vaultAddress)).toEqual(['everything'])
    expect(await pausedIn(otherVault)).toEqual(['everything'])
    expect((await call('GET', '/v1/pauses')).body.items).toMatchObject([
      { scope: 'everything', subject: '', reason: 'drill', pausedBy: 'admin' },
    ])

    const resumed = await call('POST', '/v1/resume', { body: { scope: 'everything', reason: 'drill over' } })
    expect(resumed.body).toMatchObject({ paused: false })
    expect(await pausedIn(vaultAddress)).toEqual([])
    expect((await call('GET', '/v1/pauses')).body.items).toEqual([])
  })

  it('a vault leaves the others alone', async () => {
    const body = { scope: 'vault', subject: vaultAddress.toLowerCase(), reason: 'odd fills' }
    expect((await call('POST', '/v1/pause', { body })).body.ledgers).toHaveLength(1)
    expect(await pausedIn(vaultAddress)).toEqual(['vault'])
    expect(await pausedIn(otherVault)).toEqual([])
    await call('POST', '/v1/resume', { body })
    expect(await pausedIn(vaultAddress)).toEqual([])
  })

  it('a strategy shows on the strategy, with every wider pause, each lifted by itself', async () => {
    const { id } = await draftStrategy()
    const pausedBy = async () => (await call('GET', `/v1/strategies/${id}`)).body.pausedBy.toSorted()
    const reason = 'test'
    await call('POST', '/v1/pause', { body: { scope: 'strategy', subject: id, reason } })
    await call('POST', '/v1/pause', { body: { scope: 'everything', reason } })
    expect(await pausedBy()).toEqual(['everything', 'strategy'])
    await call('POST', '/v1/resume', { body: { scope: 'everything', reason } })
    expect(await pausedBy()).toEqual(['strategy'])
    expect(await pausedIn(vaultAddress)).toEqual(['strategy'])
    await call('POST', '/v1/resume', { body: { scope: 'strategy', subject: id, reason } })
    expect(await pausedBy()).toEqual([])
  })

  it('twice keeps the first reason; resuming what is not paused is harmless', async () => {
    const body = { scope: 'vault', subject: vaultAddress, reason: 'first' }
    await call('POST', '/v1/pause', { body })
    expect((await call('POST', '/v1/pause', { body: { ...body, reason: 'second' } })).status).toBe(200)
    expect((await call('GET', '/v1/pauses')).body.items).toMatchObject([{ reason: 'first' }])
    await call('POST', '/v1/resume', { body })
    expect((await call('POST', '/v1/resume', { body })).status).toBe(200)
  })

  it.each([
    { scope: 'galaxy', subject: '', reason: 'x' },
    { scope: 'everything', subject: vaultAddress, reason: 'x' },
    { scope: 'everything' },
    { scope: 'everything', reason: '' },
    { scope: 'vault', reason: 'x' },
    { scope: 'vault', subject: 'main', reason: 'x' },
    { scope: 'strategy', subject: '0x12', reason: 'x' },
    { scope: 'everything', reason: 'x'.repeat(501) },
  ])('refuses %j', async (body) => {
    const before = await rowCounts()
    expectProblem(await call('POST', '/v1/pause', { body }), 422, 'invalid-request')
    expectProblem(await call('POST', '/v1/resume', { body }), 422, 'invalid-request')
    expect(await rowCounts()).toEqual(before)
  })

  it('says which order may still land, and until when', async () => {
    const live = {
      orderId: `0x${'ab'.repeat(32)}:2:0`,
      strategyId: `0x${'ab'.repeat(32)}` as const,
      slot: 2,
      attempt: 0,
      state: 'sent' as const,
      nonce: 7,
      transactionHash: `0x${'cd'.repeat(32)}` as const,
      amountIn: '10000000000',
      deadline: 1_790_000_036,
    }
    vi.spyOn(VaultLedger.prototype, 'setPause').mockReturnValueOnce({ live })
    const body = { scope: 'vault', subject: vaultAddress, reason: 'now' }
    const response = await call('POST', '/v1/pause', { body })
    expect(response.body.ledgers).toEqual([{ vault: vaultAddress, delivered: true, live }])
    expect(response.body.sentence).toContain(`${live.orderId} is signed and may still trade until ${live.deadline}`)
    await call('POST', '/v1/resume', { body })
  })

  it('holds in the database when a ledger does not answer, and says so', async () => {
    const down = () => {
      throw new Error('the ledger is down')
    }
    // It is asked once more before it is given up.
    vi.spyOn(VaultLedger.prototype, 'setPause').mockImplementationOnce(down).mockImplementationOnce(down)
    const body = { scope: 'vault', subject: vaultAddress, reason: 'now' }
    const response = await call('POST', '/v1/pause', { body })
    expect(response.status).toBe(200)
    expect(response.text).not.toContain('the ledger is down')
    expect(response.body.ledgers).toEqual([{ vault: vaultAddress, delivered: false, live: null }])
    expect(response.body.sentence).toContain('did not answer')
    expect((await call('GET', '/v1/pauses')).body.items).toHaveLength(1)
    await call('POST', '/v1/resume', { body })
  })
})
