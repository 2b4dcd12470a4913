import { type Hex, keccak256 } from 'viem'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { devnet } from '../../shared/chain/chains/424242.ts'
import type { RelayName } from '../../shared/chain/relays.ts'
import { readEnvironment } from '../../workers/environment.ts'
import { openLadder } from '../../workers/relays/ladder.ts'
import type { PrivateOrder, Relay } from '../../workers/relays/relay.ts'
import { env } from './agent-world.ts'
import { chainTime, mine, nonceOf, publicSightings, reach, relayUrls, rpc } from './local-chain.ts'

/** The worker's relays against the endpoints of the local chain that the two Flashbots ones do not reach. */
const others = ['mev-share', 'mev-blocker', 'titan', 'builder', 'sequencer'] as const
const { trader } = reach.accounts

function openRelay(name: RelayName): Relay {
  const reading = readEnvironment({ ...env, RELAY_LADDER: `${name}=${relayUrls[name]}` })
  if (!reading.ok) throw new Error(reading.sentence)
  const [relay] = openLadder(reading.environment, devnet)
  if (relay === undefined) throw new Error(`no relay ${name} was opened`)
  return relay
}

async function signed(value: bigint): Promise<Hex> {
  return trader.signTransaction({
    type: 'eip1559',
    chainId: reach.chain.id,
    nonce: await nonceOf(trader.address),
    to: trader.address,
    value,
    gas: 100_000n,
    maxFeePerGas: 20_000_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
  })
}

/** A transfer that may be in one of the next `blocks` blocks. */
async function transfer(blocks: number): Promise<PrivateOrder> {
  const bytes = await signed(0n)
  const head = BigInt(z.string().parse(await rpc('eth_blockNumber')))
  const window = { firstBlock: head + 1n, lastBlock: head + BigInt(blocks) }
  const deadline = (await chainTime()) + 12 * blocks
  return { bytes, hash: keccak256(bytes), vault: trader.address, ...window, deadline }
}

async function isIncluded(hash: Hex): Promise<boolean> {
  return (await rpc('eth_getTransactionReceipt', [hash])) !== null
}

/** The endpoint of one builder waits for that builder's block, at most as long as the window is. */
async function mineUntilIncluded(order: PrivateOrder): Promise<void> {
  for (let block = order.firstBlock; block <= order.lastBlock && !(await isIncluded(order.hash)); block++) await mine()
}

afterEach(async () => {
  for (const endpoint of ['relay', 'mev-blocker', 'titan', 'builder', 'sequencer']) {
    await rpc('devnet_relayFault', [endpoint, 'none'])
  }
  // Uses the nonce up, so that nothing an endpoint still holds reaches into the next test.
  await rpc('eth_sendRawTransaction', [await signed(1n)])
  await mine()
})

const endpointOf = (name: RelayName) => new URL(relayUrls[name]).pathname.slice(1)

describe.each(others)('%s', (name) => {
  it('has an order included in its window, unseen by the public pool, however often it is handed over', async () => {
    const relay = openRelay(name)
    const seen = await publicSightings(trader.address)
    const order = await transfer(29)
    await relay.send(order)
    await relay.send(order)
    expect(await isIncluded(order.hash)).toBe(false)
    await mineUntilIncluded(order)
    expect(await isIncluded(order.hash)).toBe(true)
    expect(await publicSightings(trader.address)).toBe(seen)
  })

  it.each([
    ['down', 'Unavailable'],
    ['html', 'Unavailable'],
    ['throttle', 'Throttled'],
    ['refuse', 'Rejected'],
    ['garbage', 'Unknown'],
    ['unknown', 'Unknown'],
  ])('out of order by the fault %s: %s', async (fault, error) => {
    await rpc('devnet_relayFault', [endpointOf(name), fault, true])
    await expect(openRelay(name).send(await transfer(3))).rejects.toMatchObject({ name: error })
  })
})

it('MEV-Share simulates an order, and names what reverts', async () => {
  const relay = openRelay('mev-share')
  const order = await transfer(3)
  expect(await relay.simulate(order)).toEqual({ ok: true, gasUsed: 21_000n })
})

it.each(['titan', 'builder'] as const)('%s forgets a cancelled order', async (name) => {
  const relay = openRelay(name)
  const order = await transfer(8)
  await relay.send(order)
  expect(await relay.cancel(order)).toBe(true)
  await mine(8)
  expect(await isIncluded(order.hash)).toBe(false)
})

it('Titan traces a bundle, MEV Blocker shows a private transaction; neither knows a stranger’s', async () => {
  const [titan, blocker] = [openRelay('titan'), openRelay('mev-blocker')]
  const order = await transfer(29)
  for (const relay of [titan, blocker]) {
    expect(await relay.status(order)).toMatchObject({ status: 'unknown' })
    await relay.send(order)
    expect(await relay.status(order)).toMatchObject({ status: 'pending' })
  }
  await mineUntilIncluded(order)
  expect(await blocker.status(order)).toMatchObject({ status: 'included' })
})
