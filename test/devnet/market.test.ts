import { createPublicClient, http, parseAbi } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { poolPrice, sqrtPriceX96 } from '../../scripts/devnet/price.ts'
import { PricePath } from '../../scripts/devnet/price-path.ts'
import { clientOf } from '../../scripts/devnet/transactions.ts'
import { label } from '../../scripts/devnet/world.ts'
import { tokenBySymbol, type WorldPool, worldPools } from '../../scripts/devnet/world-pools.ts'
import { ask } from './clients.ts'
import { midPrice } from './mid-price.ts'

const feedAbi = parseAbi(['function latestRoundData() view returns (uint80, int256, uint256, uint256, uint80)'])

let devnet: Devnet
beforeAll(async () => {
  devnet = await startDevnet({ port: 0, automine: false, market: false })
})
afterAll(() => devnet.stop())

test.each([
  ['WETH', 2400],
  ['WBTC', 99_000],
  ['WETH', 3600],
])('when %s is set to %d, feed and pools are there in the next block', async (symbol, usd) => {
  await ask(devnet.rpcUrl, 'devnet_setPrice', symbol, usd)
  await devnet.control.mine()
  expect((await feed(symbol)).usd).toBe(usd)
  // Buying and selling both cost the fee: the price may lie between reference × (1 − fee) and reference / (1 − fee).
  for (const pool of worldPools(devnet.chain)) {
    const away = Math.abs((await midPrice(clientOf(devnet), pool)) / (await referencePrice(pool)) - 1)
    expect(away, label(pool)).toBeLessThanOrEqual(1 / (1 - pool.feePips / 1e6) - 1 + 1e-9)
  }
})

test('feeds and arbitrage act through public transactions', async () => {
  const { feedKeeper, market } = devnet.accounts
  const seen = (who: { address: string }) => ask(devnet.rpcUrl, 'devnet_publicSightings', who.address)
  const before = [Number(await seen(feedKeeper)), Number(await seen(market))]
  devnet.control.setPrice('WETH', 3100)
  await devnet.control.mine()
  expect(Number(await seen(feedKeeper))).toBe((before[0] ?? 0) + 1)
  expect(Number(await seen(market))).toBeGreaterThan(before[1] ?? 0)
})

test('a price that stands still is posted again before its heartbeat, unless the keeper is off', async () => {
  const { feed: source } = tokenBySymbol(devnet.chain, 'WETH')
  const age = async () => (await devnet.chainTime()) - (await feed('WETH')).at
  devnet.control.setPrice('WETH', 3200)
  for (let blocks = 0; blocks < 2 * (source.heartbeat / 12); blocks += 20) {
    await devnet.control.mine(20)
    expect(await age()).toBeLessThan(source.heartbeat)
  }
  await ask(devnet.rpcUrl, 'devnet_feedKeeper', 'off')
  await devnet.control.mine(source.heartbeat / 12 + 1)
  expect(await age()).toBeGreaterThan(source.heartbeat)
  await ask(devnet.rpcUrl, 'devnet_feedKeeper', 'on')
  await devnet.control.mine()
  expect(await age()).toBe(0)
}, 120_000)

test('a price move below the deviation is left to the pools', async () => {
  devnet.control.setPrice('WETH', 3300)
  await devnet.control.mine()
  devnet.control.setPrice('WETH', 3302)
  await devnet.control.mine()
  expect((await feed('WETH')).usd).toBe(3300)
})

test('the market moves by itself when it is on, and not when it is off', async () => {
  const prices = async () => {
    const { market } = (await ask(devnet.rpcUrl, 'devnet_status')) as { market: { prices: Record<string, number> } }
    return market.prices
  }
  const still = await prices()
  await devnet.control.mine(3)
  expect(await prices()).toEqual(still)
  await ask(devnet.rpcUrl, 'devnet_market', 'on')
  await devnet.control.mine(3)
  const moved = await prices()
  for (const symbol of Object.keys(still)) expect(moved[symbol]).not.toBe(still[symbol])
  await ask(devnet.rpcUrl, 'devnet_market', 'off')
})

test('the price path has its volatility, its correlation and its seed', () => {
  const path = (seed: string) =>
    new PricePath(
      new Map([
        ['WETH', 3000],
        ['WBTC', 90_000],
        ['USDC', 1],
      ]),
      seed,
      0.6,
    )
  const [one, same, other] = [path('a'), path('a'), path('b')]
  const steps = 100_000
  const logs: { eth: number; btc: number }[] = []
  let [highestDollar, lowestDollar] = [1, 1]
  for (let index = 0; index < steps; index++) {
    const before = { eth: Math.log(one.price('WETH')), btc: Math.log(one.price('WBTC')) }
    one.advance(12)
    logs.push({ eth: Math.log(one.price('WETH')) - before.eth, btc: Math.log(one.price('WBTC')) - before.btc })
    highestDollar = Math.max(highestDollar, one.price('USDC'))
    lowestDollar = Math.min(lowestDollar, one.price('USDC'))
    if (index >= 50) continue
    same.advance(12)
    other.advance(12)
    expect(same.price('WETH')).toBe(one.price('WETH'))
    expect(other.price('WETH')).not.toBe(one.price('WETH'))
  }
  const variance = (pick: (log: { eth: number; btc: number }) => number) =>
    logs.reduce((sum, log) => sum + pick(log), 0) / steps
  const perYear = Math.sqrt(variance(({ eth }) => eth * eth) * ((365.25 * 86_400) / 12))
  // Two jumps a day of half a day's volatility raise 0.6 by the root of 1.5.
  expect(perYear).toBeGreaterThan(0.55)
  expect(perYear).toBeLessThan(0.95)
  const correlation =
    variance(({ eth, btc }) => eth * btc) / Math.sqrt(variance(({ eth }) => eth ** 2) * variance(({ btc }) => btc ** 2))
  expect(correlation).toBeGreaterThan(0.3)
  expect(highestDollar).toBeLessThan(1.005)
  expect(lowestDollar).toBeGreaterThan(0.995)
})

test('square roots of prices are exact to fifteen digits at any size', () => {
  for (const price of [1e-20, 3.3e-9, 1, 825.3, 3e20]) {
    const root = Number(sqrtPriceX96(price)) / 2 ** 96
    expect(Math.abs(root / Math.sqrt(price) - 1)).toBeLessThan(1e-14)
  }
})

async function feed(symbol: string): Promise<{ usd: number; at: number }> {
  const client = createPublicClient({ transport: http(devnet.rpcUrl) })
  const address = tokenBySymbol(devnet.chain, symbol).feed.source
  const [, answer, , at] = await client.readContract({ address, abi: feedAbi, functionName: 'latestRoundData' })
  return { usd: Number(answer) / 1e8, at: Number(at) }
}

async function referencePrice({ token0, token1 }: WorldPool): Promise<number> {
  const { market } = (await ask(devnet.rpcUrl, 'devnet_status')) as { market: { prices: Record<string, number> } }
  const priced = ({ decimals, symbol }: WorldPool['token0']) => ({ decimals, usd: market.prices[symbol] ?? 0 })
  return poolPrice(priced(token0), priced(token1))
}
