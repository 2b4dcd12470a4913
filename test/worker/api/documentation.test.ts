// First, so that schemas of shared/ exist before the API's framework extends zod: the worker's entry does the same.
import '../../../shared/schema/decision.ts'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { modelInUseId } from '../../../models/model-in-use.ts'
import { executorAddress } from '../../../workers/agent/signers/local.ts'
import { problemCatalogue, problemType } from '../../../workers/api/problems.ts'
import { call, env, expectProblem, migrate, registerVault } from './client.ts'
import { fakeChain, vaultAddress } from './fake-chain.ts'

beforeEach(() => {
  fakeChain()
})
beforeAll(migrate)

describe('/openapi.json', () => {
  it('describes every route, its key and its problems', async () => {
    const { status, body } = await call('GET', '/openapi.json', { key: null })
    expect(status).toBe(200)
    expect(body.openapi).toBe('3.1.0')
    expect(body.components.securitySchemes.apiKey).toMatchObject({ type: 'http', scheme: 'bearer' })
    expect(Object.keys(body.paths).sort()).toEqual([
      '/v1/alerts',
      '/v1/chain',
      '/v1/decisions',
      '/v1/decisions/{vault}/{sequence}',
      '/v1/executions',
      '/v1/executions/{id}',
      '/v1/executors/{vault}/{epoch}',
      '/v1/health',
      '/v1/keys',
      '/v1/keys/{id}',
      '/v1/pause',
      '/v1/pauses',
      '/v1/resume',
      '/v1/strategies',
      '/v1/strategies/{id}',
      '/v1/vaults',
      '/v1/vaults/{address}',
      '/v1/vaults/{address}/models',
      '/v1/vaults/{address}/models/{kind}/reinstate',
      '/v1/vaults/{address}/relays',
      '/v1/vaults/{address}/relays/{relay}/reinstate',
    ])
    const operations = Object.entries<Record<string, Record<string, never>>>(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation: Object(operation) })),
    )
    for (const { path, method, operation } of operations) {
      const name = `${method} ${path}`
      expect(operation.summary, name).toBeTruthy()
      expect(operation.responses['500'].content, name).toHaveProperty('application/problem+json')
      if (operation.security !== undefined) {
        expect(operation.responses, name).toHaveProperty('401')
        expect(operation.responses, name).toHaveProperty('403')
      }
      if (operation.requestBody !== undefined) expect(operation.requestBody.required, name).toBe(true)
    }
  })

  it('refers to nothing that is missing, and names every problem type', async () => {
    const { body, text } = await call('GET', '/openapi.json', { key: null })
    for (const [, name = ''] of text.matchAll(/#\/components\/schemas\/([A-Za-z]+)/g)) {
      expect(body.components.schemas).toHaveProperty(name)
    }
    const types = Object.keys(problemCatalogue).map((name) => problemType(name as keyof typeof problemCatalogue))
    expect(body.components.schemas.Problem.properties.type.enum).toEqual(types)
  })

  it('gives patterns that its own examples match', async () => {
    const { body } = await call('GET', '/openapi.json', { key: null })
    const schemas = body.components.schemas
    for (const schema of [
      schemas.StrategyRequest.properties.name,
      schemas.KeyRequest.properties.name,
      ...schemas.GateRequest.oneOf.map((form: { properties: { reason: unknown } }) => form.properties.reason),
    ]) {
      expect(schema.example).toMatch(new RegExp(schema.pattern, 'u'))
      expect('a\u0000b').not.toMatch(new RegExp(schema.pattern, 'u'))
    }
  })

  it('shows amounts as strings and an example that could be sent', async () => {
    const { body } = await call('GET', '/openapi.json', { key: null })
    const { configuration } = body.components.schemas.StrategyRequest.properties
    expect(configuration.example.total).toMatch(/^\d+$/)
    const [twap] = configuration.oneOf ?? configuration.anyOf
    expect(twap.properties.total).toMatchObject({ type: 'string' })
    expect(twap.additionalProperties).toBe(false)
  })

  it('shows every kind of strategy', async () => {
    const { body } = await call('GET', '/openapi.json', { key: null })
    const { configuration } = body.components.schemas.StrategyRequest.properties
    const forms: { properties: { kind: { enum: string[] } } }[] = configuration.oneOf ?? configuration.anyOf
    const kinds = forms.flatMap(({ properties }) => properties.kind.enum)
    expect(kinds).toEqual(['twap', 'dca', 'vwap', 'pov', 'almgren-chriss'])
  })
})

describe('the documentation page', () => {
  it('asks nobody but this worker', async () => {
    const { status, text, headers } = await call('GET', '/docs', { key: null })
    expect(status).toBe(200)
    expect(text).not.toMatch(/https?:\/\//)
    expect(text).not.toMatch(/<script>|style=|onload=/)
    const policy = headers.get('Content-Security-Policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toContain('unsafe')
    for (const [, file = ''] of text.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)) {
      const asset = await call('GET', file, { key: null })
      expect(asset.status, file).toBe(200)
      expect(asset.text.length, file).toBeGreaterThan(20)
    }
  })

  it('is where / leads to', async () => {
    const { status, headers } = await call('GET', '/', { key: null })
    expect([status, headers.get('Location')]).toEqual([302, '/docs'])
  })

  it.each(['/docs/nothing.js', '/docs/..%2f..%2fwrangler.toml', '/docs/.dev.vars'])('has no %s', async (path) => {
    expectProblem(await call('GET', path, { key: null }), 404, 'not-found')
  })
})

describe('every answer', () => {
  it('carries safe headers and a request id', async () => {
    for (const path of ['/v1/health', '/v1/nothing', '/v1/vaults', '/docs', '/openapi.json']) {
      const { headers } = await call('GET', path, { key: null })
      expect(headers.get('X-Request-Id'), path).toMatch(/^[\w-]{36}$/)
      expect(headers.get('X-Content-Type-Options'), path).toBe('nosniff')
      expect(headers.get('Content-Security-Policy'), path).toContain("default-src 'none'")
      expect(headers.get('Strict-Transport-Security'), path).toBeTruthy()
    }
  })

  it("keeps the caller's request id when it is harmless", async () => {
    const kept = await call('GET', '/v1/health', { headers: { 'X-Request-Id': 'trace-1' } })
    expect(kept.headers.get('X-Request-Id')).toBe('trace-1')
    const replaced = await call('GET', '/v1/health', { headers: { 'X-Request-Id': '"><script>' } })
    expect(replaced.headers.get('X-Request-Id')).not.toContain('<')
  })
})

describe('the service', () => {
  it('is healthy', async () => {
    const { status, body } = await call('GET', '/v1/health', { key: null })
    expect(status).toBe(200)
    expect(body).toMatchObject({ status: 'ok', chainId: 424_242 })
  })

  it('names the tokens it may trade', async () => {
    const { body } = await call('GET', '/v1/chain', { key: null })
    expect(body.tokens.map((token: { symbol: string }) => token.symbol).sort()).toEqual([
      'DAI',
      'USDC',
      'USDT',
      'WBTC',
      'WETH',
    ])
  })

  it('shows a vault as the chain and the ledger know it', async () => {
    await registerVault()
    const { status, body } = await call('GET', `/v1/vaults/${vaultAddress}`)
    expect(status).toBe(200)
    expect(body.state).toMatchObject({ tripped: false, sealed: true, limits: { maximumSlippageBps: 100 } })
    expect(body.state.assets[0]).toMatchObject({ symbol: 'WETH', listing: 'Feed', display: { booked: '5 WETH' } })
    expect(body.state.assets[2]).toMatchObject({ symbol: 'USDT', listing: 'Quarantined' })
    expect(body.ledger).toMatchObject({ length: 0, live: null })
  })

  it('tells the executor a vault must name, another one for each epoch, and never the seed', async () => {
    const executors = []
    for (const epoch of [1, 2]) executors.push(await call('GET', `/v1/executors/${vaultAddress}/${epoch}`))
    const [first, second] = executors.map(({ body }) => body.executor)
    for (const { body } of executors) expect(body.modelId).toBe(modelInUseId)
    expect(first).toBe(executorAddress(`0x${'11'.repeat(32)}`, 1, 424_242, vaultAddress, 1))
    expect(second).not.toBe(first)
    expectProblem(await call('GET', `/v1/executors/${vaultAddress}/-1`), 404, 'not-found')
  })

  it('says which variables are wrong, never what they hold', async () => {
    const broken = { ...env, EXECUTOR_SEED: 'not-a-key', RPC_URLS: 'https://secret.example/key' }
    const { app } = await import('../../../workers/api/app.ts')
    const response = await app.request('/v1/health', {}, broken)
    expect(response.status).toBe(503)
    const text = await response.text()
    expect(text).toContain('RPC_URLS, EXECUTOR_SEED;')
    expect(text).not.toMatch(/not-a-key|secret\.example/)
  })

  it('answers a database without tables with a problem and no statement', async () => {
    const database = { prepare: () => ({ bind: () => ({ raw: async () => Promise.reject(new Error('D1_ERROR')) }) }) }
    const { app } = await import('../../../workers/api/app.ts')
    const response = await app.request('/v1/health', {}, { ...env, DATABASE: database })
    expect(response.status).toBe(503)
    expect(await response.text()).not.toContain('D1_ERROR')
  })

  it('hides what went wrong inside', async () => {
    const database = {
      prepare: () => {
        throw new Error('select secret_hash from api_keys where 1')
      },
    }
    const { app } = await import('../../../workers/api/app.ts')
    const headers = { Authorization: 'Bearer pk_x' }
    const response = await app.request('/v1/vaults', { headers }, { ...env, DATABASE: database })
    expect(response.status).toBe(500)
    expect(response.headers.get('Content-Type')).toBe('application/problem+json')
    expect(await response.text()).not.toMatch(/secret_hash|select|\.ts/)
  })
})
