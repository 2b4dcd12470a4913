import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { describe as describeError } from '../../workers/agent/log-line.ts'
import { openProviders } from '../../workers/agent/providers.ts'
import { type EnvironmentReading, environmentSchema, readEnvironment } from '../../workers/environment.ts'
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

  const { EXECUTOR_SEED: _seed, ...seedless } = { ...env } as Record<string, unknown>
  const places: [string, Record<string, string>][] = [
    ['local', { EXECUTOR_SEED: `0x${'11'.repeat(32)}` }],
    [
      'aws-kms',
      {
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
        AWS_SECRET_ACCESS_KEY: `${accessKey}/+==`,
      },
    ],
    [
      'gcp-kms',
      {
        GCP_KEY_RING: 'projects/treasury-1/locations/global/keyRings/portcullis',
        GCP_SERVICE_ACCOUNT: JSON.stringify({
          type: 'service_account',
          client_email: 'agent@treasury-1.iam.gserviceaccount.com',
          private_key: `-----BEGIN PRIVATE KEY-----\n${accessKey}\n-----END PRIVATE KEY-----\n`,
        }),
      },
    ],
  ]

  it.each(places)('needs for the signer %s what that signer needs, and nothing of the others', (place, variables) => {
    const whole = { ...seedless, EXECUTOR_SIGNER: place, ...variables }
    expect(environmentSchema.safeParse(whole).error).toBeUndefined()
    for (const name of Object.keys(variables)) {
      const lacking: EnvironmentReading = readEnvironment({ ...whole, [name]: undefined })
      const sentence = `These variables are missing or wrong: ${name}; .dev.vars.example explains each.`
      expect(lacking).toEqual({ ok: false, sentence })
    }
  })

  it.each([
    ['EXECUTOR_SIGNER', 'vault'],
    ['AWS_REGION', 'evil.test/#'],
    ['AWS_ACCESS_KEY_ID', 'id, key'],
    ['AWS_SECRET_ACCESS_KEY', 'a secret'],
    ['AWS_KMS_ENDPOINT', 'kms'],
    ['GCP_KEY_RING', 'projects/p/locations/l/keyRings/../../x'],
    ['GCP_SERVICE_ACCOUNT', `not json, ${accessKey}`],
    ['GCP_SERVICE_ACCOUNT', `{"client_email":"a@b.test","private_key":"${accessKey}"}`],
  ])('refuses %s = %s by its name alone', (name, value) => {
    const reading = readEnvironment({ ...env, [name]: value })
    const sentence = `These variables are missing or wrong: ${name}; .dev.vars.example explains each.`
    expect(reading).toEqual({ ok: false, sentence })
  })
})
