import { type Address, type Hex, keccak256, zeroAddress } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { deployTreasury, type Treasury } from '../../scripts/devnet/treasury.ts'
import { tokenBySymbol } from '../../scripts/devnet/world-pools.ts'
import { sortTokens } from '../../shared/chain/pool-address.ts'
import type { ConcentratedPool } from '../../shared/schema/pool.ts'
import { snapshotSchema } from '../../shared/schema/snapshot.ts'
import { callObserve, type PoolQuery } from '../../workers/agent/lens-call.ts'
import { newMeter } from '../../workers/agent/meter.ts'
import { type Observed, observe } from '../../workers/agent/observe.ts'
import { type BookedPool, type KeptPool, largestInputs } from '../../workers/agent/pool-book.ts'
import { poolQuery } from '../../workers/agent/pool-window.ts'
import { openProviders, openQuorum } from '../../workers/agent/providers.ts'
import { tickDigest } from '../../workers/agent/tick-digest.ts'
import { deployManagedPool, encodedKey } from './managed-pools.ts'

// What the agent sees of the pools: as much as it could trade in, and what it has kept from earlier.

const nobody: Hex = `0x${'0'.repeat(64)}`

let devnet: Devnet
let treasury: Treasury
beforeAll(async () => {
  devnet = await startDevnet({ port: 0, automine: false, market: false })
  treasury = await deployTreasury(devnet, { executor: '0x1111111111111111111111111111111111111111' })
})
afterAll(() => devnet.stop())

const token = (symbol: string): Address => tokenBySymbol(devnet.chain, symbol).address

async function openNow() {
  const settings = { RPC_URLS: [`${devnet.rpcUrl}/a`, `${devnet.rpcUrl}/b`], PROVIDER_REQUESTS_PER_SECOND: 1000 }
  return openQuorum(openProviders(settings, newMeter()))
}

async function look(
  sell: Address,
  buy: Address,
  largestInput: bigint,
  chain = devnet.chain,
  kept: KeptPool[] = [],
): Promise<Observed> {
  const subject = { vault: treasury.vault, mandateId: nobody, sell, buy, largestInput, modelId: nobody }
  return observe(await openNow(), chain, subject, async () => kept)
}

function concentrated({ snapshot }: Observed, feePips: number, venue: ConcentratedPool['venue']): ConcentratedPool {
  const found = snapshot.pools.find((pool) => pool.venue === venue && pool.feePips === feePips)
  if (found === undefined || found.venue === 'UniswapV2') throw new Error('The pool was not seen.')
  return found
}

test('a window grows with the largest slice, on the side that is sold', async () => {
  const [sell, buy] = [token('DAI'), token('USDC')]
  const sellsToken0 = BigInt(sell) < BigInt(buy)
  const widthOf = (observed: Observed) => {
    const { tick, tickLower, tickUpper } = concentrated(observed, 100, 'UniswapV3')
    const sides = [tick - tickLower, tickUpper - tick]
    return sellsToken0 ? sides : sides.reverse()
  }
  const small = await look(sell, buy, 10n ** 18n)
  expect(small.windowTooSmall).toEqual([])
  const huge = await look(sell, buy, 10n ** 32n)
  const [soldSide = 0, otherSide = 0] = widthOf(huge)
  // The rest of the current word and one more, of 256 ticks at the finest spacing: further than any slice may move the price.
  expect(soldSide).toBeGreaterThanOrEqual(256)
  expect(soldSide).toBeLessThan(512)
  expect(widthOf(small)[0]).toBeLessThan(soldSide)
  expect(otherSide).toBeLessThan(256)
  expect(huge.windowTooSmall).toEqual([])
  expect(concentrated(huge, 100, 'UniswapV3').ticks.length).toBeGreaterThanOrEqual(
    concentrated(small, 100, 'UniswapV3').ticks.length,
  )
})

test('ticks that have been kept are known by their digest, and sent again where it differs', async () => {
  const sale = { sell: token('USDC'), buy: token('WETH'), largestInput: 10n ** 12n }
  const seen = concentrated(await look(sale.sell, sale.buy, sale.largestInput), 500, 'UniswapV3')
  expect(seen.ticks.length).toBeGreaterThan(10)
  const booked: BookedPool = {
    candidate: { venue: 'UniswapV3', pool: seen.pool, feePips: 500 },
    ...{ pair: sortTokens(sale.sell, sale.buy), key: '', kept: null },
  }
  const query = poolQuery(booked, largestInputs([], sale))
  const known = { ...query, knownLower: seen.tickLower, knownUpper: seen.tickUpper }
  const same = await stateOf({ ...known, knownTicks: tickDigest(seen.ticks) })
  expect(same).toMatchObject({ ticksKnown: true, ticks: [], tickLower: seen.tickLower, tickUpper: seen.tickUpper })
  const other = await stateOf({ ...known, knownTicks: tickDigest(seen.ticks.slice(1)) })
  expect(other).toMatchObject({ ticksKnown: false, ticks: seen.ticks, sqrtPriceX96: seen.sqrtPriceX96 })
})

test('what is kept is not asked for again: no pools that were not there, no ticks that have not changed', async () => {
  const [sell, buy] = [token('USDC'), token('WETH')]
  const observed = (kept: KeptPool[]) => look(sell, buy, 10n ** 11n, devnet.chain, kept)
  const first = await observed([])
  const standings = Map.groupBy(first.keep, ({ standing }) => standing)
  expect(standings.get('live')?.length).toBe(first.snapshot.pools.length)
  // WETH and USDC pass through USDT, too: those pools are seen, and the missing ones are remembered.
  expect(first.snapshot.pools.some(({ token0, token1 }) => [token0, token1].includes(token('USDT')))).toBe(true)
  expect(standings.get('missing')?.length).toBeGreaterThan(5)

  const bytesOf = async (kept: KeptPool[]) => {
    const meter = newMeter()
    const settings = { RPC_URLS: [`${devnet.rpcUrl}/a`, `${devnet.rpcUrl}/b`], PROVIDER_REQUESTS_PER_SECOND: 1000 }
    const quorum = await openQuorum(openProviders(settings, meter))
    const subject = { vault: treasury.vault, mandateId: nobody, sell, buy, largestInput: 10n ** 11n, modelId: nobody }
    const { snapshot } = await observe(quorum, devnet.chain, subject, async () => kept)
    return { snapshot, ...meter }
  }
  const [again, fresh] = [await bytesOf(first.keep), await bytesOf([])]
  expect(again.snapshot.pools).toEqual(fresh.snapshot.pools)
  expect(again.bytes).toBeLessThan(fresh.bytes)

  // A cache that is wrong is found out: its ticks' digest is not the chain's.
  const forged = first.keep.map((pool) => ({ ...pool, ticks: pool.ticks.slice(1) }))
  expect((await observed(forged)).snapshot.pools).toEqual(fresh.snapshot.pools)
})

async function stateOf(query: PoolQuery) {
  const { pools } = await callObserve(await openNow(), treasury.vault, nobody, nobody, [query], [], 0)
  return pools[0]
}

test('pools of a v4 manager are seen by their keys, with the protocol’s fees by direction', async () => {
  const [token0, token1] = sortTokens(token('USDC'), token('DAI'))
  const twin = concentrated(await look(token0, token1, 10n ** 6n), 100, 'UniswapV3')
  const { sqrtPriceX96, tick } = twin
  const around = Math.floor(tick / 10) * 10
  const positions = [{ tickLower: around - 500, tickUpper: around + 500, liquidity: twin.liquidity }]
  const protocolFeePips = { zeroForOne: 300, oneForZero: 700 }
  const managed = { token0, token1, feePips: 500, tickSpacing: 10, sqrtPriceX96, positions, protocolFeePips }
  const chain = await deployManagedPool(devnet, managed)
  const [manager] = chain.uniswapV4.map(({ manager: address }) => address)
  const observed = await look(token0, token1, 10n ** 6n, chain)
  const seen = observed.snapshot.pools.find(({ venue }) => venue === 'UniswapV4')
  const key = { currency0: token0, currency1: token1, fee: 500, tickSpacing: 10, hooks: zeroAddress }
  expect(seen).toMatchObject({
    ...{ pool: manager, id: keccak256(encodedKey(key)), hooks: zeroAddress, token0, token1 },
    ...{ feePips: 500, tickSpacing: 10, protocolFeePips, sqrtPriceX96, tick, liquidity: twin.liquidity },
  })
  // Whatever is seen can be written down.
  expect(snapshotSchema.decode(snapshotSchema.encode(observed.snapshot))).toEqual(observed.snapshot)
  // A key nobody has made a pool of is not there.
  const [other] = chain.uniswapV4
  const elsewhere = {
    ...chain,
    uniswapV4: [
      { manager: other?.manager ?? zeroAddress, pools: [{ feePips: 3000, tickSpacing: 60, hooks: zeroAddress }] },
    ],
  }
  expect(
    (await look(token0, token1, 10n ** 6n, elsewhere)).snapshot.pools.some(({ venue }) => venue === 'UniswapV4'),
  ).toBe(false)
})
