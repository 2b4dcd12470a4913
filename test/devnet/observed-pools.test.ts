import { createRequire } from 'node:module'
import {
  type Address,
  concat,
  encodeAbiParameters,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  keccak256,
  parseAbi,
  zeroAddress,
} from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { deployTreasury, type Treasury } from '../../scripts/devnet/treasury.ts'
import { tokenBySymbol } from '../../scripts/devnet/world-pools.ts'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
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
import { ask, nonceOf, signTransfer } from './clients.ts'

// What the agent sees of the pools: as much as it could trade in, and what it has kept from earlier.

const managerAbi = parseAbi([
  'struct Key { address currency0; address currency1; uint24 fee; int24 tickSpacing; address hooks; }',
  'function initialize(Key key, uint160 sqrtPriceX96) returns (int24)',
  'function setProtocolFeeController(address controller)',
  'function setProtocolFee(Key key, uint24 fee)',
])
const artifactSchema = z.object({ bytecode: z.object({ object: z.templateLiteral(['0x', z.string()]) }) })
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
  return observe(await openNow(), chain, subject, kept)
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
  // Through other tokens nothing comes yet: their prices are not known to an observation that has kept nothing.
  const sold = huge.snapshot.pools.filter(({ token0, token1 }) => [token0, token1].includes(sell))
  const pools = sold.flatMap(({ venue, pool }) => (venue === 'UniswapV3' ? [pool] : []))
  expect(pools.length).toBeGreaterThan(0)
  expect(huge.windowTooSmall.toSorted()).toEqual(pools.toSorted())
  const [soldSide = 0, otherSide = 0] = widthOf(huge)
  // Asked again: eight words of the finest spacing are 2,048 ticks and the rest of the current one.
  expect(soldSide).toBeGreaterThan(60 * 256)
  expect(otherSide).toBeLessThan(256)
  expect(widthOf(small).every((width) => width < 9 * 256)).toBe(true)
  expect(concentrated(huge, 100, 'UniswapV3').ticks.length).toBeGreaterThan(
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
    const { snapshot } = await observe(quorum, devnet.chain, subject, kept)
    return { snapshot, ...meter }
  }
  const [again, fresh] = [await bytesOf(first.keep), await bytesOf([])]
  expect(again.snapshot.pools).toEqual(fresh.snapshot.pools)
  expect(again.bytes).toBeLessThan(fresh.bytes)

  // A cache that is wrong is found out: its digest is not the chain's.
  const forged = first.keep.map((pool) => ({
    ...pool,
    ticks: pool.ticks.slice(1),
    digest: tickDigest(pool.ticks.slice(1)),
  }))
  expect((await observed(forged)).snapshot.pools).toEqual(fresh.snapshot.pools)
})

async function stateOf(query: PoolQuery) {
  const { pools } = await callObserve(await openNow(), treasury.vault, nobody, nobody, [query], [], 0)
  return pools[0]
}

test('pools of a v4 manager are seen by their keys, with the protocol’s fees by direction', async () => {
  const { trader } = devnet.accounts
  const [token0, token1] = sortTokens(token('USDC'), token('WETH'))
  const path = '@uniswap/v4-core/out/PoolManager.sol/PoolManager.json'
  const { bytecode } = artifactSchema.parse(createRequire(import.meta.url)(path))
  const first = await nonceOf(devnet, trader)
  const manager = getContractAddress({ from: trader.address, nonce: BigInt(first) })
  const key = { currency0: token0, currency1: token1, fee: 500, tickSpacing: 10, hooks: zeroAddress }
  const root = 2n ** 96n
  const owner = encodeAbiParameters([{ type: 'address' }], [trader.address])
  const calls: Hex[] = [
    encodeFunctionData({ abi: managerAbi, functionName: 'initialize', args: [key, root] }),
    encodeFunctionData({ abi: managerAbi, functionName: 'setProtocolFeeController', args: [trader.address] }),
    encodeFunctionData({ abi: managerAbi, functionName: 'setProtocolFee', args: [key, (700 << 12) | 300] }),
  ]
  await send(undefined, concat([bytecode.object, owner]), first)
  for (const [index, data] of calls.entries()) await send(manager, data, first + 1 + index)
  const pools = [
    { feePips: 500, tickSpacing: 10, hooks: zeroAddress },
    { feePips: 3000, tickSpacing: 60, hooks: zeroAddress },
  ]
  const chain: ChainDefinition = { ...devnet.chain, uniswapV4: [{ manager, pools }] }
  const observed = await look(token('USDC'), token('WETH'), 10n ** 6n, chain)
  const id = keccak256(encodeAbiParameters(managerAbi[0].inputs.slice(0, 1), [key]))
  expect(observed.snapshot.pools.filter(({ venue }) => venue === 'UniswapV4')).toEqual([
    {
      ...{ venue: 'UniswapV4', pool: manager, id, hooks: zeroAddress, token0, token1, feePips: 500, tickSpacing: 10 },
      ...{ protocolFeePips: { zeroForOne: 300, oneForZero: 700 }, sqrtPriceX96: root, tick: 0, liquidity: 0n },
      ...{ tickLower: expect.any(Number), tickUpper: expect.any(Number), ticks: [] },
    },
  ])
  expect(observed.windowTooSmall).toEqual([id])
  // Whatever is seen can be written down.
  expect(snapshotSchema.decode(snapshotSchema.encode(observed.snapshot))).toEqual(observed.snapshot)
  expect(concentrated(observed, 500, 'UniswapV3').feePips).toBe(500)
})

async function send(to: Address | undefined, data: Hex, nonce: number): Promise<void> {
  const { trader } = devnet.accounts
  const raw =
    to === undefined
      ? await trader.signTransaction({
          ...{ type: 'eip1559', chainId: devnet.chain.id, nonce, data, gas: 8_000_000n },
          ...{ maxFeePerGas: 20_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n },
        })
      : await signTransfer(trader, { nonce, to, data, value: 0n, gas: 500_000n })
  const hash = await ask(devnet.rpcUrl, 'eth_sendRawTransaction', raw)
  await devnet.control.mine()
  expect(await ask(devnet.rpcUrl, 'eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' })
}
