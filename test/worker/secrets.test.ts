import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { describe as describeError } from '../../workers/agent/log-line.ts'
import { openProviders } from '../../workers/agent/providers.ts'
import { environmentSchema } from '../../workers/environment.ts'
import { flashbotsBundle } from '../../workers/relays/flashbots-bundle.ts'
import { relayClient } from '../../workers/relays/json-rpc.ts'

afterEach(() => vi.restoreAllMocks())

const accessKey = 'k9Jq2hVbXw3RzT7p'
const url = `https://node.test/v3/${accessKey}`

/** A node or relay that repeats, in its refusal, how it was asked. */
function tellTale(): void {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () =>
    Response.json({ id: 1, error: { code: -32_000, message: `key ${accessKey} is blocked, see ${url}?why` } }),
  )
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) => (error instanceof Error ? `${error.message} ${describeError(error)}` : String(error)),
  )
}

describe('an address that carries a key', () => {
  it('is in no provider’s error', async () => {
    tellTale()
    const settings = { RPC_URLS: [url], PROVIDER_REQUESTS_PER_SECOND: 100 }
    const [provider] = openProviders(settings, { roundTrips: 0, bytes: 0 })
    const message = await messageOf(provider?.request('eth_chainId', []) ?? Promise.resolve())
    expect(message).toContain('provider 1 refused eth_chainId: key [key] is blocked, see [address]')
    expect(message).not.toContain(accessKey)
  })

  it('is in no relay’s error', async () => {
    tellTale()
    const key = `0x${'12'.repeat(32)}` as const
    const order = { bytes: '0x02', hash: '0x02', vault: key, firstBlock: 1n, lastBlock: 1n, deadline: 1 } as const
    for (const work of [relayClient('relay', url, key).call('x', []), flashbotsBundle(url, key, 424242).send(order)]) {
      const message = await messageOf(work)
      expect(message).toContain('is blocked')
      expect(message).not.toContain(accessKey)
    }
  })
})

describe('the environment', () => {
  it.each(['RELAY_AUTHENTICATION_KEY', 'KEEPER_KEY'])('refuses one secret for two purposes: %s', (name) => {
    const variables = { ...env }
    expect(environmentSchema.safeParse(variables).success).toBe(true)
    const shared = { ...variables, [name]: `0x${'11'.repeat(32)}` }
    expect(environmentSchema.safeParse(shared).error?.issues.map(({ path }) => path)).toEqual([[name]])
  })
})
