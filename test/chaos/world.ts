/// <reference types="@cloudflare/vitest-plugin/types" />
import { applyD1Migrations, createExecutionContext, runInDurableObject, waitOnExecutionContext } from 'cloudflare:test'
import type { Address, Hex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { vi } from 'vitest'
import { seededRandom } from '../../scripts/devnet/random.ts'
import { deployTreasury } from '../../scripts/devnet/treasury.ts'
import { parseRelayChoices } from '../../shared/chain/relays.ts'
import { consume } from '../../workers/agent/consume.ts'
import { dispatch } from '../../workers/agent/dispatch.ts'
import { ledgerOf } from '../../workers/agent/ledger-address.ts'
import { executorAddress } from '../../workers/agent/signers/local.ts'
import { app } from '../../workers/api/app.ts'
import { decisions, executions, missedSlices, pauses, strategies, vaults } from '../../workers/database/schema.ts'
import type { Env } from '../../workers/environment.ts'
import { database, env } from '../integration/agent-world.ts'
import { reach, rpc } from '../integration/local-chain.ts'
import { type Sabotage, steppedBindings } from './bindings.ts'
import { Chain, stillMarket } from './chain.ts'
import { Faults } from './faults.ts'
import { type Letter, Mailbox } from './mailbox.ts'
import { Network } from './network.ts'
import type { Parent } from './parents.ts'
import { type End, Turns } from './turns.ts'

const ether = 10n ** 18n

/** Wide where a fault should stop trading and no limit; volume and loss stay as a treasury has them. */
const limits = { drawdownBps: 5_000, referenceVolatilityBps: 5_000, maximumCheckpointAge: 7_200 }

const holdings = { USDC: 400_000n * 10n ** 6n, WETH: 50n * 10n ** 18n, WBTC: 3n * 10n ** 8n }

/** What became of the alarm when its time had come. */
export type Ringing = 'rung' | 'silent' | 'lost' | 'failed'

/** A vault, its agent in workerd, and everything between them under the schedule's hand. */
export interface World {
  vault: Address
  executor: Address
  chain: Chain
  mailbox: Mailbox
  faults: Faults
  network: Network
  turns: Turns
  /** The worker's bindings: every call through them is a named await. */
  env: Env
  parents: Parent[]
}

/** A fresh vault that only this season's agent knows. `sabotage` plants a mistake. */
export async function openChaosWorld(seed: string, sabotage: Sabotage): Promise<World> {
  await applyD1Migrations(env.DATABASE, env.TEST_MIGRATIONS)
  for (const table of [decisions, executions, missedSlices, pauses, strategies, vaults]) await database.delete(table)
  await stillMarket()
  const executorOf = (vault: Address) => executorAddress(env.EXECUTOR_SEED as Hex, 1, reach.chain.id, vault, 1)
  const { vault, executor } = await deployTreasury(reach, { executor: executorOf, limits, holdings })
  await reach.control.fund('ETH', privateKeyToAddress(env.KEEPER_KEY as Hex), 100n * ether)
  await reach.control.fund('ETH', executor, 1_000n * ether)
  const chain = new Chain(executor)
  await rpc('devnet_market', [true])
  await chain.mine()
  vi.spyOn(Date, 'now').mockImplementation(() => chain.wallMilliseconds)
  const turns = new Turns(seededRandom(`${seed} turns`))
  const mailbox = new Mailbox(chain)
  const faults = new Faults(relayPlaces())
  await faults.clear()
  const network = new Network(turns, faults)
  network.stand()
  await database.insert(vaults).values({ address: vault, chainId: reach.chain.id, name: 'Treasury', createdAt: 0 })
  return {
    ...{ vault, executor, chain, mailbox, faults, network, turns, parents: [] },
    env: steppedBindings(turns, mailbox, sabotage),
  }
}

function relayPlaces(): string[] {
  const places = parseRelayChoices(env.RELAY_LADDER).map(({ url }) => new URL(url ?? '').pathname.split('/')[1] ?? '')
  return [...new Set(places)]
}

/** The minute cron of the chain's present minute. */
export function cron({ turns, env: bindings, chain }: World): Promise<End> {
  const now = chain.head.timestamp
  return turns.run(() => dispatch(bindings, now - (now % 60)))
}

/**
 * One consumer takes these letters in one batch; what it does not acknowledge comes again, or is a dead letter at last.
 * `looked`: whether the chain was asked, so that something was decided.
 */
export async function deliver(world: World, letters: readonly Letter[]): Promise<{ dead: Letter[]; looked: boolean }> {
  const { turns, env: bindings, mailbox } = world
  const answers = new Map<string, number | 'acknowledged'>()
  const messages = letters.map(({ id, body, attempts }) => ({
    ...{ id, body, attempts: attempts + 1, timestamp: new Date() },
    ack: () => void answers.set(id, 'acknowledged'),
    retry: (options?: QueueRetryOptions) => void answers.set(id, options?.delaySeconds ?? 0),
  }))
  const end = await turns.run(() => consume(bindings, batchOf('portcullis-ticks', messages)))
  // The platform hears of no answer before the batch is through.
  if (end.kind === 'died') answers.clear()
  const dead = letters.filter((letter) => {
    const answer = answers.get(letter.id)
    return answer !== 'acknowledged' && !mailbox.retry(letter, answer)
  })
  return { dead, looked: end.looked }
}

/** Dead letters reach their consumer, which only writes down what they were; as often as it takes. */
export async function bury({ turns, env: bindings }: World, letters: readonly Letter[]): Promise<void> {
  const waiting = new Set(letters.map(({ id }) => id))
  while (waiting.size > 0) {
    const left = letters.filter(({ id }) => waiting.has(id))
    const messages = left.map(({ id, body }) => ({
      ...{ id, body, attempts: 1, timestamp: new Date() },
      ack: () => void waiting.delete(id),
      retry: () => undefined,
    }))
    await turns.run(() => consume(bindings, batchOf('portcullis-dead-letters', messages)))
  }
}

function batchOf(queue: string, messages: Message<unknown>[]): MessageBatch<unknown> {
  const metadata = { metrics: { backlogCount: 0, backlogBytes: 0 } }
  return { queue, messages, metadata, ackAll: () => undefined, retryAll: () => undefined }
}

/** A person pauses or resumes through the API, as the gate's key allows. */
export function askGate(
  { turns, env: bindings }: World,
  path: '/v1/pause' | '/v1/resume',
  gate: { scope: 'everything' | 'vault' | 'strategy'; subject: string },
): Promise<End> {
  const request = new Request(`https://portcullis.test${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer test-admin-key', 'content-type': 'application/json' },
    body: JSON.stringify({ ...gate, reason: 'chaos' }),
  })
  return turns.run(async () => {
    const context = createExecutionContext()
    const response = await app.fetch(request, bindings, context)
    await waitOnExecutionContext(context)
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  })
}

/** Rings the ledger's alarm if its time has come; or loses it, or has its handler fail, after which the platform repeats it. */
export async function ringAlarm(world: World, fate: 'ring' | 'lose' | 'fail'): Promise<Ringing> {
  const { vault, mailbox, chain } = world
  return runInDurableObject(ledgerOf(env, reach.chain.id, vault), async (ledger, { storage }) => {
    const due = await storage.getAlarm()
    if (due === null || due > chain.wallMilliseconds) return 'silent'
    if (fate === 'lose') {
      await storage.deleteAlarm()
      return 'lost'
    }
    const send = async (body: Parameters<Mailbox['post']>[0]) => {
      if (fate === 'fail') throw new Error('the queue is not reachable')
      mailbox.post(body, 0)
    }
    // While its handler runs, an object has no alarm.
    await storage.deleteAlarm()
    Reflect.set(ledger, 'env', { ...env, TICKS: { send } })
    await ledger.alarm()
    return fate === 'fail' ? 'failed' : 'rung'
  })
}
