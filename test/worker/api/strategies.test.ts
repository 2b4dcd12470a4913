import { getAddress, hashTypedData } from 'viem'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { configurationHash } from '../../../shared/schema/configuration-hash.ts'
import { mandateId, mandateSchema } from '../../../shared/schema/mandate.ts'
import { strategyConfigurationSchema } from '../../../shared/schema/strategy.ts'
import { call, draftStrategy, env, expectProblem, migrate, registerVault, rowCounts, twap } from './client.ts'
import { type FakeChain, fakeChain, otherVault, thirdVault, vaultAddress } from './fake-chain.ts'

let chain: FakeChain
beforeEach(() => {
  chain = fakeChain()
})
beforeAll(async () => {
  fakeChain()
  await migrate()
  await registerVault()
})

describe('a draft', () => {
  it('carries the mandate its configuration implies', async () => {
    const configuration = twap()
    const body = { vault: vaultAddress, name: 'Buy WETH', configuration }
    const { status, headers, body: draft } = await call('POST', '/v1/strategies', { body })
    expect(status).toBe(201)
    expect(headers.get('Location')).toBe(`/v1/strategies/${draft.id}`)
    expect(draft.status).toBe('draft')
    const parsed = strategyConfigurationSchema.parse(configuration)
    expect(draft.mandate).toMatchObject({
      strategy: draft.id,
      sell: configuration.sell,
      buy: configuration.buy,
      total: '50000000000',
      maximumSlice: '10000000000',
      start: configuration.start,
      slippageBps: 50,
      // A one-off, latched by five fills in a row that use three quarters of the bound.
      ...{ refillAmount: '0', refillPeriod: 0, poorFillBps: 38, maximumPoorFills: 5 },
      worstPrice: configuration.worstPrice,
      configurationHash: configurationHash(parsed),
    })
    expect(draft.mandate.end).toBeGreaterThanOrEqual(configuration.start + 5 * 300)
    expect(draft.mandate.minimumInterval).toBeGreaterThan(0)
    expect(draft.mandate.minimumInterval).toBeLessThan(300)
    expect(draft.mandate.maximumExecutions).toBeGreaterThan(5)
    expect(draft.display).toEqual({ total: '50,000 USDC', maximumSlice: '10,000 USDC', slippage: '0.5 %' })
  })

  it('gives typed data whose hash is the mandate id, as any wallet computes it', async () => {
    const draft = await draftStrategy()
    const { domain, types, primaryType, message } = draft.typedData
    expect(hashTypedData({ domain, types, primaryType, message })).toBe(draft.mandateId)
    expect(mandateId(424_242, vaultAddress, mandateSchema.parse(draft.mandate))).toBe(draft.mandateId)
    expect(draft.openMandate.to).toBe(getAddress(vaultAddress))
    expect(draft.openMandate.function).toMatch(/^openMandate\(\(bytes32,address,address,uint256,/)
  })

  it('commits its mandate to where orders may go and what they may bid', async () => {
    const plain = await draftStrategy()
    const orderflow = { publicLastStep: { slippageBps: 20 } }
    const chosen = { orderflow, relays: ['flashbots-bundle', 'titan'], maximumFeePerGas: '50000000000' }
    const draft = await draftStrategy(chosen)
    expect(draft.configuration).toMatchObject(chosen)
    expect(draft.configurationHash).not.toBe(plain.configurationHash)
    expect(draft.mandate.configurationHash).toBe(draft.configurationHash)
  })

  it('differs from an equal one by its salt', async () => {
    const [one, two] = [await draftStrategy(), await draftStrategy()]
    expect(one.configurationHash).toBe(two.configurationHash)
    expect(one.id).not.toBe(two.id)
    expect(one.mandateId).not.toBe(two.mandateId)
  })

  it('takes dca too', async () => {
    const { slices: _slices, ...dca } = twap({ kind: 'dca', amountPerSlice: '7000000000' })
    const body = { vault: vaultAddress, name: 'Average in', configuration: dca }
    const { status, body: draft } = await call('POST', '/v1/strategies', { body })
    expect(status).toBe(201)
    // ⌈50,000 / 7,000⌉ = 8 slices
    expect(draft.mandate.end).toBeGreaterThanOrEqual(dca.start + 8 * 300)
  })

  it.each([
    ['vwap', { hourWeights: Array(24).fill(3) }],
    ['pov', { participationBps: 500 }],
    ['almgren-chriss', { urgencyMillionths: 2_000_000 }],
  ])('takes %s too, for as long as twap', async (kind, fields) => {
    const configuration = twap({ kind, ...fields })
    const body = { vault: vaultAddress, name: 'Buy WETH', configuration }
    const { status, body: draft } = await call('POST', '/v1/strategies', { body })
    expect(status).toBe(201)
    expect(draft.configuration).toEqual(configuration)
    const like = await draftStrategy({ start: configuration.start })
    expect(draft.mandate.end).toBe(like.mandate.end)
    expect(draft.mandate.configurationHash).not.toBe(like.mandate.configurationHash)
  })

  it('can be renamed, reconfigured and deleted', async () => {
    const draft = await draftStrategy()
    const path = `/v1/strategies/${draft.id}`
    expect((await call('PATCH', path, { body: { name: 'Renamed' } })).body).toMatchObject({
      name: 'Renamed',
      mandateId: draft.mandateId,
    })
    const { status, body: changed } = await call('PATCH', path, { body: { configuration: twap({ slippageBps: 80 }) } })
    expect(status).toBe(200)
    expect(changed.id).toBe(draft.id)
    expect(changed.mandate).toMatchObject({ strategy: draft.id, slippageBps: 80 })
    expect(changed.mandateId).not.toBe(draft.mandateId)
    const { body: read } = await call('GET', path)
    expect(read).toMatchObject({
      name: 'Renamed',
      mandateId: changed.mandateId,
      pausedBy: [],
      progress: { open: false },
    })
    expect((await call('DELETE', path)).status).toBe(204)
    expectProblem(await call('GET', path), 404, 'not-found')
  })

  it.each([
    ['PATCH', {}, 'invalid-request', 422],
    ['PATCH', { status: 'active' }, 'invalid-request', 422],
    ['PATCH', { configuration: { ...twap(), total: '1.5' } }, 'invalid-request', 422],
    ['PATCH', { configuration: twap({ slippageBps: 9_999 }) }, 'invalid-strategy', 422],
  ])('refuses %s %j', async (method, body, name, status) => {
    const draft = await draftStrategy()
    expectProblem(await call(method, `/v1/strategies/${draft.id}`, { body }), status, name)
    const { body: read } = await call('GET', `/v1/strategies/${draft.id}`)
    expect(read).toMatchObject({ mandateId: draft.mandateId, status: 'draft', updatedAt: draft.updatedAt })
  })
})

describe('a strategy whose mandate is on chain', () => {
  it.each(['the database knows', 'only the chain knows'])('keeps its terms; %s', async (who) => {
    const draft = await draftStrategy()
    const path = `/v1/strategies/${draft.id}`
    chain.openMandates.add(draft.mandateId)
    if (who === 'the database knows') {
      await env.DATABASE.prepare("UPDATE strategies SET status = 'active' WHERE id = ?").bind(draft.id).run()
    }
    const before = await rowCounts()
    const configuration = twap({ slippageBps: 80 })
    expectProblem(await call('PATCH', path, { body: { configuration } }), 409, 'conflict')
    expectProblem(await call('DELETE', path), 409, 'conflict')
    expect(await rowCounts()).toEqual(before)
    expect((await call('PATCH', path, { body: { name: 'Still renamed' } })).status).toBe(200)
    const { body } = await call('GET', path)
    expect(body).toMatchObject({
      name: 'Still renamed',
      mandateId: draft.mandateId,
      progress: { filled: '1000000', remaining: '49999000000', open: true, display: { filled: '1 USDC' } },
    })
  })

  it('cannot be changed while the chain does not answer, and can still be read', async () => {
    const draft = await draftStrategy()
    chain.reachable = false
    expectProblem(await call('DELETE', `/v1/strategies/${draft.id}`), 503, 'unavailable')
    const { status, body } = await call('GET', `/v1/strategies/${draft.id}`)
    expect(status).toBe(200)
    expect(body.progress).toBeNull()
  })
})

describe('Idempotency-Key', () => {
  const headers = (key: string) => ({ 'Idempotency-Key': key })
  const body = { vault: vaultAddress, name: 'Once', configuration: twap() }

  it('gives the same answer to the same request and stores it once', async () => {
    const first = await call('POST', '/v1/strategies', { body, headers: headers('order-1') })
    const before = await rowCounts()
    const second = await call('POST', '/v1/strategies', { body, headers: headers('order-1') })
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.text).toBe(first.text)
    expect(second.headers.get('Location')).toBe(first.headers.get('Location'))
    expect(await rowCounts()).toEqual(before)
  })

  it('makes one strategy of ten deliveries at the same time', async () => {
    const before = await rowCounts()
    const deliveries = Array.from({ length: 10 }, () =>
      call('POST', '/v1/strategies', { body, headers: headers('order-2') }),
    )
    const answers = await Promise.all(deliveries)
    expect(new Set(answers.map((one) => one.text)).size).toBe(1)
    expect((await rowCounts()).strategies).toBe((before.strategies ?? 0) + 1)
  })

  it('refuses another body', async () => {
    await call('POST', '/v1/strategies', { body, headers: headers('order-3') })
    const before = await rowCounts()
    const other = { ...body, name: 'Twice' }
    const response = await call('POST', '/v1/strategies', { body: other, headers: headers('order-3') })
    expectProblem(response, 422, 'idempotency-key-reused')
    expect(await rowCounts()).toEqual(before)
  })

  it('keeps nothing of a refused request', async () => {
    const before = await rowCounts()
    const wrong = { ...body, configuration: twap({ slippageBps: 9_999 }) }
    expectProblem(
      await call('POST', '/v1/strategies', { body: wrong, headers: headers('order-4') }),
      422,
      'invalid-strategy',
    )
    expectProblem(
      await call('POST', '/v1/strategies', { body, headers: headers('x'.repeat(256)) }),
      422,
      'invalid-request',
    )
    expect(await rowCounts()).toEqual(before)
    expect((await call('POST', '/v1/strategies', { body, headers: headers('order-4') })).status).toBe(201)
  })

  it('is not needed to make one vault of ten registrations at the same time', async () => {
    const vault = { address: thirdVault, name: 'Third' }
    const answers = await Promise.all(Array.from({ length: 10 }, () => call('POST', '/v1/vaults', { body: vault })))
    expect(answers.filter((one) => one.status === 201)).toHaveLength(1)
    for (const refused of answers.filter((one) => one.status !== 201)) expectProblem(refused, 409, 'conflict')
  })

  it('works for vaults, where a repeat would otherwise conflict', async () => {
    const vault = { address: otherVault, name: 'Second' }
    const first = await call('POST', '/v1/vaults', { body: vault, headers: headers('vault-1') })
    const second = await call('POST', '/v1/vaults', { body: vault, headers: headers('vault-1') })
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.text).toBe(first.text)
    expectProblem(await call('POST', '/v1/vaults', { body: vault }), 409, 'conflict')
  })
})

describe('pages', () => {
  it('walk through everything once, newest first, also while new ones arrive', async () => {
    const made: string[] = []
    for (let count = 0; count < 7; count += 1) made.push((await draftStrategy()).id)
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`
      const { status, body } = await call('GET', `/v1/strategies?vault=${vaultAddress}&limit=3${query}`)
      expect(status).toBe(200)
      expect(body.items.length).toBeLessThanOrEqual(3)
      expect(body.hasMore).toBe(body.nextCursor !== null)
      seen.push(...body.items.map((item: { id: string }) => item.id))
      cursor = body.nextCursor
    } while (cursor !== null)
    expect(new Set(seen).size).toBe(seen.length)
    for (const id of made) expect(seen).toContain(id)
    const { results } = await env.DATABASE.prepare(
      'SELECT id FROM strategies WHERE vault = ? ORDER BY created_at DESC, id DESC',
    )
      .bind(vaultAddress)
      .all<{ id: string }>()
    expect(seen).toEqual(results.map((row) => row.id))
  })

  it('can be narrowed by status', async () => {
    const { body } = await call('GET', '/v1/strategies?status=latched')
    expect(body).toEqual({ items: [], hasMore: false, nextCursor: null })
  })
})
