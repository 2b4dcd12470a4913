import { type Hex, keccak256 } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { Env } from '../../workers/environment.ts'
import { flashbotsBundle } from '../../workers/relays/flashbots-bundle.ts'
import { flashbotsPrivate } from '../../workers/relays/flashbots-private.ts'
import { relayClient } from '../../workers/relays/json-rpc.ts'
import type { PrivateOrder, Relay } from '../../workers/relays/relay.ts'
import {
  cron,
  drain,
  env,
  ledgerOfWorld,
  liveUntilFilled,
  openWorld,
  readExecutions,
  readTrades,
  track,
  type World,
} from './agent-world.ts'
import { intercept } from './intercept.ts'
import { chainTime, mine, nonceOf, publicSightings, reach, relayUrl, rpc } from './local-chain.ts'

afterEach(() => vi.restoreAllMocks())

type RelayName = 'flashbots-private' | 'flashbots-bundle'
const names: RelayName[] = ['flashbots-private', 'flashbots-bundle']
const strangersKey: Hex = `0x${'77'.repeat(32)}`

/** The worker's own client of the local relay. */
function openRelay(name: RelayName, key = env.RELAY_AUTHENTICATION_KEY as Hex): Relay {
  return name === 'flashbots-private'
    ? flashbotsPrivate(relayClient(name, relayUrl, key), relayUrl)
    : flashbotsBundle(relayUrl, key, reach.chain.id)
}

const { trader } = reach.accounts

/** A transfer that may be in one of the next `blocks` blocks; to a contract that refuses it where it is to revert. */
async function transfer(blocks: number, reverting = false): Promise<PrivateOrder> {
  const [weth] = reach.chain.tokens
  const bytes = await trader.signTransaction({
    type: 'eip1559',
    chainId: reach.chain.id,
    nonce: await nonceOf(trader.address),
    to: reverting ? (weth?.address ?? trader.address) : trader.address,
    data: reverting ? '0x23b872dd' : '0x',
    gas: 100_000n,
    maxFeePerGas: 20_000_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
  })
  const head = BigInt(z.string().parse(await rpc('eth_blockNumber')))
  const window = { firstBlock: head + 1n, lastBlock: head + BigInt(blocks) }
  return {
    bytes,
    hash: keccak256(bytes),
    vault: trader.address,
    ...window,
    deadline: (await chainTime()) + 12 * blocks,
  }
}

async function blockOf({ hash }: PrivateOrder): Promise<bigint | null> {
  const receipt = z
    .object({ blockNumber: z.string() })
    .nullable()
    .parse(await rpc('eth_getTransactionReceipt', [hash]))
  return receipt === null ? null : BigInt(receipt.blockNumber)
}

describe.each(names)('%s', (name) => {
  it('has an order included in the block it aims at, unseen by the public pool', async () => {
    const relay = openRelay(name)
    const seenBefore = await publicSightings(trader.address)
    const order = await transfer(3)
    expect(await relay.status(order)).toMatchObject({ status: 'unknown' })
    expect(await relay.simulate(order)).toMatchObject({ ok: true, gasUsed: 21_000n })
    expect(await rpc('txpool_status')).toEqual({ pending: '0x0', queued: '0x0' })
    await relay.send(order)
    await relay.send(order)
    expect(await relay.status(order)).toMatchObject({ status: 'pending' })
    expect(await rpc('eth_getTransactionByHash', [order.hash])).toBeNull()
    await mine()
    expect(await blockOf(order)).toBe(order.firstBlock)
    expect(await publicSightings(trader.address)).toBe(seenBefore)
    // Builders say which bundles they took; only the chain says what was included.
    const said = name === 'flashbots-private' ? 'included' : 'pending'
    expect(await relay.status(order)).toMatchObject({ status: said })
  })

  it('forgets a cancelled order', async () => {
    const relay = openRelay(name)
    const order = await transfer(2)
    await relay.send(order)
    expect(await relay.cancel(order)).toBe(true)
    await mine(2)
    expect(await blockOf(order)).toBeNull()
    if (name === 'flashbots-private') expect(await relay.status(order)).toMatchObject({ status: 'cancelled' })
  })

  it('lets no other key cancel', async () => {
    const order = await transfer(2)
    await openRelay(name).send(order)
    const foreign = openRelay(name, strangersKey).cancel(order)
    if (name === 'flashbots-private') await expect(foreign).rejects.toMatchObject({ name: 'Rejected' })
    else await foreign
    await mine()
    expect(await blockOf(order)).toBe(order.firstBlock)
  })

  it('tells a revert, and does not include it', async () => {
    const relay = openRelay(name)
    const order = await transfer(2, true)
    expect(await relay.simulate(order)).toMatchObject({ ok: false })
    const nonce = await nonceOf(trader.address)
    await relay.send(order)
    await mine(2)
    expect(await blockOf(order)).toBeNull()
    expect(await nonceOf(trader.address)).toBe(nonce)
  })

  it('refuses a request that another key signed', async () => {
    const order = await transfer(2)
    const relay = openRelay(name)
    const plain = globalThis.fetch
    const stranger = privateKeyToAccount(strangersKey).address
    vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
      const headers = new Headers(init?.headers)
      const [, signature] = (headers.get('x-flashbots-signature') ?? '').split(':')
      headers.set('x-flashbots-signature', `${stranger}:${signature}`)
      return plain(input, { ...init, headers })
    })
    await expect(relay.send(order)).rejects.toMatchObject({ name: 'Rejected' })
    vi.restoreAllMocks()
    await mine(2)
    expect(await blockOf(order)).toBeNull()
  })

  it('alone fills a whole parent order', async () => {
    const world = await openWorldWith(name, 3)
    await liveUntilFilled(world)
    const trades = await readTrades(world)
    expect(trades.map(({ executionIndex }) => executionIndex)).toEqual([0, 1, 2])
    expect(trades.reduce((sum, { amountIn }) => sum + amountIn, 0n)).toBe(world.mandate.total)
    expect((await readExecutions(world)).map(({ relay }) => relay)).toEqual([name, name, name])
    expect(await nonceOf(world.executor)).toBe(3)
    expect(await publicSightings(world.executor)).toBe(0)
  })

  it('is not given an order that its simulation refuses, until it does not', async () => {
    const world = await openWorldWith(name, 1)
    const asked = watch((method) => (method === 'eth_callBundle' ? Promise.resolve({ result: refusal }) : undefined))
    await cron(world)
    await drain(world)
    expect(asked).toEqual(['eth_callBundle'])
    expect((await ledgerOfWorld(world).tracked())[0]).toMatchObject({ state: 'signed', relayAnswer: 'Reverted' })
    await mine()
    await track(world)
    expect(asked).not.toContain(sendMethod[name])
    expect(await readTrades(world)).toEqual([])
    vi.restoreAllMocks()
    await mine()
    await track(world)
    await mine()
    expect(await readTrades(world)).toHaveLength(1)
  })

  it('sees nothing of an order before the ledger keeps its bytes, and is not given it after a pause meanwhile', async () => {
    const world = await openWorldWith(name, 1)
    const ledger = ledgerOfWorld(world)
    const kept: unknown[] = []
    const asked = watch((method) => {
      if (method !== 'eth_callBundle') return undefined
      return ledger.tracked().then(async ([order]) => {
        kept.push(order?.state, order?.bytes?.slice(0, 4))
        await ledger.setPause({ scope: 'vault', subject: world.vault, paused: true })
        return { result: { ...refusal, results: [{ gasUsed: 50_000 }] } }
      })
    })
    await cron(world)
    await drain(world)
    expect(kept).toEqual(['signed', '0x02'])
    expect(asked).not.toContain(sendMethod[name])
    expect((await ledger.tracked())[0]).toMatchObject({ state: 'signed', relay: '' })
    await mine()
    expect(await readTrades(world)).toEqual([])
  })

  it('is given the order although its simulation cannot be reached', async () => {
    const world = await openWorldWith(name, 1)
    const asked = watch((method) =>
      method === 'eth_callBundle' ? Promise.reject(new TypeError('connection refused')) : undefined,
    )
    await cron(world)
    await drain(world)
    expect(asked).toContain(sendMethod[name])
    await mine()
    expect(await readTrades(world)).toHaveLength(1)
  })

  it('is asked to forget the order when somebody pauses, and gets it again afterwards', async () => {
    const world = await openWorldWith(name, 1)
    await cron(world)
    await drain(world)
    const ledger = ledgerOfWorld(world)
    const flag = { scope: 'vault', subject: world.vault } as const
    expect(await ledger.setPause({ ...flag, paused: true })).toMatchObject({ live: { state: 'sent' } })
    await track(world)
    // A hint and no more: the order stays live, its caps stay held.
    expect((await ledger.tracked())[0]).toMatchObject({ state: 'sent', relay: name, relayAnswer: 'Cancelled' })
    await mine()
    await track(world)
    expect(await readTrades(world)).toEqual([])
    await ledger.setPause({ ...flag, paused: false })
    await mine()
    await track(world)
    await mine()
    expect(await readTrades(world)).toHaveLength(1)
    expect(await nonceOf(world.executor)).toBe(1)
  })
})

const sendMethod = { 'flashbots-private': 'eth_sendPrivateTransaction', 'flashbots-bundle': 'eth_sendBundle' }

const refusal = {
  ...{ bundleGasPrice: '0', bundleHash: '0x', coinbaseDiff: '0', ethSentToCoinbase: '0', gasFees: '0' },
  ...{ stateBlockNumber: 1, totalGasUsed: 50_000 },
  results: [{ gasUsed: 50_000, error: 'execution reverted' }],
}

async function openWorldWith(name: RelayName, slices: number): Promise<World> {
  const world = await openWorld({ slices, ...(slices === 1 ? { intervalSeconds: 600 } : {}) })
  const withRelay: Env = { ...world.env, RELAY_LADDER: `${name}=${relayUrl}` }
  return { ...world, env: withRelay }
}

/** Answers some of the relay's methods itself; gives the list of all that were asked of the relay. */
function watch(answer: (method: string) => Promise<unknown> | undefined): string[] {
  const asked: string[] = []
  intercept(({ method, url }) => {
    if (!url.endsWith('/relay')) return undefined
    asked.push(method)
    return answer(method)
  })
  return asked
}
