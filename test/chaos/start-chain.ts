import type { TestProject } from 'vitest/node'
import { startDevnet } from '../../scripts/devnet/devnet.ts'
import { type Random, seededRandom } from '../../scripts/devnet/random.ts'
import { relayNames } from '../../shared/chain/relays.ts'

/** Seconds by which the worker's wall clock is ahead of the real one: no alarm ever comes due by itself. */
const ahead = 315_360_000

/**
 * A local chain of chaos' own, whose prices move by its seed. Nothing happens by the real clock: blocks are made when the
 * schedule says, the worker's clock is the chain's, and alarms ring when they are told to.
 */
export default async function startChain(project: TestProject): Promise<() => Promise<void>> {
  const seed = process.env.CHAOS_SEED ?? '1'
  const devnet = await startDevnet({ port: 0, automine: false, seed: `chaos ${seed}` })
  const ladder = shuffled(relayNames, seededRandom(`${seed} ladder`))
  const chainStart = await devnet.chainTime()
  const bindings = {
    CHAIN_ID: String(devnet.chain.id),
    RPC_URLS: `${devnet.rpcUrl}/a,${devnet.rpcUrl}/b`,
    PROVIDER_REQUESTS_PER_SECOND: '100000',
    RELAY_LADDER: ladder.map((name) => `${name}=${devnet.relayUrls[name]}`).join(','),
    EXECUTOR_SEED: `0x${'61'.repeat(32)}`,
    RELAY_AUTHENTICATION_KEY: `0x${'62'.repeat(32)}`,
    KEEPER_KEY: `0x${'63'.repeat(32)}`,
    CLOCK_SPEED: '1',
    CLOCK_WALL_START: String(chainStart + ahead),
    CLOCK_CHAIN_START: String(chainStart),
    CHAOS_AHEAD: String(ahead),
    CHAOS_SEED: seed,
    CHAOS_TICKS: process.env.CHAOS_TICKS ?? '320',
    CHAOS_REPORT_URL: process.env.CHAOS_REPORT_URL ?? '',
  }
  project.provide('chainBindings', JSON.stringify(bindings))
  return () => devnet.stop()
}

/** Each season tries the relays in an order of its own. */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, place: random.uniform() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item)
}
