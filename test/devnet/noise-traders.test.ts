import { type Address, decodeFunctionData, type Hex } from 'viem'
import { afterEach, expect, test } from 'vitest'
import { logSchema } from '../../scripts/devnet/block-simulation.ts'
import { type Devnet, type DevnetOptions, startDevnet } from '../../scripts/devnet/devnet.ts'
import { devnetTraderAbi } from '../../scripts/devnet/generated/devnetTrader.ts'
import { defaultTurnover, NoiseFlow } from '../../scripts/devnet/noise-flow.ts'
import { poolPrice } from '../../scripts/devnet/price.ts'
import { poolMoves } from '../../scripts/devnet/swap-logs.ts'
import { clientOf } from '../../scripts/devnet/transactions.ts'
import { worldPools } from '../../scripts/devnet/world-pools.ts'
import { devnet as chain } from '../../shared/chain/chains/424242.ts'
import { ask } from './clients.ts'
import { midPrice } from './mid-price.ts'

const pools = worldPools(chain)
const secondsPerDay = 86_400

let running: Devnet[] = []
afterEach(async () => {
  for (const devnet of running) await devnet.stop()
  running = []
})

async function open(options: DevnetOptions): Promise<Devnet> {
  const devnet = await startDevnet({ port: 0, automine: false, market: false, sandwicher: false, ...options })
  running.push(devnet)
  return devnet
}

interface Status {
  traders: { noise: { on: boolean; swaps: number; usd: number }; sandwicher: { on: boolean; sandwiches: number } }
}
const status = async (devnet: Devnet) => (await ask(devnet.rpcUrl, 'devnet_status')) as Status

test('the flow has its number, its volume, its sizes and its tolerances', () => {
  const blocks = 4000
  const flow = new NoiseFlow(pools, 6, 'statistics', defaultTurnover)
  const trades = Array.from({ length: blocks }, () => flow.next(12)).flat()
  const days = (blocks * 12) / secondsPerDay

  // A trade's mean size is a fiftieth of the depth: five hundred a day and pool. Four standard deviations each way.
  const expected = 500 * pools.length * days
  expect(Math.abs(trades.length - expected)).toBeLessThan(4 * Math.sqrt(expected))
  const perBlock = variance(Array.from({ length: 1000 }, () => flow.next(12).length))
  expect(perBlock.variance / perBlock.mean).toBeGreaterThan(0.8)
  expect(perBlock.variance / perBlock.mean).toBeLessThan(1.2)

  const depth = pools.reduce((sum, pool) => sum + pool.depthUsd, 0)
  const volume = trades.reduce((sum, { usd }) => sum + usd, 0)
  const squares = trades.reduce((sum, { usd }) => sum + usd * usd, 0)
  expect(Math.abs(volume - defaultTurnover * depth * days)).toBeLessThan(4 * Math.sqrt(squares))

  const logarithms = trades.map(({ usd, pool }) => Math.log(usd / pool.depthUsd))
  expect(Math.sqrt(variance(logarithms).variance)).toBeCloseTo(1.3, 1)
  expect(Math.max(...logarithms)).toBeLessThanOrEqual(0)
  expect(new Set(trades.map(({ trader }) => trader))).toEqual(new Set([0, 1, 2, 3, 4, 5]))
  const tolerances = trades.map(({ slippageBps }) => slippageBps)
  expect([Math.min(...tolerances), Math.max(...tolerances)]).toEqual([10, 100])
  const sold = trades.filter(({ zeroForOne }) => zeroForOne).length
  expect(Math.abs(sold / trades.length - 0.5)).toBeLessThan(2 / Math.sqrt(trades.length))
})

test('some hundred blocks hold as many swaps, and as large ones, as the flow should have', async () => {
  const devnet = await open({ noise: true, seed: 'noise' })
  const first = Number(await ask(devnet.rpcUrl, 'eth_blockNumber')) + 1
  const before = (await status(devnet)).traders.noise
  const blocks = 300
  await devnet.control.mine(blocks)
  const after = (await status(devnet)).traders.noise
  const expected = (500 * pools.length * blocks * 12) / secondsPerDay
  const count = after.swaps - before.swaps
  expect(Math.abs(count - expected)).toBeLessThan(4 * Math.sqrt(expected))

  const swaps = await noiseSwaps(devnet, first, blocks)
  expect(swaps.length).toBe(count)
  const sold = swaps.reduce((sum, { usd }) => sum + usd, 0)
  // Amounts are rounded, and a few swaps come too late for their minimum.
  expect(swaps.filter(({ succeeded }) => succeeded).length).toBeGreaterThan(0.9 * count)
  expect(sold).toBeLessThanOrEqual((after.usd - before.usd) * 1.001)
  expect(sold).toBeGreaterThan((after.usd - before.usd) * 0.8)
  for (const { succeeded, output, minimumOutput } of swaps) {
    expect(minimumOutput).toBeGreaterThan(0n)
    if (succeeded) expect(output).toBeGreaterThanOrEqual(minimumOutput)
  }
  const senders = new Set(swaps.map(({ from }) => from))
  expect(senders.size).toBe(devnet.accounts.noiseTraders.length)
  let seen = 0
  for (const { address } of devnet.accounts.noiseTraders) seen += devnet.control.publicSightings(address)
  expect(seen).toBe(after.swaps)
}, 120_000)

test('they move prices inside a block, and the arbitrageur brings them back in the next', async () => {
  const devnet = await open({ noise: true, turnover: 300 })
  await devnet.control.mine(5)
  expect(Math.max(...(await beyondFees(devnet)))).toBeGreaterThan(0)
  await ask(devnet.rpcUrl, 'devnet_noise', 'off')
  await devnet.control.mine()
  for (const beyond of await beyondFees(devnet)) expect(beyond).toBeLessThan(1e-9)
})

test('the same seed gives the same transactions, and another one others', async () => {
  const hashes = async (seed: string) => {
    const devnet = await open({ noise: true, seed })
    const first = Number(await ask(devnet.rpcUrl, 'eth_blockNumber'))
    await devnet.control.mine(25)
    const blocks = Array.from({ length: 25 }, (_, index) => blockHashes(devnet, first + 1 + index))
    return (await Promise.all(blocks)).flat()
  }
  const [one, same, other] = [await hashes('one'), await hashes('one'), await hashes('other')]
  expect(one.length).toBeGreaterThan(10)
  expect(same).toEqual(one)
  expect(other.filter((hash) => one.includes(hash))).toEqual([])
})

test('people and sandwicher are there while the market moves, unless somebody decided otherwise', async () => {
  const devnet = await startDevnet({ port: 0, automine: false, market: false })
  running.push(devnet)
  const on = async () => {
    const { noise, sandwicher } = (await status(devnet)).traders
    return [noise.on, sandwicher.on]
  }
  expect(await on()).toEqual([false, false])
  await ask(devnet.rpcUrl, 'devnet_market', 'on')
  expect(await on()).toEqual([true, true])
  await ask(devnet.rpcUrl, 'devnet_sandwicher', 'off')
  expect(await on()).toEqual([true, false])
  await ask(devnet.rpcUrl, 'devnet_market', 'off')
  await ask(devnet.rpcUrl, 'devnet_noise', 'on')
  expect(await on()).toEqual([true, false])
})

interface NoiseSwap {
  from: string
  succeeded: boolean
  usd: number
  output: bigint
  minimumOutput: bigint
}

/** What the blocks hold of the noise traders' transactions. */
async function noiseSwaps(devnet: Devnet, first: number, blocks: number): Promise<NoiseSwap[]> {
  const client = clientOf(devnet)
  const traders = new Set(devnet.accounts.noiseTraders.map(({ address }) => address.toLowerCase()))
  const byAddress = new Map(pools.map((pool) => [pool.address.toLowerCase(), pool]))
  const found: NoiseSwap[] = []
  for (let number = first; number < first + blocks; number++) {
    const { transactions } = await client.getBlock({ blockNumber: BigInt(number), includeTransactions: true })
    for (const { from, hash, input } of transactions) {
      if (!traders.has(from)) continue
      const { status: outcome, logs } = await client.getTransactionReceipt({ hash })
      const [move] = poolMoves(logSchema.array().parse(logs), byAddress)
      found.push({ from, succeeded: outcome === 'success', ...movedBy(move), minimumOutput: minimumIn(input) })
    }
  }
  return found
}

/** At the starting prices, where they are held. */
function movedBy(move: ReturnType<typeof poolMoves>[number] | undefined): { usd: number; output: bigint } {
  if (move === undefined) return { usd: 0, output: 0n }
  const { symbol, decimals } = move.zeroForOne ? move.pool.token0 : move.pool.token1
  return { usd: (Number(move.amountIn) / 10 ** decimals) * price(symbol), output: move.amountOut }
}

function minimumIn(data: Hex): bigint {
  const { functionName, args } = decodeFunctionData({ abi: devnetTraderAbi, data })
  return functionName === 'swap' ? args[1] : 0n
}

async function blockHashes(devnet: Devnet, number: number): Promise<Address[]> {
  const { transactions } = await clientOf(devnet).getBlock({ blockNumber: BigInt(number) })
  return transactions
}

/** How far each pool is from the reference price beyond its fee; negative: within. */
async function beyondFees(devnet: Devnet): Promise<number[]> {
  const away = pools.map(async (pool) => {
    const { token0, token1, feePips } = pool
    const reference = poolPrice(
      { decimals: token0.decimals, usd: price(token0.symbol) },
      { decimals: token1.decimals, usd: price(token1.symbol) },
    )
    const ratio = (await midPrice(clientOf(devnet), pool)) / reference
    return Math.max(ratio, 1 / ratio) * (1 - feePips / 1e6) - 1
  })
  return Promise.all(away)
}

function price(symbol: string): number {
  return { WETH: 3000, WBTC: 90_000 }[symbol] ?? 1
}

function variance(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) }
}
