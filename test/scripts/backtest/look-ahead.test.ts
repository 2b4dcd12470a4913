import { describe, expect, it } from 'vitest'
import type { Candle } from '../../../scripts/backtest/candle-history.ts'
import { compareIn, windowLength } from '../../../scripts/backtest/compare.ts'
import { decisionInputAt, deepestPool, parentOrderOf } from '../../../scripts/backtest/decision-input.ts'
import { windowMarket } from '../../../scripts/backtest/market.ts'
import { PoolsNow } from '../../../scripts/backtest/pools-now.ts'
import { limitsFor, SimulatedVault } from '../../../scripts/backtest/simulated-vault.ts'
import { contextFor } from '../../../workers/agent/decide/context.ts'
import { decide } from '../../../workers/agent/decide/decide.ts'
import { firstOpen, madeUpCandles, options, stageOf } from './history.ts'

const start = firstOpen + 8 * 86_400
const candles = madeUpCandles()

/** The same candles, but everything that opens at `from` or later is another market. */
function changedFrom(from: number): Candle[] {
  return candles.map((candle) => {
    if (candle.openTime < from) return candle
    const { open, high, low, close } = candle
    return { ...candle, open: open * 1.4, high: high * 1.7, low: low * 1.1, close: close * 1.3, volume: 9 }
  })
}

/** What the agent is given at a moment of a window, before anything was traded. */
function inputAt(of: readonly Candle[], at: number, forecastFrom: 'candles' | 'pool' = 'candles') {
  const stage = stageOf(of)
  const order = parentOrderOf(stage.pair, { ...stage.file, start })
  const end = start + windowLength(stage.file) + 1_800
  const terms = { forecastFrom, feedDeviationBps: 50, medianGasGwei: 20, seed: '1' }
  const market = windowMarket(stage.candles, stage.nativeCandles, stage.pair, terms, { start, end })
  if (market === null) throw new Error('The made-up market has no gaps.')
  const pools = new PoolsNow(stage.liquidity, stage.pair, market.path, start, 12).at(at)
  const vault = new SimulatedVault(order.mandate, limitsFor(120_000), stage.pair, market)
  const { intervalSeconds } = order.configuration
  const slot = Math.floor((at - start) / intervalSeconds)
  const when = { at, slot, scheduledAt: start + slot * intervalSeconds, expiredAttempts: 0 }
  return decisionInputAt(order, { ...when, vault, market, pools, twapPool: deepestPool(pools) })
}

describe('a decision of a backtest', () => {
  it.each([0, 300, 600, 1_800, 3_000])('%i seconds after arrival sees no candle that closes later', (seconds) => {
    const at = start + seconds
    const input = inputAt(candles, at)
    const other = inputAt(changedFrom(at), at)
    expect(other).toEqual(input)
    const context = contextFor(stageOf(candles).pair.chain)
    expect(decide(other, context)).toEqual(decide(input, context))
    expect(inputAt(changedFrom(at - 300), at)).not.toEqual(input)
  })

  it('within a candle sees the price of then, and none of the candles after it', () => {
    const at = start + 300 + 132
    expect(inputAt(changedFrom(start + 600), at)).toEqual(inputAt(candles, at))
  })

  it('sees no more of the pool than has passed, where forecasts are made from that', () => {
    const at = start + 900
    const input = inputAt(candles, at, 'pool')
    expect(input.market).toMatchObject({ source: 'pool', until: at })
    expect(input.market.windows.find(({ bars }) => bars === 12)?.present).toBe(12)
    expect(inputAt(changedFrom(at), at, 'pool')).toEqual(input)
  })

  it('is given a market that ends with the last closed candle', () => {
    expect(inputAt(candles, start + 432).market.until).toBe(start + 300)
    expect(inputAt(candles, start + 600).market.until).toBe(start + 600)
  })
})

describe('a whole window', () => {
  it('goes the same way up to where the market becomes another one, for every strategy', () => {
    const cut = start + 1_800
    const [run, other] = [candles, changedFrom(cut)].map((of) => compareIn(stageOf(of), start))
    if (run == null || other == null) throw new Error('The made-up market has no gaps.')
    expect(run.runs).toHaveLength(10)
    for (const [index, { name, fills }] of run.runs.entries()) {
      const until = (all: typeof fills) => all.filter(({ at }) => at <= cut)
      expect(until(fills).length, name).toBeGreaterThan(1)
      expect(until(other.runs[index]?.fills ?? []), name).toEqual(until(fills))
    }
    expect(other.endUsd).not.toBe(run.endUsd)
    expect(options.seed).toBe('1')
  })
})
