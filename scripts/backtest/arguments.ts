import { parseArgs } from 'node:util'
import { BacktestError } from './backtest-error.ts'

export interface BacktestOptions {
  strategy: string
  data: string
  /** Recorded pools; null takes those that are built in. */
  pools: string | null
  /** Where the page goes; null writes none. */
  out: string | null
  json: boolean
  /** Seconds; null where the data begins or ends. */
  from: number | null
  to: number | null
  windows: number
  seed: string
  symbol: string | null
  /** Seconds; null where it is measured from `swaps`, or is the default. */
  refillHalfLife: number | null
  /** A day of a pool's swaps to measure it from. */
  swaps: string | null
  latencyBlocks: { least: number; most: number }
  feedDeviationBps: number
  medianGasGwei: number
  forecastFrom: 'candles' | 'pool'
  riskAversion: number
  worstPriceBps: number
  /** Null: the agent's own. */
  calmVolatility: number | null
}

export const backtestUsage = `Usage: npm run backtest -- --strategy FILE --data DIR [options]
  --strategy FILE          a strategy's configuration as the API takes it; its start and worst price are set anew in each window
  --data DIR               holds SYMBOL_5m.csv or SYMBOL_5m.csv.xz: ts (second of the candle's open), open, high, low, close, volume
  --pools FILE             recorded pools, moved to each window's price (default: the local world's pools)
  --out FILE.html          write the report as a page
  --json                   print one JSON object on standard output; progress goes to standard error
  --from DATE --to DATE    windows lie between these days, YYYY-MM-DD, UTC (default: all of the data)
  --windows N              parent orders, spread over the time (default 100)
  --seed N                 seed of everything that is drawn (default 1)
  --symbol NAME            the candles' symbol (default: from the pair, ETHUSDT for WETH and USDC)
  --forecast-from WHAT     candles (default), or pool: what the worker reads off the deepest pool, without turnover
  --refill-half-life S     seconds in which arbitrage takes back half of what a trade moved a pool (default: 12, as measured)
  --swaps FILE             measure that from a day of one pool's events: block, event, sender, sqrtPriceX96 (CSV, gzip or not)
  --latency LEAST-MOST     blocks from decision to inclusion (default 1-2)
  --feed-deviation BPS     move at which the price feed answers anew (default 50)
  --gas GWEI               median base fee (default 20)
  --risk-aversion L        of Almgren-Chriss, per USD (default 0.000001)
  --worst-price BPS        the mandate's worst price below arrival (default 2000)
  --calm-volatility R      annualised volatility up to which the gate leaves a slice alone (default: the agent's own)`

const text = { type: 'string' } as const
const options = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  ...{ strategy: text, data: text, pools: text, out: text, from: text, to: text, windows: text, seed: text },
  ...{
    symbol: text,
    swaps: text,
    'forecast-from': text,
    'refill-half-life': text,
    latency: text,
    'feed-deviation': text,
    gas: text,
  },
  ...{ 'risk-aversion': text, 'worst-price': text, 'calm-volatility': text },
} as const

/** Reads the command line, 'help' where it asks for that; throws {@link BacktestError} with one sentence. */
export function parseBacktestArguments(argv: readonly string[]): BacktestOptions | 'help' {
  const values = valuesOf(argv)
  if (values.help === true) return 'help'
  const { strategy, data } = values
  if (strategy === undefined) throw new BacktestError('Which strategy? Give its configuration by --strategy FILE.')
  if (data === undefined) throw new BacktestError('Which prices? Give the folder of the candles by --data DIR.')
  const [from, to] = [dayOf('--from', values.from), dayOf('--to', values.to)]
  if (from !== null && to !== null && to <= from) throw new BacktestError('--to must be a later day than --from.')
  if (values.swaps !== undefined && values['refill-half-life'] !== undefined) {
    throw new BacktestError('--swaps measures what --refill-half-life says: give one of them.')
  }
  const number = (name: keyof typeof values, fallback: number, range: [least: number, most: number]) =>
    numberOf(`--${name}`, values[name], fallback, range)
  return {
    ...{ strategy, data, from, to, json: values.json === true },
    ...{ pools: values.pools ?? null, out: values.out ?? null, symbol: values.symbol ?? null },
    windows: whole('--windows', values.windows, 100, 1, 10_000),
    seed: String(whole('--seed', values.seed, 1, 0, 4_294_967_295)),
    refillHalfLife: values['refill-half-life'] === undefined ? null : number('refill-half-life', 1, [0.001, 1e6]),
    swaps: values.swaps ?? null,
    latencyBlocks: latencyOf(values.latency ?? '1-2'),
    feedDeviationBps: number('feed-deviation', 50, [0, 10_000]),
    forecastFrom: forecastFromOf(values['forecast-from']),
    medianGasGwei: number('gas', 20, [0.001, 100_000]),
    riskAversion: number('risk-aversion', 1e-6, [0, 1]),
    worstPriceBps: whole('--worst-price', values['worst-price'], 2_000, 0, 9_999),
    calmVolatility: values['calm-volatility'] === undefined ? null : number('calm-volatility', 1, [0.001, 1_000]),
  }
}

function valuesOf(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options }).values
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new BacktestError(`${line} See npm run backtest -- --help.`)
  }
}

function numberOf(name: string, given: unknown, fallback: number, [least, most]: [number, number]): number {
  if (given === undefined) return fallback
  const value = typeof given === 'string' && given.trim() !== '' ? Number(given) : Number.NaN
  if (!(value >= least && value <= most)) {
    throw new BacktestError(`${name} takes a number from ${least} to ${most}, not "${String(given)}".`)
  }
  return value
}

function whole(name: string, given: string | undefined, fallback: number, least: number, most: number): number {
  const value = numberOf(name, given, fallback, [least, most])
  if (!Number.isInteger(value)) throw new BacktestError(`${name} takes a whole number, not "${given}".`)
  return value
}

function latencyOf(given: string): BacktestOptions['latencyBlocks'] {
  const found = /^([1-9][0-9]?)(?:-([1-9][0-9]?))?$/.exec(given)
  const least = Number(found?.[1])
  const most = Number(found?.[2] ?? found?.[1])
  if (found === null || most < least)
    throw new BacktestError(`--latency takes blocks such as 1 or 1-2, not "${given}".`)
  return { least, most }
}

function forecastFromOf(given = 'candles'): BacktestOptions['forecastFrom'] {
  if (given === 'candles' || given === 'pool') return given
  throw new BacktestError(`--forecast-from takes candles or pool, not "${given}".`)
}

/** Midnight UTC of a day, seconds. */
function dayOf(name: string, given: string | undefined): number | null {
  if (given === undefined) return null
  const milliseconds = /^\d{4}-\d{2}-\d{2}$/.test(given) ? Date.parse(`${given}T00:00:00Z`) : Number.NaN
  const isDay = Number.isFinite(milliseconds) && new Date(milliseconds).toISOString().startsWith(given)
  if (!isDay) throw new BacktestError(`${name} takes a day such as 2023-03-01, not "${given}".`)
  return milliseconds / 1000
}
