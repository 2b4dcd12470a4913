import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { runDeployment } from '../../scripts/deploy/run-deployment.ts'
import { smokeCheck } from '../../scripts/deploy/smoke-check.ts'
import { ethereum } from '../../shared/chain/chains/1.ts'
import { relayEndpoints } from '../../shared/chain/relays.ts'
import { FakeAccount, readJson } from './fake-account.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, '.portcullis/deploy/test-only')
const environment = { CHAIN_ID: '1', RPC_URLS: 'https://a.example/key-a,https://b.example/key-b' }

let account = new FakeAccount()
let said: string[] = []
let checked: string[] = []

beforeEach(() => {
  account = new FakeAccount()
  said = []
  checked = []
  rmSync(folder, { recursive: true, force: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function deploy(variables: Record<string, string | undefined> = environment) {
  return runDeployment({
    options: { name: 'test-only', dryRun: false },
    environment: variables,
    wrangler: account,
    say: (line) => said.push(line),
    smokeCheck: async (url, chainId) => {
      checked.push(`${url} ${chainId}`)
    },
  })
}

describe('a deployment', () => {
  it('makes everything once, in order, and checks the worker', async () => {
    await deploy()
    expect(account.databases.map((one) => one.name)).toEqual(['portcullis-test-only'])
    expect([...account.queues].sort()).toEqual(['portcullis-test-only-dead-letters', 'portcullis-test-only-ticks'])
    expect([...account.buckets]).toEqual(['portcullis-test-only-archive'])
    expect([...account.secrets.keys()].sort()).toEqual([
      'ADMIN_KEY_HASH',
      'EXECUTOR_SEED',
      'KEEPER_KEY',
      'RELAY_AUTHENTICATION_KEY',
      'RELAY_LADDER',
      'RPC_URLS',
    ])
    const stages = account.commands.map((command) => command.split(' ').slice(0, 2).join(' '))
    expect(stages.indexOf('d1 migrations')).toBeGreaterThan(stages.lastIndexOf('queues create'))
    expect(stages.indexOf('secret bulk')).toBeGreaterThan(stages.indexOf('d1 migrations'))
    expect(stages.indexOf('deploy --config')).toBeGreaterThan(stages.indexOf('secret bulk'))
    expect(checked).toEqual(['https://portcullis-test.people.workers.dev 1'])
  })

  it('writes a configuration with the environment’s own names, and no secret in it', async () => {
    await deploy()
    const configuration = readJson(join(folder, 'wrangler.json'))
    expect(configuration).toMatchObject({
      name: 'portcullis-test-only',
      vars: { CHAIN_ID: '1' },
      d1_databases: [{ binding: 'DATABASE', database_id: '12345678-0000-4000-8000-000000000000' }],
      r2_buckets: [{ bucket_name: 'portcullis-test-only-archive' }],
      triggers: { crons: ['* * * * *'] },
      durable_objects: { bindings: [{ class_name: 'VaultLedger' }] },
    })
    const [ticks, deadLetters] = configuration.queues.consumers
    expect(ticks).toMatchObject({ queue: 'portcullis-test-only-ticks', dead_letter_queue: deadLetters.queue })
    for (const file of [
      configuration.main,
      configuration.assets.directory,
      ...Object.values<string>(configuration.alias),
    ]) {
      expect(existsSync(join(folder, file)), file).toBe(true)
    }
    expect(JSON.stringify(configuration)).not.toMatch(/a\.example|0x[0-9a-f]{64}/)
  })

  it('keeps where the relays are as a secret, since an address may carry a key', async () => {
    await deploy()
    const usual = relayEndpoints(undefined, ethereum).map(({ name, url }) => `${name}=${url}`)
    expect(account.secrets.get('RELAY_LADDER')).toBe(usual.join(','))
    const own = 'titan, builder=https://builder.example/key-c'
    await deploy({ ...environment, RELAY_LADDER: own })
    expect(account.secrets.get('RELAY_LADDER')).toBe(
      'titan=https://rpc.titanbuilder.xyz,builder=https://builder.example/key-c',
    )
    const configuration = readJson(join(folder, 'wrangler.json'))
    expect(configuration.vars).not.toHaveProperty('RELAY_LADDER')
    expect(JSON.stringify([configuration, said, account.commands])).not.toMatch(/key-c|builder\.example/)
    expect(said.join('\n')).toMatch(/relays titan, builder\n/)
  })

  it('keeps where candles are as a secret, too', async () => {
    const candles = 'WETH=https://candles.example/klines?symbol=ETHUSDC&key=key-d'
    await deploy({ ...environment, CANDLE_SOURCES: candles })
    expect(account.secrets.get('CANDLE_SOURCES')).toBe(candles)
    const configuration = readJson(join(folder, 'wrangler.json'))
    expect(JSON.stringify([configuration, said, account.commands])).not.toMatch(/key-d|candles\.example/)
  })

  it('names builders in the open, beside relays that keep to them', async () => {
    await deploy({ ...environment, RELAY_LADDER: 'flashbots-private', RELAY_BUILDERS: 'flashbots,titan' })
    expect(readJson(join(folder, 'wrangler.json')).vars).toMatchObject({ RELAY_BUILDERS: 'flashbots,titan' })
  })

  it('changes nothing the second time', async () => {
    await deploy()
    const secrets = new Map(account.secrets)
    account.commands.length = 0
    said = []
    await deploy()
    expect(account.creations).toEqual([])
    expect(account.secrets).toEqual(secrets)
    expect(said.join('\n')).toMatch(/EXECUTOR_SEED kept/)
    expect(said.join('\n')).not.toMatch(/admin key/i)
  })

  it('shows the first admin key exactly once, and no other secret ever', async () => {
    await deploy({ ...environment, KEEPER_KEY: `0x${'13'.repeat(32)}` })
    const text = [...said, ...account.commands].join('\n')
    const keys = [...text.matchAll(/pk_[0-9a-f]{64}/g)].map(([key]) => key)
    expect(keys).toHaveLength(1)
    expect(
      createHash('sha256')
        .update(keys[0] ?? '')
        .digest('hex'),
    ).toBe(account.secrets.get('ADMIN_KEY_HASH'))
    for (const [name, value] of account.secrets) expect(text, name).not.toContain(value)
    expect(text).toMatch(/fund the keeper.*0x[0-9a-fA-F]{40}/)
  })

  it('shows the admin key even when a later step fails', async () => {
    account.failures.set('deploy', '✘ [ERROR] The account has no workers.dev subdomain.')
    await expect(deploy()).rejects.toThrow(/^Deploying the worker failed: The account has no workers.dev subdomain.$/)
    expect(said.join('\n')).toMatch(/pk_[0-9a-f]{64}/)
    expect(checked).toEqual([])
  })
})

describe('a deployment with its keys in a key service', () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
  const aws = {
    ...environment,
    EXECUTOR_SIGNER: 'aws-kms',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: secret,
  }

  it('has no seed, and the service’s secret where secrets are', async () => {
    await deploy(aws)
    expect(account.secrets.get('AWS_SECRET_ACCESS_KEY')).toBe(secret)
    expect(account.secrets.has('EXECUTOR_SEED')).toBe(false)
    const { vars } = readJson(join(folder, 'wrangler.json'))
    expect(vars).toMatchObject({ EXECUTOR_SIGNER: 'aws-kms', AWS_REGION: 'eu-central-1' })
    expect(JSON.stringify([vars, said, account.commands])).not.toContain(secret)
  })

  it('keeps a secret that the account holds, and stops before anything is uploaded where it holds none', async () => {
    const { AWS_SECRET_ACCESS_KEY: _secret, ...later } = aws
    await expect(deploy(later)).rejects.toThrow(
      /^Set AWS_SECRET_ACCESS_KEY: EXECUTOR_SIGNER is aws-kms, and the account does not hold it yet\.$/,
    )
    expect(account.secrets.size).toBe(0)
    await deploy(aws)
    await deploy(later)
    expect(account.secrets.get('AWS_SECRET_ACCESS_KEY')).toBe(secret)
    expect(said.join('\n')).toMatch(/AWS_SECRET_ACCESS_KEY kept/)
  })

  it('takes nothing of a service that is not chosen: whoever deploys may use it for other work', async () => {
    const { EXECUTOR_SIGNER: _signer, ...other } = aws
    await deploy(other)
    expect(account.secrets.has('AWS_SECRET_ACCESS_KEY')).toBe(false)
    expect(account.secrets.has('EXECUTOR_SEED')).toBe(true)
    expect(readJson(join(folder, 'wrangler.json')).vars).not.toHaveProperty('AWS_REGION')
  })

  it('of Google is deployed likewise', async () => {
    const GCP_SERVICE_ACCOUNT = JSON.stringify({
      client_email: 'agent@treasury-1.iam.gserviceaccount.com',
      private_key: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
    })
    const GCP_KEY_RING = 'projects/treasury-1/locations/global/keyRings/portcullis'
    await deploy({ ...environment, EXECUTOR_SIGNER: 'gcp-kms', GCP_KEY_RING, GCP_SERVICE_ACCOUNT })
    expect(account.secrets.get('GCP_SERVICE_ACCOUNT')).toBe(GCP_SERVICE_ACCOUNT)
    expect(readJson(join(folder, 'wrangler.json')).vars).toMatchObject({ EXECUTOR_SIGNER: 'gcp-kms', GCP_KEY_RING })
  })

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a signer that is none',
      { EXECUTOR_SIGNER: 'hunter2' },
      /^EXECUTOR_SIGNER must be one of local, aws-kms, gcp-kms\.$/,
    ],
    ['no region', { AWS_REGION: '' }, /^Set AWS_REGION: EXECUTOR_SIGNER is aws-kms, and \.dev\.vars\.example explains/],
    [
      'a region that is none',
      { AWS_REGION: 'hunter2/' },
      /^AWS_REGION must be of the form that \.dev\.vars\.example shows\.$/,
    ],
    [
      'a secret that is none',
      { AWS_SECRET_ACCESS_KEY: 'hunter2' },
      /^AWS_SECRET_ACCESS_KEY must be the secret half of/,
    ],
    [
      'no account',
      { EXECUTOR_SIGNER: 'gcp-kms', GCP_KEY_RING: 'projects/p/locations/l/keyRings/k', GCP_SERVICE_ACCOUNT: 'hunter2' },
      /^GCP_SERVICE_ACCOUNT must be the JSON key of a service account\.$/,
    ],
  ])('stops at %s, before anything is made', async (_name, change, sentence) => {
    const failure = await deploy({ ...aws, ...change }).then(
      () => '',
      (error: Error) => error.message,
    )
    expect(failure).toMatch(sentence)
    expect(failure).not.toMatch(/hunter2/)
    expect(account.commands).toEqual([])
  })
})

describe('what stops it, before anything is made', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['no chain', { CHAIN_ID: '' }, /^Set CHAIN_ID to the chain/],
    [
      'a chain nobody described',
      { CHAIN_ID: '5' },
      /^There is no chain definition for chain 5: add shared\/chain\/chains\/5.ts first\.$/,
    ],
    ['a chain that is no number', { CHAIN_ID: 'mainnet' }, /^There is no chain definition for chain mainnet/],
    ['no providers', { RPC_URLS: '' }, /^Set RPC_URLS to at least two/],
    ['one provider', { RPC_URLS: 'https://a.example' }, /^RPC_URLS must be at least two different/],
    ['one provider twice', { RPC_URLS: 'https://a.example,https://a.example' }, /^RPC_URLS must be/],
    ['no web address', { RPC_URLS: 'a,b' }, /^RPC_URLS must be/],
    ['a seed that is none', { EXECUTOR_SEED: 'hunter2' }, /^EXECUTOR_SEED must be 32 bytes of hex with 0x\.$/],
    ['a hash that is none', { ADMIN_KEY_HASH: 'pk_admin' }, /^ADMIN_KEY_HASH must be the lower-case hex/],
    ['no relay where none is usual', { CHAIN_ID: '424242' }, /^Set RELAY_LADDER/],
    ['a relay that is none', { RELAY_LADDER: 'public' }, /^"public" is no relay; there are flashbots-private, /],
    [
      'a relay of other chains',
      { RELAY_LADDER: 'sequencer=https://a.example' },
      /^There is no relay sequencer on Ethereum\.$/,
    ],
    ['a relay without an address', { RELAY_LADDER: 'builder' }, /^The relay builder has no known address on Ethereum/],
    [
      'an address in place of a relay',
      { RELAY_LADDER: 'https://a.example/hunter2' },
      /^One name in RELAY_LADDER is no relay; there are flashbots-private, /,
    ],
    [
      'builders that a relay cannot keep to',
      { RELAY_LADDER: 'flashbots-bundle', RELAY_BUILDERS: 'titan' },
      /^The relay flashbots-bundle cannot keep to RELAY_BUILDERS: leave it out of RELAY_LADDER, or/,
    ],
    [
      'candles at no address',
      { CANDLE_SOURCES: 'WETH=ftp://a.example/hunter2' },
      /^CANDLE_SOURCES must be SYMBOL=URL, comma separated, each an https address\.$/,
    ],
    [
      'candles of no token',
      { CANDLE_SOURCES: 'PEPE=https://a.example/hunter2' },
      /^CANDLE_SOURCES names PEPE, which is no token of Ethereum\.$/,
    ],
    [
      'a relay at no address',
      { RELAY_LADDER: 'titan=ftp://a' },
      /^The address of the relay titan must be an https address/,
    ],
  ])('%s', async (_name, change, sentence) => {
    const failure = await deploy({ ...environment, ...change }).then(
      () => '',
      (error: Error) => error.message,
    )
    expect(failure).toMatch(sentence)
    expect(failure).not.toMatch(/hunter2|pk_admin/)
    expect(account.commands).toEqual([])
  })

  it('nobody logged in', async () => {
    account.loggedIn = false
    await expect(deploy()).rejects.toThrow(/^You are not logged in to Cloudflare/)
    expect(account.creations).toEqual([])
  })

  it('an account that cannot be read is not taken for an empty one', async () => {
    account.failures.set(
      'queues info',
      '✘ [ERROR] A request to the Cloudflare API failed: Authentication error [code: 10000]',
    )
    await expect(deploy()).rejects.toThrow(/^Looking for the queue .* failed: .*Authentication error/)
    expect(account.queues.size).toBe(0)
  })

  it('secrets that cannot be listed are not replaced', async () => {
    await deploy()
    const secrets = new Map(account.secrets)
    account.failures.set('secret list', '✘ [ERROR] fetch failed')
    await expect(deploy()).rejects.toThrow(/^Listing the secrets failed/)
    expect(account.secrets).toEqual(secrets)
  })
})

describe('the smoke check', () => {
  it('says in the worker’s words why it is not healthy', async () => {
    await expect(smokeCheck('http://127.0.0.1:1', 1, async () => {})).rejects.toThrow(
      'The worker was deployed, but http://127.0.0.1:1/v1/health is not healthy: it did not answer.',
    )
  })
})

describe('the command', () => {
  function run(parameters: string[], variables: Record<string, string> = {}) {
    return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const { CHAIN_ID: _chain, RPC_URLS: _providers, RELAY_LADDER: _relays, ...inherited } = process.env
      execFile(
        process.execPath,
        [join(root, 'scripts/deploy.ts'), ...parameters],
        { cwd: root, env: { ...inherited, CLOUDFLARE_API_TOKEN: '', ...variables } },
        (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      )
    })
  }

  it.each([
    [[], /^Say which environment to deploy\. Usage: .*\n$/],
    [['--env'], /^Say which environment/],
    [['--env', 'Prod'], /^"Prod" cannot name an environment: .*\n$/],
    [['--env', '../x'], /cannot name an environment/],
    [['--env', 'a'.repeat(33)], /cannot name an environment/],
    [['--force'], /^The option --force is not known/],
    [['--env', 'test-only'], /^Set CHAIN_ID/],
  ])('%j ends with one sentence and exit code 1', async (parameters, sentence) => {
    const { code, stderr } = await run(parameters)
    expect(code).toBe(1)
    expect(stderr).toMatch(sentence)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it('--dry-run shows every step without an account, and really bundles', async () => {
    const { code, stdout, stderr } = await run(['--env', 'test-only', '--dry-run'])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    for (const command of [
      'd1 create portcullis-test-only',
      'queues create portcullis-test-only-ticks',
      'queues create portcullis-test-only-dead-letters',
      'r2 bucket create portcullis-test-only-archive',
      'd1 migrations apply DATABASE --remote',
      'secret bulk',
      'deploy --config',
    ]) {
      expect(stdout).toContain(`$ wrangler ${command}`)
    }
    expect(stdout).toMatch(/Set RPC_URLS/)
    expect(stdout).toMatch(/Total Upload: [\d.]+ KiB/)
    expect(stdout).not.toMatch(/pk_[0-9a-f]{8}|0x[0-9a-f]{64}/)
    const bundled = readdirSync(join(folder, 'dry-run/bundle'))
    expect(bundled).toContain('index.js')
    expect(existsSync(join(folder, 'wrangler.json'))).toBe(false)
  })
})
