import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { call, expectProblem, migrate, registerVault, rowCounts, twap } from './client.ts'
import {
  type FakeChain,
  fakeChain,
  foreignVault,
  notAVault,
  otherVault,
  strangersVault,
  tokens,
  vaultAddress,
} from './fake-chain.ts'

let chain: FakeChain
beforeEach(() => {
  chain = fakeChain()
})
beforeAll(async () => {
  chain = fakeChain()
  await migrate()
  await registerVault()
})

/** Every refused request leaves the database as it was. */
async function refused(send: () => ReturnType<typeof call>, status: number, name: string) {
  const before = await rowCounts()
  const problem = expectProblem(await send(), status, name)
  expect(await rowCounts()).toEqual(before)
  return problem
}

function strategy(change: Record<string, unknown>) {
  return () =>
    call('POST', '/v1/strategies', { body: { vault: vaultAddress, name: 'Buy WETH', configuration: twap(change) } })
}

const huge = (2n ** 111n).toString()

/** Volume in one hour alone, half a day from when a schedule starts. */
const oneHourOnly = Array.from({ length: 24 }, (_, hour) => (hour === (new Date().getUTCHours() + 12) % 24 ? 1 : 0))

describe('terms that contradict themselves, the vault or the chain', () => {
  it.each<[string, Record<string, unknown>, string, string]>([
    ['an unknown token', { sell: `0x${'99'.repeat(20)}` }, 'sell', 'AssetUnknown'],
    ['a token the vault does not list', { buy: tokens.dai.address }, 'buy', 'AssetUnknown'],
    ['a token in quarantine', { buy: tokens.usdt.address }, 'buy', 'AssetQuarantined'],
    ['the same token twice', { buy: tokens.usdc.address }, 'buy', 'MandateInvalid'],
    ['a zero total', { total: '0', maximumSlice: '0' }, 'total', 'MandateInvalid'],
    ['a total beyond what the vault counts', { total: huge, maximumSlice: huge }, 'total', 'OutOfBounds'],
    ['a slice larger than the total', { maximumSlice: '50000000001' }, 'maximumSlice', 'SliceTooLarge'],
    ['slices that do not fit their limit', { maximumSlice: '9999999999' }, 'maximumSlice', 'SliceTooLarge'],
    ['more slices than base units', { total: '4', maximumSlice: '4' }, 'slices', 'MandateInvalid'],
    ['a schedule in hours without volume', { kind: 'vwap', hourWeights: oneHourOnly }, 'hourWeights', 'MandateInvalid'],
    ['an end in the past', { start: 1_600_000_000 }, 'start', 'MandateEnded'],
    ['a schedule beyond time', { intervalSeconds: 31_536_000, slices: 10_000 }, 'intervalSeconds', 'OutOfBounds'],
    [
      'a public step that is no tighter',
      { orderflow: { publicLastStep: { slippageBps: 50 } } },
      'orderflow',
      'OutOfBounds',
    ],
    ['a relay twice', { relays: ['flashbots-private', 'flashbots-private'] }, 'relays', 'MandateInvalid'],
    ['relays that nobody configured', { relays: ['titan', 'builder'] }, 'relays', 'OutOfBounds'],
    ['a fee cap of zero', { maximumFeePerGas: '0' }, 'maximumFeePerGas', 'OutOfBounds'],
    ["slippage above the vault's bound", { slippageBps: 101 }, 'slippageBps', 'OutOfBounds'],
    ['no worst price', { worstPrice: '0' }, 'worstPrice', 'WorstPrice'],
    ['an absurd worst price', { worstPrice: (2n ** 256n - 1n).toString() }, 'worstPrice', 'OutOfBounds'],
  ])('%s', async (_name, change, field, code) => {
    const problem = await refused(strategy(change), 422, 'invalid-strategy')
    expect(problem.errors).toContainEqual(
      expect.objectContaining({ pointer: `#/configuration/${field}`, code, detail: expect.stringMatching(/^\w.*\.$/) }),
    )
    expect(problem.code).toBeDefined()
  })

  it('names every fault at once', async () => {
    const problem = await refused(
      strategy({ slippageBps: 5_000, maximumSlice: '60000000000' }),
      422,
      'invalid-strategy',
    )
    expect(problem.errors).toHaveLength(2)
    expect(problem.detail).toMatch(/^2 terms/)
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['a zero slice', { amountPerSlice: '0' }, 'amountPerSlice'],
    ['a slice above the largest', { amountPerSlice: '10000000001' }, 'amountPerSlice'],
    ['more slices than anyone lives to see', { amountPerSlice: '1' }, 'amountPerSlice'],
  ])('dca: %s', async (_name, change, field) => {
    const { slices: _slices, ...dca } = twap({ kind: 'dca', ...change })
    const body = { vault: vaultAddress, name: 'Average in', configuration: dca }
    const problem = await refused(() => call('POST', '/v1/strategies', { body }), 422, 'invalid-strategy')
    expect(problem.errors?.map((one) => one.pointer)).toContain(`#/configuration/${field}`)
  })
})

describe('values of the wrong shape', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['an amount with decimals', { total: '50000.5' }, 'total'],
    ['an amount as a number', { total: 50_000 }, 'total'],
    ['a negative amount', { total: '-1' }, 'total'],
    ['an amount with an exponent', { total: '1e9' }, 'total'],
    ['an amount with white space', { total: ' 1' }, 'total'],
    ['an empty amount', { total: '' }, 'total'],
    ['an amount beyond uint256', { total: (2n ** 256n).toString() }, 'total'],
    ['an address that is too short', { sell: '0x1234' }, 'sell'],
    ['an address with a wrong checksum', { sell: '0x10aeafac83d48E2f9ac4bAAf94311c45fACe1404' }, 'sell'],
    ['a token symbol for an address', { sell: 'USDC' }, 'sell'],
    ['a time with a fraction', { start: 1_800_000_000.5 }, 'start'],
    ['a negative time', { start: -1 }, 'start'],
    ['a time in milliseconds', { start: 1_800_000_000_000 }, 'start'],
    ['an interval below the grain', { intervalSeconds: 59 }, 'intervalSeconds'],
    ['an interval that overflows', { intervalSeconds: 2 ** 53 }, 'intervalSeconds'],
    ['no slices', { slices: 0 }, 'slices'],
    ['a negative number of slices', { slices: -5 }, 'slices'],
    ['slippage of more than everything', { slippageBps: 10_001 }, 'slippageBps'],
    ['negative slippage', { slippageBps: -1 }, 'slippageBps'],
    ['zero slippage', { slippageBps: 0 }, 'slippageBps'],
    ['a field left out', { orderflow: undefined }, 'orderflow'],
    ['a public order flow', { orderflow: 'public' }, 'orderflow'],
    ['a public step without a bound', { orderflow: { publicLastStep: {} } }, 'orderflow'],
    ['a relay nobody knows', { relays: ['my-relay'] }, 'relays/0'],
    ['no relay at all', { relays: [] }, 'relays'],
    ['a day of 23 hours', { kind: 'vwap', hourWeights: Array(23).fill(1) }, 'hourWeights'],
    ['a day without volume', { kind: 'vwap', hourWeights: Array(24).fill(0) }, 'hourWeights'],
    ['half a weight', { kind: 'vwap', hourWeights: [0.5, ...Array(23).fill(1)] }, 'hourWeights/0'],
    ['no share of the volume', { kind: 'pov', participationBps: 0 }, 'participationBps'],
    ['a negative urgency', { kind: 'almgren-chriss', urgencyMillionths: -1 }, 'urgencyMillionths'],
    ['an urgency beyond reason', { kind: 'almgren-chriss', urgencyMillionths: 20_000_001 }, 'urgencyMillionths'],
    ['an urgency that is left out', { kind: 'almgren-chriss' }, 'urgencyMillionths'],
    ['an unknown kind', { kind: 'martingale' }, 'kind'],
    ['null for an amount', { total: null }, 'total'],
    ['a list for an amount', { total: ['1'] }, 'total'],
  ])('%s', async (_name, change, field) => {
    const problem = await refused(strategy(change), 422, 'invalid-request')
    expect(problem.errors?.map((one) => one.pointer)).toContain(`#/configuration/${field}`)
  })

  it('a field nobody knows', async () => {
    const problem = await refused(strategy({ end: 1_900_000_000 }), 422, 'invalid-request')
    expect(problem.errors?.[0]?.detail).toContain('end')
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['a list', []],
    ['a text', 'strategy'],
    ['an empty object', {}],
    ['a poisoned prototype', JSON.parse('{"__proto__": {"vault": "0x"}}')],
  ])('a body that is %s', async (_name, body) => {
    await refused(() => call('POST', '/v1/strategies', { body }), 422, 'invalid-request')
  })

  it('a name of control characters', async () => {
    const body = { vault: vaultAddress, name: 'a\u202eb', configuration: twap() }
    await refused(() => call('POST', '/v1/strategies', { body }), 422, 'invalid-request')
  })

  it('a very long name, without repeating it', async () => {
    const body = { vault: vaultAddress, name: 'x'.repeat(20_000), configuration: twap() }
    const problem = await refused(() => call('POST', '/v1/strategies', { body }), 422, 'invalid-request')
    expect(JSON.stringify(problem).length).toBeLessThan(1_000)
  })

  it.each(['0', '101', '-1', 'ten', '1.5'])('a page limit of %s', async (limit) => {
    const problem = await refused(() => call('GET', `/v1/strategies?limit=${limit}`), 422, 'invalid-request')
    expect(problem.errors?.[0]?.parameter).toBe('limit')
  })

  it.each(['x', 'e30', btoa('[1]'), '%00'])('a cursor nobody gave out: %s', async (cursor) => {
    await refused(() => call('GET', `/v1/strategies?cursor=${cursor}`), 422, 'invalid-request')
  })
})

describe('bodies', () => {
  const json = { 'Content-Type': 'application/json' }
  const good = () => JSON.stringify({ vault: vaultAddress, name: 'Buy WETH', configuration: twap() })

  it.each(['{', '{"a":}', 'total=5', '\u0000', "{'vault':1}"])('malformed JSON: %j', async (raw) => {
    await refused(() => call('POST', '/v1/strategies', { raw, headers: json }), 400, 'malformed-json')
  })

  it('one megabyte', async () => {
    const raw = `{"name":"${'x'.repeat(1_048_576)}"}`
    await refused(() => call('POST', '/v1/strategies', { raw, headers: json }), 413, 'payload-too-large')
  })

  it('one megabyte without a Content-Length', async () => {
    const chunk = new TextEncoder().encode('x'.repeat(16_384))
    let left = 64
    const raw = new ReadableStream({
      pull(controller) {
        if (left-- > 0) controller.enqueue(chunk)
        else controller.close()
      },
    })
    await refused(() => call('POST', '/v1/strategies', { raw, headers: json }), 413, 'payload-too-large')
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonp',
    'application/xml',
  ])('a body declared as %s', async (type) => {
    const send = () => call('POST', '/v1/strategies', { raw: good(), headers: { 'Content-Type': type } })
    await refused(send, 415, 'unsupported-media-type')
  })

  it('a body without a Content-Type is refused and never taken for an empty one', async () => {
    for (const path of ['/v1/strategies', '/v1/vaults', '/v1/keys', '/v1/pause', '/v1/resume']) {
      const raw = new TextEncoder().encode(good())
      const stream = new ReadableStream({
        start(controller) {
          controller.enqueue(raw)
          controller.close()
        },
      })
      await refused(() => call('POST', path, { raw: stream }), 415, 'unsupported-media-type')
      await refused(() => call('POST', path), 415, 'unsupported-media-type')
    }
  })

  it('an absent body with the right Content-Type', async () => {
    await refused(() => call('POST', '/v1/strategies', { headers: json }), 400, 'malformed-json')
  })
})

describe('what is not there', () => {
  const strategyId = `0x${'ab'.repeat(32)}`
  it.each([
    ['GET', '/v1/nothing'],
    ['GET', '/v2/vaults'],
    ['GET', '/nothing'],
    ['GET', `/v1/vaults/${otherVault}`],
    ['GET', '/v1/vaults/0x12'],
    ['GET', `/v1/strategies/${strategyId}`],
    ['GET', '/v1/strategies/1'],
    ['DELETE', `/v1/strategies/${strategyId}`],
    ['GET', `/v1/executions/${strategyId}:0:0`],
    ['GET', '/v1/executions/x'],
    ['GET', `/v1/decisions/${vaultAddress}/7`],
    ['GET', `/v1/decisions/${vaultAddress}/-1`],
    ['GET', `/v1/decisions?vault=${otherVault}`],
    ['DELETE', '/v1/keys/00000000-0000-4000-8000-000000000000'],
    ['DELETE', '/v1/keys/1'],
  ])('%s %s', async (method, path) => {
    await refused(() => call(method, path), 404, 'not-found')
  })

  it('a strategy for a vault nobody registered', async () => {
    const body = { vault: otherVault, name: 'Buy WETH', configuration: twap() }
    await refused(() => call('POST', '/v1/strategies', { body }), 404, 'not-found')
  })

  it('a pause of something unknown', async () => {
    const unknown = [
      { scope: 'vault', subject: otherVault, reason: 'test' },
      { scope: 'strategy', subject: strategyId, reason: 'test' },
    ]
    for (const body of unknown) await refused(() => call('POST', '/v1/pause', { body }), 404, 'not-found')
  })

  it.each([
    ['PUT', '/v1/strategies', 'GET, HEAD, POST'],
    ['DELETE', '/v1/vaults', 'GET, HEAD, POST'],
    ['GET', '/v1/pause', 'POST'],
    ['POST', '/v1/health', 'GET, HEAD'],
    ['PATCH', '/openapi.json', 'GET, HEAD'],
  ])('%s %s is not allowed', async (method, path, allowed) => {
    const before = await rowCounts()
    const response = await call(method, path, { headers: { 'Content-Type': 'application/json' } })
    expectProblem(response, 405, 'method-not-allowed')
    expect(response.headers.get('Allow')?.split(', ').sort().join(', ')).toBe(allowed)
    expect(await rowCounts()).toEqual(before)
  })
})

describe('vaults', () => {
  const register = (address: string) => () => call('POST', '/v1/vaults', { body: { address, name: 'Treasury' } })

  it.each([
    ['an account without code', '0x6666666666666666666666666666666666666666'],
    ['a contract that reverts', notAVault],
    ['a vault of another chain', foreignVault],
  ])('%s', async (_name, address) => {
    await refused(register(address), 422, 'not-a-vault')
  })

  it("one whose executor is another's key", async () => {
    await refused(register(strangersVault), 422, 'foreign-executor')
  })

  it('one that is registered already', async () => {
    await refused(register(vaultAddress), 409, 'conflict')
  })

  it('a provider that does not answer', async () => {
    chain.reachable = false
    await refused(register(otherVault), 503, 'unavailable')
    await refused(strategy({}), 503, 'unavailable')
  })

  it('a provider of another chain', async () => {
    chain.chainId = 1
    await refused(register(otherVault), 503, 'unavailable')
  })
})

describe('what is left out or misspelt', () => {
  it.each([
    ['GET', '/v1/decisions', undefined, 'vault is missing.'],
    ['POST', '/v1/strategies', { name: 'Buy WETH', configuration: twap({}) }, 'vault is missing.'],
    ['POST', '/v1/strategies', { vault: vaultAddress, name: 7, configuration: twap({}) }, 'name must be a string.'],
  ])('%s %s says what', async (method, path, body, detail) => {
    const answer = await call(method, path, body === undefined ? {} : { body })
    expect(expectProblem(answer, 422, 'invalid-request').detail).toBe(detail)
  })

  it('says in our words that a key id is none', async () => {
    const problem = expectProblem(await call('DELETE', '/v1/keys/nope'), 404, 'not-found')
    expect(problem.detail).toBe('Nothing has this identifier: id must be a UUID.')
  })
})
