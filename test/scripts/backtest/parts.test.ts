import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Candle } from '../../../scripts/backtest/candle-history.ts'
import { CandleHistory } from '../../../scripts/backtest/candle-history.ts'
import { Feed } from '../../../scripts/backtest/feed.ts'
import { GasPath } from '../../../scripts/backtest/gas-path.ts'
import { mirrored, poolAt, priceOf, scaleAt } from '../../../scripts/backtest/liquidity.ts'
import { MarketPath, pathThrough } from '../../../scripts/backtest/market-path.ts'
import { builtInLiquidity, recordedLiquidity } from '../../../scripts/backtest/pool-profiles.ts'
import { PoolsNow } from '../../../scripts/backtest/pools-now.ts'
import { measureRefill } from '../../../scripts/backtest/refill.ts'
import { deviation, estimate, pairedDifference } from '../../../scripts/backtest/statistics.ts'
import { hourWeightsOf, kinds, variantOf } from '../../../scripts/backtest/strategies.ts'
import { readStrategyFile } from '../../../scripts/backtest/strategy-file.ts'
import { depthOf, urgencyOf, varianceOf } from '../../../scripts/backtest/urgency.ts'
import { isPossibleHistory } from '../../../shared/chain/base-fee.ts'
import { quotePool } from '../../../shared/routing/pool-quote.ts'
import { strategyConfigurationSchema } from '../../../shared/schema/strategy.ts'
import { plannedSlices } from '../../../workers/api/mandate-terms.ts'
import { firstOpen, madeUpCandles, stageOf } from './history.ts'

const candles = madeUpCandles()
const { pair } = stageOf(candles)
const liquidity = builtInLiquidity(pair)
const folder = mkdtempSync(join(tmpdir(), 'portcullis-backtest-parts-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a path through candles', () => {
  const shown = candles.slice(0, 200)
  const path = pathThrough(shown, 12, '1')
  const pricesIn = ({ openTime }: Candle) =>
    Array.from({ length: 25 }, (_, block) => path.price(openTime + (block + 1) * 12))

  it('stands at each close at its end, touches high and low and stays between them', () => {
    for (const candle of shown) {
      const prices = pricesIn(candle)
      expect(prices.at(-1)).toBeCloseTo(candle.close, 8)
      expect(Math.max(...prices)).toBeCloseTo(candle.high, 8)
      expect(Math.min(...prices)).toBeCloseTo(candle.low, 8)
    }
  })

  it('moves from block to block about as much as the candles say', () => {
    const squares = shown.flatMap((candle) => {
      const logs = pricesIn(candle).map(Math.log)
      return logs.slice(1).map((log, index) => (log - (logs[index] ?? 0)) ** 2)
    })
    const perBlock = squares.reduce((sum, square) => sum + square, 0) / squares.length
    const ratio = perBlock / (varianceOf(shown) * 12)
    expect(ratio).toBeGreaterThan(0.6)
    expect(ratio).toBeLessThan(1.7)
  })

  it('is the same for the same seed alone', () => {
    const at = firstOpen + 12 * 7
    expect(pathThrough(shown, 12, '1').price(at)).toBe(path.price(at))
    expect(pathThrough(shown, 12, '2').price(at)).not.toBe(path.price(at))
  })

  it('tells the mean log price of any time', () => {
    const even = new MarketPath(0, 12, Float64Array.from([1, 2, 3, 4]))
    expect(even.cumulative(36) - even.cumulative(12)).toBe((2 + 3) * 12)
    expect(() => even.price(48)).toThrow(RangeError)
  })
})

describe('a price feed', () => {
  it('answers when the market left its last answer far enough or its heartbeat passed, and is seen a block later', () => {
    const logs = [100, 100.4, 100.6, 100.6, 100.6, 100.6, 100.6].map(Math.log)
    const feed = new Feed(new MarketPath(0, 12, Float64Array.from(logs)), { deviationBps: 50, heartbeat: 36 }, 12)
    expect([0, 12, 24, 36, 60, 72].map((time) => feed.at(time).updatedAt)).toEqual([0, 0, 0, 24, 24, 60])
    expect(feed.at(36).usd).toBeCloseTo(100.6, 9)
  })
})

describe('gas', () => {
  it('follows EIP-1559 from block to block', () => {
    const gas = new GasPath({ from: 0, to: 12_000 }, 12, 20, '1')
    for (const time of [1_200, 6_000, 12_000]) {
      const { recentBlocks, nextBaseFeePerGas, baseFeePerGas } = gas.fees(time)
      expect(recentBlocks).toHaveLength(10)
      expect(recentBlocks.at(-1)?.baseFeePerGas).toBe(baseFeePerGas)
      expect(nextBaseFeePerGas !== null && isPossibleHistory(recentBlocks, nextBaseFeePerGas)).toBe(true)
    }
  })
})

describe('recorded liquidity at another price', () => {
  const [profile] = liquidity.profiles
  if (profile === undefined || profile.pool.venue !== 'UniswapV3') throw new Error('The local world has such a pool.')
  const usdIn = 50_000n * 10n ** 6n

  it.each([0.3, 0.9, 1, 1.7])('gives as much for as many dollars, at %f times the price', (times) => {
    const here = poolAt(profile, { centre: profile.price, price: profile.price, scale: 1 })
    const price = profile.price * times
    const there = poolAt(profile, { centre: price, price, scale: scaleAt(profile, price, true) })
    expect(priceOf(there) / price).toBeCloseTo(1, 10)
    const [near, far] = [here, there].map((pool) => Number(quotePool(pool, true, usdIn).amountOut) / priceOf(pool))
    // Ticks only move in whole spacings, so a hair of the shape is lost.
    expect((far ?? 0) / (near ?? 1)).toBeCloseTo(1, 4)
    if (there.venue !== 'UniswapV3') throw new Error('It stays what it is.')
    expect(there.ticks.reduce((sum, { liquidityNet }) => sum + liquidityNet, 0n)).toBe(0n)
  })

  it('trades the same the other way round', () => {
    for (const { pool } of liquidity.profiles) {
      const turned = mirrored(pool)
      const [one, other] = [quotePool(pool, true, usdIn), quotePool(turned, false, usdIn)].map(({ amountOut }) =>
        Number(amountOut),
      )
      expect((other ?? 0) / (one ?? 1)).toBeCloseTo(1, 3)
      expect(mirrored(turned)).toMatchObject({ token0: pool.token0, feePips: pool.feePips })
    }
  })

  it('comes from a pool file too, without the pools of other pairs', () => {
    const net = (index: number, value: bigint): [number, string] => [index, String(value)]
    const pool = {
      kind: 'v3',
      fee: 500,
      tickSpacing: 10,
      sqrtPriceX96: '1446501726624926496477173928747',
      tick: 58_098,
      liquidity: '1000',
    }
    const ticks = [net(-60_000, 1_000n), net(60_000, -1_000n)]
    const file = join(folder, 'pools.json')
    const pools = [
      { ...pool, token0: 'USDC', token1: 'WETH', ticks },
      { ...pool, token0: 'WBTC', token1: 'WETH', ticks },
    ]
    writeFileSync(file, JSON.stringify({ trades: [['USDC', 'WETH']], pools }))
    expect(recordedLiquidity(file, pair)).toMatchObject({
      leftOut: 1,
      profiles: [{ pool: { token0: pair.quote.address } }],
    })
    writeFileSync(file, JSON.stringify({ trades: [['WBTC', 'WETH']], pools: pools.slice(1) }))
    expect(() => recordedLiquidity(file, pair)).toThrow(/has no pool that trades WETH for USDC\.$/)
  })
})

describe('pools after a trade of ours', () => {
  it('come back to the market by half in each half-life', () => {
    const still = new MarketPath(0, 12, new Float64Array(200).fill(Math.log(2_000)))
    const pools = new PoolsNow(liquidity, pair, still, 0, 60)
    const [before] = pools.at(600)
    if (before?.venue !== 'UniswapV3') throw new Error('The local world has such a pool.')
    pools.leave({ ...before, sqrtPriceX96: (before.sqrtPriceX96 * 1_001n) / 1_000n }, 600)
    const away = (at: number) => Math.log(priceOf(pools.at(at)[0] ?? before) / priceOf(before))
    expect(away(600)).toBeCloseTo(0.002, 5)
    expect(away(660)).toBeCloseTo(0.001, 5)
    expect(away(720)).toBeCloseTo(0.0005, 5)
    expect(priceOf(pools.at(600)[1] ?? before)).toBeCloseTo(priceOf(before), 12)
  })
})

describe('the urgency of Almgren and Chriss', () => {
  const terms = {
    variance: 1e-8,
    depthUsd: 1e8,
    refillSeconds: 12,
    riskAversion: 1e-6,
    intervalSeconds: 3_600,
    slices: 24,
  }

  it('is √(λσ²/η) for short intervals, and nothing without aversion', () => {
    const impact = 3_600 / (2 * 1e8)
    expect(urgencyOf(terms)).toBeCloseTo(Math.sqrt((1e-6 * 1e-8) / impact) * 86_400, 1)
    expect(urgencyOf({ ...terms, riskAversion: 0 })).toBe(0)
  })

  it('is less where impact stays longer, and more where depth is greater', () => {
    expect(urgencyOf({ ...terms, refillSeconds: 7_200 })).toBeLessThan(urgencyOf(terms) * 0.7)
    expect(urgencyOf({ ...terms, depthUsd: 4e8 })).toBeGreaterThan(urgencyOf(terms) * 1.8)
  })

  it('measures depth as dollars per unit of price', () => {
    const pools = liquidity.profiles.map((profile) =>
      poolAt(profile, { centre: profile.price, price: profile.price, scale: 1 }),
    )
    const depth = depthOf(pools, true, 1e-6)
    const [deepest] = pools
    if (deepest === undefined) throw new Error('There are pools.')
    // The local world plans 1.2 million dollars within one per cent, and lays more of it close to the price.
    expect(depth).toBeGreaterThan(0.9e8)
    expect(depth).toBeLessThan(3e8)
  })
})

describe('what is measured before a window', () => {
  it('is the mean volume of each hour, in parts of the busiest', () => {
    const one = { open: 1, high: 1, low: 1, close: 1 }
    const hours = Array.from({ length: 48 }, (_, hour) => ({
      ...one,
      openTime: hour * 3_600,
      volume: hour % 24 === 5 ? 8 : hour % 24 === 6 ? 2 : 0,
    }))
    const weights = hourWeightsOf(hours)
    expect([weights.length, weights[5], weights[6], weights[7]]).toEqual([24, 100_000, 25_000, 0])
    expect(() => hourWeightsOf(hours.map((candle) => ({ ...candle, volume: 0 })))).toThrow('no volume')
    expect(() => hourWeightsOf(hours.map((candle) => ({ ...candle, volume: null })))).toThrow('no volume')
  })

  it('comes from candles that had closed', () => {
    const history = new CandleHistory('ETHUSDT', candles)
    const known = history.known(firstOpen, firstOpen + 899)
    expect(known.map(({ openTime }) => openTime - firstOpen)).toEqual([0, 300])
    expect(history.known(firstOpen + 300, firstOpen + 900)).toHaveLength(2)
    expect(history.whole(firstOpen, firstOpen + 900)).toHaveLength(3)
    expect(history.whole(firstOpen - 300, firstOpen + 900)).toBeNull()
  })
})

describe('the strategies that are compared', () => {
  const arrival = {
    start: firstOpen,
    baseUsd: 2_000,
    worstPriceBps: 1_000,
    before: candles.slice(0, 2_016),
    urgency: 2.5,
  }
  const { file } = stageOf(candles)

  it('are of the same parent order, which is that of the file moved to the window', () => {
    for (const { kind } of kinds) {
      const variant = variantOf(kind, file, pair, arrival)
      expect(variant).toMatchObject({ kind, total: file.total, intervalSeconds: 600, start: firstOpen })
      expect(plannedSlices(variant)).toBe(6n)
      // 1,800 USDC for one WETH, both in base units, times 1e36.
      expect(variant.worstPrice).toBe(1_800n * 10n ** (36n - 12n))
      expect(strategyConfigurationSchema.parse(strategyConfigurationSchema.encode(variant))).toEqual(variant)
    }
  })

  it('take what a file of their kind says, and measure it otherwise', () => {
    const measured = variantOf('pov', file, pair, arrival)
    // 120,000 USD an hour, of a market that turns over about 750 tokens of 2,000 USD in five minutes.
    if (measured.kind !== 'pov') throw new Error('It is what was asked for.')
    expect(measured.participationBps).toBeGreaterThan(58)
    expect(measured.participationBps).toBeLessThan(76)
    const said = { ...measured, participationBps: 5 }
    expect(variantOf('pov', said, pair, arrival)).toMatchObject({ participationBps: 5 })
    expect(variantOf('twap', said, pair, arrival)).toMatchObject({ slices: 6 })
    expect(variantOf('almgren-chriss', file, pair, arrival)).toMatchObject({ urgencyMillionths: 2_500_000 })
  })

  it('may come from the example that the documentation names', () => {
    const example = readStrategyFile(join(import.meta.dirname, '../../../docs/backtest-strategy.json'))
    expect(example).toMatchObject({ kind: 'twap', total: 400n * 10n ** 18n, slices: 24 })
  })
})

describe('statistics', () => {
  it('give a standard error where there is more than one value', () => {
    expect(estimate([1, 2, 3, 4])).toEqual({ mean: 2.5, standardError: Math.sqrt(5 / 3 / 4) })
    expect(estimate([7])).toEqual({ mean: 7, standardError: null })
    expect(deviation([2, 4])).toBeCloseTo(Math.SQRT2, 12)
    expect(pairedDifference([5, 7], [4, 6])).toEqual({ mean: 1, standardError: 0 })
    expect(() => estimate([])).toThrow(RangeError)
  })
})

describe('a measured refill', () => {
  it('is what arbitrage leaves of a router’s move a block later', () => {
    const router = '0x3fc91a3afd70395cd496c647d5a6cc9d4b2b7fad'
    const rowOf = (block: number, sender: string, log: number) =>
      `${block},SWAP,${sender},${BigInt(Math.round(Math.exp(log / 2) * 2 ** 96))}`
    const rows = [rowOf(1, '0x1', 0)]
    // Each move of 10 bp stays whole to the end of its block; a quarter is left after the next, and nothing later.
    for (let block = 10; block < 200; block += 10) {
      const away = block % 20 === 0 ? 0.001 : -0.001
      rows.push(rowOf(block, router, away), rowOf(block + 1, '0x1', away / 4), rowOf(block + 2, '0x1', 0))
    }
    const file = join(folder, 'swaps.csv')
    writeFileSync(file, `block,event,sender,sqrtPriceX96\n${rows.join('\n')}\n2,MINT,0x1,\n`)
    const { moves, left, halfLifeSeconds } = measureRefill(file, 12)
    expect(moves).toBe(19)
    expect(left.map(({ share }) => Math.round(share * 1e6) / 1e6)).toEqual([1, 0.25, 0, 0])
    expect(halfLifeSeconds).toBeCloseTo(6, 5)
    expect(() => measureRefill(join(folder, 'nowhere.csv'), 12)).toThrow(/^There is no file of swaps/)
    writeFileSync(file, 'block,event\n1,SWAP\n')
    expect(() => measureRefill(file, 12)).toThrow(/is not a list of a pool's swaps/)
  })
})
