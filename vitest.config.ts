import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { prepareAssets } from './scripts/assets.ts'

prepareAssets()

// Three rooms: pure code and the worker run inside workerd; the local chain's own tests run in Node.
// `integration` shares one local chain, started in Node by its global setup.
const flashbotsSource = new URL('./node_modules/@flashbots/ethers-provider-bundle/src/index.ts', import.meta.url)
  .pathname
const alias = { '@flashbots/ethers-provider-bundle': flashbotsSource }

const testBindings = {
  CHAIN_ID: '424242',
  RPC_URLS: 'http://127.0.0.1:1/a,http://127.0.0.1:1/b',
  RELAY_LADDER: 'flashbots-private=http://127.0.0.1:1/relay,flashbots-bundle=http://127.0.0.1:1/relay',
  EXECUTOR_SEED: `0x${'11'.repeat(32)}`,
  RELAY_AUTHENTICATION_KEY: `0x${'12'.repeat(32)}`,
  KEEPER_KEY: `0x${'13'.repeat(32)}`,
  // SHA-256 of "test-admin-key"
  ADMIN_KEY_HASH: '944650a7cd0f9e14d5c4fb15edbffb7fa45fb9ed36a4fa9be3d7e5476ae51bd9',
}

/** Packages that the tests of pure code compare with, bundled once: their files are many and name sources they lack. */
const references = {
  deps: { optimizer: { ssr: { enabled: true, include: ['@uniswap/v3-sdk', '@uniswap/sdk-core'] } } },
}

/** Files that share the local chain take turns. */
const oneChain = { fileParallelism: false, hookTimeout: 120_000 }

async function workerProject(name: string, include: string[], globalSetup: string[] = []) {
  const migrations = await readD1Migrations(new URL('./workers/database/migrations', import.meta.url).pathname)
  return {
    plugins: [
      cloudflareTest(({ inject }) => ({
        wrangler: { configPath: './wrangler.toml' },
        miniflare: {
          bindings: {
            ...testBindings,
            TEST_MIGRATIONS: migrations,
            ...(globalSetup.length > 0 ? JSON.parse(inject('chainBindings' as never) as string) : {}),
          },
        },
      })),
    ],
    resolve: { alias },
    test: {
      name,
      include,
      globalSetup,
      testTimeout: 60_000,
      ...(globalSetup.length > 0 ? oneChain : {}),
      ...(name === 'unit' ? references : {}),
    },
  }
}

/** Tests of what runs in Node: the local chain and the commands. One file at a time, since each starts processes. */
function nodeProject(name: string, include: string[], timeout: number) {
  return {
    test: { name, include, environment: 'node', testTimeout: timeout, hookTimeout: timeout, fileParallelism: false },
  }
}

export default defineConfig(async () => ({
  test: {
    // The agent logs every stage; only a failing test's lines are worth reading.
    silent: 'passed-only' as const,
    projects: [
      nodeProject(
        'node',
        ['test/devnet/**/*.test.ts', 'test/deploy/**/*.test.ts', 'test/scripts/**/*.test.ts'],
        60_000,
      ),
      nodeProject('end-to-end', ['test/end-to-end/**/*.test.ts'], 300_000),
      await workerProject('unit', ['test/unit/**/*.test.ts']),
      await workerProject('worker', ['test/worker/**/*.test.ts']),
      await workerProject('integration', ['test/integration/**/*.test.ts'], ['./test/integration/start-chain.ts']),
      await workerProject('chaos', ['test/chaos/chaos.test.ts'], ['./test/chaos/start-chain.ts']),
      await workerProject('chaos-mutations', ['test/chaos/mutations.test.ts'], ['./test/chaos/start-chain.ts']),
    ],
  },
}))
