import { join } from 'node:path'
import type { BacktestOptions } from '../../../scripts/backtest/arguments.ts'
import { type Candle, CandleHistory } from '../../../scripts/backtest/candle-history.ts'
import type { Stage } from '../../../scripts/backtest/compare.ts'
import { pairOf } from '../../../scripts/backtest/pair.ts'
import { builtInLiquidity } from '../../../scripts/backtest/pool-profiles.ts'
import { seededRandom } from '../../../scripts/devnet/random.ts'
import { devnet } from '../../../shared/chain/chains/424242.ts'
import { strategyConfigurationSchema } from '../../../shared/schema/strategy.ts'

// A made-up market: ten days of candles around 2,000 USD, of about 60 % a year.

export const firstOpen = 1_700_000_100 - (1_700_000_100 % 300)
const days = 10
const candleCount = days * 288

export function madeUpCandles(seed = 'history'): Candle[] {
  const random = seededRandom(seed)
  let close = 2_000
  return Array.from({ length: candleCount }, (_, index) => {
    const open = close
    const points = Array.from({ length: 8 }, () => {
      close *= Math.exp(0.0006 * random.normal())
      return close
    })
    const volume = 500 * (1 + random.uniform())
    return {
      openTime: firstOpen + index * 300,
      open,
      high: Math.max(open, ...points),
      low: Math.min(open, ...points),
      close,
      volume,
    }
  })
}

export function csvOf(candles: readonly Candle[]): string {
  const rows = candles.map(({ openTime, open, high, low, close, volume }) =>
    [openTime, open, high, low, close, volume].join(','),
  )
  return ['ts,open,high,low,close,volume', ...rows, ''].join('\n')
}

const [weth, usdc] = devnet.tokens.map(({ address }) => address)

/** Sells 60 WETH within an hour. */
export const strategy = {
  kind: 'twap',
  sell: weth,
  buy: usdc,
  total: '60000000000000000000',
  maximumSlice: '30000000000000000000',
  start: 1_800_000_000,
  intervalSeconds: 600,
  slices: 6,
  slippageBps: 100,
  worstPrice: '1',
  orderflow: 'never-public',
}

export const options: BacktestOptions = {
  ...{ strategy: '', data: '', pools: null, out: null, json: false, from: null, to: null, windows: 3, seed: '1' },
  ...{ symbol: null, refillHalfLife: null, swaps: null, latencyBlocks: { least: 1, most: 2 }, feedDeviationBps: 50 },
  ...{ medianGasGwei: 20, forecastFrom: 'candles', riskAversion: 1e-6, worstPriceBps: 2_000, calmVolatility: null },
}

export function stageOf(candles: readonly Candle[]): Stage {
  const file = strategyConfigurationSchema.parse(strategy)
  const pair = pairOf(file, [devnet])
  const history = new CandleHistory('ETHUSDT', candles)
  const refill = { seconds: 12, source: 'of a test' }
  return { file, pair, candles: history, nativeCandles: history, liquidity: builtInLiquidity(pair), refill, options }
}

export const backtestScript = join(import.meta.dirname, '../../../scripts/backtest.ts')
