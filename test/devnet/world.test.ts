import { createPublicClient, http, keccak256, type PublicClient, parseAbi } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { devnetAccounts } from '../../scripts/devnet/accounts.ts'
import type { Anvil } from '../../scripts/devnet/anvil.ts'
import { startOrigin } from '../../scripts/devnet/origin.ts'
import { startingPrices } from '../../scripts/devnet/pool-plan.ts'
import { poolPrice } from '../../scripts/devnet/price.ts'
import { label } from '../../scripts/devnet/world.ts'
import { type WorldPool, worldPools } from '../../scripts/devnet/world-pools.ts'
import { devnet } from '../../shared/chain/chains/424242.ts'
import { midPrice } from './mid-price.ts'

const tokenAbi = parseAbi([
  'function symbol() view returns (string)',
  'function decimals() view returns (uint8)',
  'function balanceOf(address) view returns (uint256)',
])
const feedAbi = parseAbi([
  'function decimals() view returns (uint8)',
  'function latestRoundData() view returns (uint80, int256, uint256, uint256, uint80)',
])
const v3Abi = parseAbi([
  'function slot0() view returns (uint160 sqrtPriceX96, int24 tick, uint16 index, uint16 cardinality, uint16 next, uint8, bool)',
  'function liquidity() view returns (uint128)',
  'function observe(uint32[] secondsAgos) view returns (int56[] tickCumulatives, uint160[])',
  'function ticks(int24) view returns (uint128 gross, int128 net, uint256, uint256, int56, uint160, uint32, bool)',
  'function token0() view returns (address)',
])

const pools = worldPools(devnet)
let origin: Anvil
let client: PublicClient

beforeAll(async () => {
  const started = performance.now()
  origin = await startOrigin(devnetAccounts())
  expect(performance.now() - started).toBeLessThan(15_000)
  client = createPublicClient({ transport: http(origin.rpc.url) })
})
afterAll(() => origin.stop())

test('every token of the chain file is at its address, with its symbol and decimals', async () => {
  for (const token of devnet.tokens) {
    const read = { address: token.address, abi: tokenAbi }
    expect(await client.readContract({ ...read, functionName: 'symbol' })).toBe(token.symbol)
    expect(await client.readContract({ ...read, functionName: 'decimals' })).toBe(token.decimals)
  }
})

test('every feed answers the starting price, just now', async () => {
  const { timestamp } = await client.getBlock()
  for (const { symbol, feed } of devnet.tokens) {
    const read = { address: feed.source, abi: feedAbi }
    const decimals = await client.readContract({ ...read, functionName: 'decimals' })
    const [, answer, , updatedAt] = await client.readContract({ ...read, functionName: 'latestRoundData' })
    expect(Number(answer) / 10 ** decimals).toBe(startingPrices[symbol])
    expect(Number(timestamp - updatedAt)).toBeLessThanOrEqual(12)
  }
})

test('pairs and pools come from the genuine bytecode', async () => {
  const [v2, v3] = [devnet.uniswapV2[0]?.factory, devnet.uniswapV3[0]?.factory]
  for (const [factory, name] of [
    [v2, '@uniswap/v2-core/build/UniswapV2Factory.json'],
    [v3, '@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json'],
  ] as const) {
    if (factory === undefined) throw new Error('the chain file lacks a factory')
    const code = (await client.getCode({ address: factory })) ?? '0x'
    const { default: artifact } = await import(name, { with: { type: 'json' } })
    const published: string = artifact.deployedBytecode ?? `0x${artifact.evm.deployedBytecode.object}`
    // The v3 factory carries its own address as an immutable, which the published form holds as zeros.
    const own = factory.slice(2).toLowerCase()
    expect(keccak256(code.replaceAll(own, '0'.repeat(40)) as `0x${string}`)).toBe(keccak256(published as `0x${string}`))
  }
})

test.each(pools.map((pool): [string, WorldPool] => [label(pool), pool]))(
  '%s is priced within its fee',
  async (_, pool) => {
    const usd = (symbol: string) => startingPrices[symbol] ?? 0
    const expected = poolPrice(
      { decimals: pool.token0.decimals, usd: usd(pool.token0.symbol) },
      { decimals: pool.token1.decimals, usd: usd(pool.token1.symbol) },
    )
    const price = await midPrice(client, pool)
    expect(Math.abs(price / expected - 1)).toBeLessThanOrEqual(1 / (1 - pool.feePips / 1e6) - 1 + 1e-9)
  },
)

test('every pair of the design has several pools', () => {
  const count = (pair: string) => pools.filter((pool) => pairOf(pool) === pair).length
  for (const pair of ['USDC/WETH', 'USDT/WETH', 'WBTC/WETH', 'USDC/WBTC', 'DAI/WETH']) {
    expect(count(pair), pair).toBeGreaterThanOrEqual(3)
  }
})

test('liquidity has the shape of the real pools', async () => {
  const profile = async (pool: WorldPool) => {
    const spacing = pool.feePips === 500 ? 10 : 60
    const { tick, at } = await liquidityAt(pool, spacing, 12_000)
    const here = at(tick)
    const around = (distance: number) => Number(at(tick - distance) + at(tick + distance)) / 2 / Number(here)
    return { near: around(50), percent: around(100), five: around(500), half: around(5000), far: around(12_000) }
  }
  const tight = await profile(find('USDC/WETH', 500))
  expect(tight.percent).toBeGreaterThan(0.6)
  expect(tight.five).toBeGreaterThan(0.1)
  expect(tight.five).toBeLessThan(0.5)
  expect(tight.far).toBeLessThan(0.05)
  const wide = await profile(find('USDC/WETH', 3000))
  expect(wide.percent).toBeGreaterThan(0.8)
  expect(wide.five).toBeGreaterThan(0.6)
  expect(wide.half).toBeLessThan(0.5)
  expect(wide.far).toBeGreaterThan(0)
  expect(wide.far).toBeLessThan(0.1)
})

test('the pools remember two hours, in which the price moved', async () => {
  const address = find('USDC/WETH', 500).address
  const [, , , cardinality, next] = await client.readContract({ address, abi: v3Abi, functionName: 'slot0' })
  expect(next).toBeGreaterThanOrEqual(300)
  expect(cardinality).toBeGreaterThan(30)
  const args = [[7000, 5400, 3600, 1800, 0]] as const
  const [cumulatives] = await client.readContract({ address, abi: v3Abi, functionName: 'observe', args })
  const means = cumulatives.slice(1).map((value, index) => Number(value - (cumulatives[index] ?? 0n)))
  expect(new Set(means).size).toBe(means.length)
})

test('the origin mines no more by itself', async () => {
  const before = await client.getBlockNumber({ cacheTime: 0 })
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(await client.getBlockNumber({ cacheTime: 0 })).toBe(before)
})

test('building it twice gives the same world', async () => {
  const again = await startOrigin(devnetAccounts())
  try {
    const hash = async (anvil: Anvil) => (await createPublicClient({ transport: http(anvil.rpc.url) }).getBlock()).hash
    expect(await hash(again)).toBe(await hash(origin))
  } finally {
    await again.stop()
  }
})

function pairOf({ token0, token1 }: WorldPool): string {
  const symbols = [token0.symbol, token1.symbol].toSorted()
  return symbols.join('/')
}

function find(pair: string, feePips: number): WorldPool {
  const pool = pools.find((each) => pairOf(each) === pair && each.feePips === feePips && each.venue === 'UniswapV3')
  if (pool === undefined) throw new Error(`no ${pair} pool of ${feePips} pips`)
  return pool
}

/** Liquidity in force at any tick within `reach` of the price. */
async function liquidityAt(pool: WorldPool, spacing: number, reach: number) {
  const read = { address: pool.address, abi: v3Abi } as const
  const [, tick] = await client.readContract({ ...read, functionName: 'slot0' })
  const inForce = await client.readContract({ ...read, functionName: 'liquidity' })
  const first = Math.floor((tick - reach) / spacing) * spacing
  const indexes = Array.from({ length: Math.ceil((2 * reach) / spacing) + 2 }, (_, index) => first + index * spacing)
  const nets = await Promise.all(
    indexes.map(async (index) => {
      const [, net] = await client.readContract({ ...read, functionName: 'ticks', args: [index] })
      return { index, net }
    }),
  )
  const at = (wanted: number) => {
    const sum = (from: number, to: number) =>
      nets.filter(({ index }) => from < index && index <= to).reduce((total, { net }) => total + net, 0n)
    return wanted >= tick ? inForce + sum(tick, wanted) : inForce - sum(wanted, tick)
  }
  return { tick, at }
}
