import type { TestProject } from 'vitest/node'
import { startDevnet } from '../../scripts/devnet/devnet.ts'

declare module 'vitest' {
  interface ProvidedContext {
    chainBindings: string
  }
}

/** Two ways into one relay: which others there are, and in which order, is for each test to say. */
const ladder = ['flashbots-private', 'flashbots-bundle'] as const

/**
 * One local chain for all integration tests. Blocks are made only when a test asks, and prices move only then, so nothing
 * depends on how fast the machine is; the agent's own clock is slowed until no alarm fires by itself.
 */
export default async function startChain(project: TestProject): Promise<() => Promise<void>> {
  const devnet = await startDevnet({ port: 0, automine: false, market: false })
  const chainStart = await devnet.chainTime()
  const bindings = {
    CHAIN_ID: String(devnet.chain.id),
    RPC_URLS: `${devnet.rpcUrl}/a,${devnet.rpcUrl}/b`,
    PROVIDER_REQUESTS_PER_SECOND: '100000',
    RELAY_LADDER: ladder.map((name) => `${name}=${devnet.relayUrls[name]}`).join(','),
    EXECUTOR_SEED: `0x${'51'.repeat(32)}`,
    RELAY_AUTHENTICATION_KEY: `0x${'52'.repeat(32)}`,
    KEEPER_KEY: `0x${'53'.repeat(32)}`,
    CLOCK_SPEED: '0.001',
    CLOCK_WALL_START: String(Date.now() / 1000),
    CLOCK_CHAIN_START: String(chainStart),
  }
  project.provide('chainBindings', JSON.stringify(bindings))
  return () => devnet.stop()
}
