// `npm run prove:bad-input -- --data DIR`: what the forecasts make of the worst that real data holds, and of real data that
// somebody spoiled. Exits with 1 where a forecast is no number, is tight, or its interval is no wider than before.
import { parseArgs } from 'node:util'
import type { Bar } from '../../models/market/bar.ts'
import { measure, seriesOf } from '../../models/market/measure.ts'
import { modelInUse } from '../../models/model-in-use.ts'
import { barSeconds } from '../../shared/schema/bars.ts'
import type { Forecast } from '../../shared/schema/decision.ts'
import { table } from '../bench/bench.ts'
import { readCandles, UnreadableCandles } from '../data/candles.ts'
import { UsageError } from '../local/arguments.ts'
import { filesUnder, symbolOf, UnusableData } from '../training/manifest.ts'
import { readMinutes } from './minute-prices.ts'
import { spoils } from './spoils.ts'

const usage = `Usage: npm run prove:bad-input -- --data DIR [--minutes FILE --column NAME]
  --data DIR           every SYMBOL_5m.csv or SYMBOL_5m.csv.xz under it
  --minutes FILE       a CSV of one-minute prices (column ts, and --column NAME), such as a stablecoin that lost its peg`

/** The largest falls of each file that are looked at. */
const fallsPerFile = 10
/** A week before, and a day after. */
const [barsBefore, barsAfter] = [2_200, 288]
const { champion } = modelInUse.volatility

interface Row {
  what: string
  usual: Forecast
  forecast: Forecast
  /** The 99 % quantile of the drift over 48 seconds, basis points; as it is, and as it was before. */
  drift: number
  usualDrift: number
  isFine: boolean
}

const width = ({ low, high }: Forecast) => high - low
/** A market's volatility is never known better than that: the interval's ends as a ratio. */
const tightest = 3
/** What the floor knows less of the hour of day may make its drift a little smaller than the champion's; never much. */
const leastDrift = 0.8

interface Said {
  forecast: Forecast
  drift: number
}

function forecastAt(bars: readonly Bar[], at: number): Said {
  const history = measure(seriesOf(bars, 'candles'), at)
  const forecast = champion.forecast(history, at, 1)
  const [, , drift = Number.NaN] = modelInUse.slippage.champion.quantiles({
    history,
    volatility: forecast,
    side: 1,
    seconds: 48,
  })
  return { forecast, drift }
}

/** Fine: numbers in order, an interval that is wider than usual and not tight; and a reason where the data were spoiled. */
function rowOf(what: string, usual: Said, bars: readonly Bar[], at: number, isSpoiled = false): Row {
  const { forecast, drift } = forecastAt(bars, at)
  const { low, value, high, note } = forecast
  const isNumber =
    [low, value, high, drift].every(Number.isFinite) && low > 0 && low <= value && value <= high && drift > 0
  const isWide = width(forecast) > width(usual.forecast) && high > tightest * low && drift > leastDrift * usual.drift
  const isFine = isNumber && isWide && (note !== '' || !isSpoiled)
  return { what, usual: usual.forecast, forecast, drift, usualDrift: usual.drift, isFine }
}

function rowsOf(symbol: string, bars: readonly Bar[]): Row[] {
  const falls = bars
    .map((bar, index) => ({ index, fall: Math.log(bar.close / (bars[index - 1]?.close ?? bar.open)) }))
    .filter(({ index }) => index > barsBefore)
    .sort((a, b) => a.fall - b.fall)
    .slice(0, fallsPerFile)
  const rows = falls.map(({ index, fall }) => {
    const around = bars.slice(index - barsBefore, index + 1)
    const at = (bars[index]?.openTime ?? 0) + barSeconds
    const day = new Date(at * 1000).toISOString().slice(0, 16).replace('T', ' ')
    const before = forecastAt(around, at - barSeconds)
    return rowOf(`${symbol} ${day} ${(100 * (Math.exp(fall) - 1)).toFixed(1)} %`, before, around, at)
  })
  // An ordinary week, spoiled.
  const calm = bars.slice(-barsBefore - barsAfter, -barsAfter)
  const at = (calm.at(-1)?.openTime ?? 0) + barSeconds
  const usual = forecastAt(calm, at)
  for (const { what, spoil } of spoils) rows.push(rowOf(`${symbol}: ${what}`, usual, spoil(calm), at, true))
  return rows
}

/** A day from the widest move of a pair that should not move. */
function depegRows(bars: readonly Bar[]): Row[] {
  const widest = bars.reduce(
    (worst, bar, index) =>
      Math.abs(Math.log(bar.close)) > Math.abs(Math.log(bars[worst]?.close ?? 1)) ? index : worst,
    0,
  )
  const first = bars[0]?.openTime ?? 0
  const usual = forecastAt(bars, first + 8 * 86_400)
  const centre = bars[widest]?.openTime ?? 0
  return [0, 1, 2, 6, 12, 24].map((hours) => {
    const at = centre + hours * 3_600
    const price = bars.findLast(({ openTime }) => openTime + barSeconds <= at)?.close ?? Number.NaN
    return rowOf(`depeg ${hours} h from its worst, at ${price.toFixed(4)}`, usual, bars, at)
  })
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { data: { type: 'string' }, minutes: { type: 'string' }, column: { type: 'string' } },
  })
  if (values.data === undefined) throw new UsageError(`Which data? ${usage}`)
  if ((values.minutes === undefined) !== (values.column === undefined))
    throw new UsageError(`--minutes needs --column. ${usage}`)
  const rows: Row[] = []
  for (const path of filesUnder(values.data)) {
    const symbol = symbolOf(path)
    if (symbol !== null) rows.push(...rowsOf(symbol, await readCandles(path)))
  }
  if (values.minutes !== undefined) rows.push(...depegRows(await readMinutes(values.minutes, values.column ?? '')))
  if (rows.length === 0) throw new UsageError(`There is no SYMBOL_5m.csv or SYMBOL_5m.csv.xz under ${values.data}.`)
  const percent = (value: number) => `${(value * 100).toFixed(0)} %`
  console.log(
    table([
      ['what', 'forecast', 'from', 'to', 'width', 'before', 'drift bp', 'before', 'verdict', 'note'],
      ...rows.map(({ what, usual, forecast, drift, usualDrift, isFine }) => [
        ...[what, percent(forecast.value), percent(forecast.low), percent(forecast.high), percent(width(forecast))],
        ...[
          percent(width(usual)),
          drift.toFixed(1),
          usualDrift.toFixed(1),
          isFine ? 'wider' : 'NOT WIDER',
          forecast.note,
        ],
      ]),
    ]),
  )
  const bad = rows.filter(({ isFine }) => !isFine).length
  console.log(`\n${rows.length} inputs, ${bad} of them with a forecast that is no number or no wider than before`)
  process.exitCode = bad === 0 ? 0 : 1
}

try {
  await main()
} catch (error) {
  const expected = [UsageError, UnusableData, UnreadableCandles].some((kind) => error instanceof kind)
  if (!(error instanceof Error) || !(expected || 'code' in error)) throw error
  console.error(error.message)
  process.exit(1)
}
