import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Scope, scopes } from '../../../workers/api/access.ts'
import {
  adminKey,
  call,
  draftStrategy,
  env,
  expectProblem,
  makeKey,
  migrateWithVaults,
  rowCounts,
  twap,
} from './client.ts'
import { fakeChain, otherVault, vaultAddress } from './fake-chain.ts'

const strategyId = `0x${'ab'.repeat(32)}`
const gate = { scope: 'vault', subject: vaultAddress, reason: 'test' }
const draft = { vault: vaultAddress, name: 'Buy WETH', configuration: twap() }

/** Every route that needs a key, the scope it needs, and a request that gets past the gatekeeper. */
const routes: [string, string, Scope, unknown?][] = [
  ['POST', '/v1/keys', 'keys:admin', { name: 'x', scopes: ['keys:admin'] }],
  ['GET', '/v1/keys', 'keys:admin'],
  ['DELETE', '/v1/keys/00000000-0000-4000-8000-000000000000', 'keys:admin'],
  ['POST', '/v1/vaults', 'vaults:write', { address: vaultAddress, name: 'x' }],
  ['GET', '/v1/vaults', 'vaults:read'],
  ['GET', `/v1/vaults/${vaultAddress}`, 'vaults:read'],
  ['GET', `/v1/executors/${vaultAddress}/1`, 'vaults:read'],
  ['POST', '/v1/strategies', 'strategies:write', draft],
  ['GET', '/v1/strategies', 'strategies:read'],
  ['GET', `/v1/strategies/${strategyId}`, 'strategies:read'],
  ['PATCH', `/v1/strategies/${strategyId}`, 'strategies:write', { name: 'x' }],
  ['DELETE', `/v1/strategies/${strategyId}`, 'strategies:write'],
  ['POST', '/v1/pause', 'pause:write', gate],
  ['POST', '/v1/resume', 'resume:write', gate],
  ['GET', '/v1/pauses', 'strategies:read'],
  ['GET', '/v1/executions', 'executions:read'],
  ['GET', `/v1/executions/${strategyId}:0:0`, 'executions:read'],
  ['GET', `/v1/vaults/${vaultAddress}/relays`, 'vaults:read'],
  ['POST', `/v1/vaults/${vaultAddress}/relays/titan/reinstate`, 'resume:write', {}],
  ['GET', `/v1/vaults/${vaultAddress}/models`, 'vaults:read'],
  ['POST', `/v1/vaults/${vaultAddress}/models/slippage/reinstate`, 'resume:write', {}],
  ['GET', '/v1/alerts', 'decisions:read'],
  ['GET', `/v1/decisions?vault=${vaultAddress}`, 'decisions:read'],
  ['GET', `/v1/decisions/${vaultAddress}/0`, 'decisions:read'],
]

beforeEach(() => {
  fakeChain()
})
beforeAll(migrateWithVaults)

describe('scopes', () => {
  it('the table names every route that needs a key', async () => {
    const { body } = await call('GET', '/openapi.json', { key: null })
    const guarded = Object.entries<Record<string, { security?: unknown }>>(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]) =>
        operation.security === undefined ? [] : [`${method.toUpperCase()} ${path}`],
      ),
    )
    const open = Object.keys(body.paths).filter((path) => path === '/v1/health' || path === '/v1/chain')
    expect(guarded).toHaveLength(routes.length)
    expect(open).toHaveLength(2)
  })

  it.each(routes)('%s %s needs %s and nothing else', async (method, path, scope, body) => {
    const request = body === undefined ? {} : { body }
    const before = await rowCounts()
    for (const key of [null, 'pk_unknown', '', 'x'.repeat(300)]) {
      const response = await call(method, path, { ...request, key })
      expectProblem(response, 401, 'unauthorized')
      expect(response.headers.get('WWW-Authenticate')).toContain('Bearer')
    }
    expect(await rowCounts()).toEqual(before)

    const without = await makeKey(scopes.filter((one) => one !== scope))
    const afterKey = await rowCounts()
    const problem = expectProblem(await call(method, path, { ...request, key: without }), 403, 'forbidden')
    expect(problem.detail).toContain(scope)
    expect(await rowCounts()).toEqual(afterKey)

    const within = await makeKey([scope])
    const { status } = await call(method, path, { ...request, key: within })
    expect([401, 403]).not.toContain(status)
  })

  it('strangers learn nothing from validation', async () => {
    expectProblem(await call('POST', '/v1/strategies', { key: null, body: { nonsense: true } }), 401, 'unauthorized')
    const reader = await makeKey(['strategies:read'])
    expectProblem(await call('POST', '/v1/strategies', { key: reader, body: { nonsense: true } }), 403, 'forbidden')
  })

  it.each(['Basic dGVzdA==', adminKey, `bearer${adminKey}`, `Bearer ${adminKey} x`])('refuses "%s"', async (header) => {
    const response = await call('GET', '/v1/vaults', { key: null, headers: { Authorization: header } })
    expectProblem(response, 401, 'unauthorized')
  })
})

describe('keys', () => {
  it('shows a secret once and keeps only its hash', async () => {
    const { status, body } = await call('POST', '/v1/keys', { body: { name: 'Desk', scopes: ['vaults:read'] } })
    expect(status).toBe(201)
    expect(body.secret).toMatch(/^pk_[0-9a-f]{64}$/)
    expect((await call('GET', '/v1/vaults', { key: body.secret })).status).toBe(200)
    const { text } = await call('GET', '/v1/keys?limit=100')
    expect(text).toContain(body.id)
    expect(text).not.toContain(body.secret)
    expect(text).not.toMatch(/secret/i)
    const stored = await env.DATABASE.prepare('SELECT * FROM api_keys WHERE id = ?').bind(body.id).first()
    expect(JSON.stringify(stored)).not.toContain(body.secret.slice(3))
  })

  it('revokes at once, and again without harm', async () => {
    const { body } = await call('POST', '/v1/keys', { body: { name: 'Desk', scopes: ['vaults:read'] } })
    expect((await call('DELETE', `/v1/keys/${body.id}`)).status).toBe(204)
    expectProblem(await call('GET', '/v1/vaults', { key: body.secret }), 401, 'unauthorized')
    expect((await call('DELETE', `/v1/keys/${body.id}`)).status).toBe(204)
  })

  it('ends at its expiry', async () => {
    const expiresAt = Math.floor(Date.now() / 1000) + 3_600
    const { body } = await call('POST', '/v1/keys', { body: { name: 'Desk', scopes: ['vaults:read'], expiresAt } })
    expect((await call('GET', '/v1/vaults', { key: body.secret })).status).toBe(200)
    await env.DATABASE.prepare('UPDATE api_keys SET expires_at = ? WHERE id = ?')
      .bind(expiresAt - 7_200, body.id)
      .run()
    expectProblem(await call('GET', '/v1/vaults', { key: body.secret }), 401, 'unauthorized')
  })

  it('never gives more than its maker has', async () => {
    const maker = await makeKey(['keys:admin', 'vaults:read'])
    const before = await rowCounts()
    const beyond = { name: 'x', scopes: ['strategies:write'] }
    expectProblem(await call('POST', '/v1/keys', { key: maker, body: beyond }), 403, 'forbidden')
    const limitedAdmin = { name: 'x', scopes: ['keys:admin'], vault: vaultAddress }
    expectProblem(await call('POST', '/v1/keys', { body: limitedAdmin }), 422, 'invalid-request')
    const expired = { name: 'x', scopes: ['vaults:read'], expiresAt: 1_600_000_000 }
    expectProblem(await call('POST', '/v1/keys', { body: expired }), 422, 'invalid-request')
    const elsewhere = { name: 'x', scopes: ['vaults:read'], vault: `0x${'99'.repeat(20)}` }
    expectProblem(await call('POST', '/v1/keys', { body: elsewhere }), 422, 'invalid-request')
    for (const scopesGiven of [[], ['everything'], 'vaults:read']) {
      const body = { name: 'x', scopes: scopesGiven }
      expectProblem(await call('POST', '/v1/keys', { body }), 422, 'invalid-request')
    }
    expect(await rowCounts()).toEqual(before)
  })

  it('does not outlive its maker', async () => {
    const expiresAt = Math.floor(Date.now() / 1000) + 3_600
    const { body: maker } = await call('POST', '/v1/keys', { body: { name: 'x', scopes: ['keys:admin'], expiresAt } })
    const before = await rowCounts()
    for (const later of [undefined, expiresAt + 1]) {
      const body = { name: 'y', scopes: ['keys:admin'], expiresAt: later }
      expectProblem(await call('POST', '/v1/keys', { key: maker.secret, body }), 403, 'forbidden')
    }
    expect(await rowCounts()).toEqual(before)
  })
})

describe('a key limited to one vault', () => {
  it('sees and touches that vault only', async () => {
    const own = await draftStrategy()
    const foreign = await draftStrategy({}, otherVault)
    const key = await makeKey(
      scopes.filter((one) => one !== 'keys:admin'),
      vaultAddress,
    )
    const before = await rowCounts()

    expect(
      (await call('GET', '/v1/vaults', { key })).body.items.map((one: { address: string }) => one.address),
    ).toEqual([vaultAddress])
    const { body: listed } = await call('GET', '/v1/strategies', { key })
    expect(listed.items.map((one: { id: string }) => one.id)).toContain(own.id)
    expect(listed.items.map((one: { id: string }) => one.id)).not.toContain(foreign.id)
    expect((await call('GET', `/v1/strategies/${own.id}`, { key })).status).toBe(200)

    const reason = 'test'
    const attempts: [string, string, unknown?][] = [
      ['GET', `/v1/vaults/${otherVault}`],
      ['POST', '/v1/vaults', { address: otherVault, name: 'x' }],
      ['GET', `/v1/executors/${otherVault}/1`],
      ['GET', `/v1/strategies/${foreign.id}`],
      ['PATCH', `/v1/strategies/${foreign.id}`, { name: 'mine' }],
      ['DELETE', `/v1/strategies/${foreign.id}`],
      ['GET', `/v1/strategies?vault=${otherVault}`],
      ['GET', `/v1/executions?vault=${otherVault}`],
      ['GET', `/v1/decisions?vault=${otherVault}`],
      ['GET', `/v1/decisions/${otherVault}/0`],
      ['POST', '/v1/strategies', { vault: otherVault, name: 'x', configuration: twap() }],
      ['POST', '/v1/pause', { scope: 'everything', reason }],
      ['POST', '/v1/pause', { scope: 'vault', subject: otherVault, reason }],
      ['POST', '/v1/pause', { scope: 'strategy', subject: foreign.id, reason }],
      ['POST', '/v1/resume', { scope: 'everything', reason }],
    ]
    for (const [method, path, body] of attempts) {
      expectProblem(await call(method, path, body === undefined ? { key } : { key, body }), 403, 'forbidden')
    }
    expect(await rowCounts()).toEqual(before)
  })
})
