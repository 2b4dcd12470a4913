import { measure, seriesOf } from '../../../models/market/measure.ts'
import { volatilityLosses } from '../../../models/standing.ts'
import { barSeconds } from '../../../shared/schema/bars.ts'
import type { VolatilityNote } from '../shadow-quote.ts'
import { readBars } from './market-bars.ts'
import { countOutcome } from './model-scores.ts'

const hour = 3_600
/** Of the twelve bars of an hour, so many must be there. */
const fewestBars = 11
/** Seconds after which nobody sees the bars of an hour any more that were not kept: observations show two hours. */
const lastChance = 3 * hour

type NoteRow = { series: string; made_at: number; champion: number; challenger: number }

/** Remembers a forecast of the next hour, the first of each hour and series. */
export function noteVolatility(sql: SqlStorage, { series, madeAt, champion, challenger }: VolatilityNote): void {
  sql.exec(
    'INSERT OR IGNORE INTO volatility_forecasts (series, hour, made_at, champion, challenger) VALUES (?, ?, ?, ?, ?)',
    ...[series, Math.floor(madeAt / hour), madeAt, champion, challenger],
  )
}

/** Judges the forecasts of a series whose hour is over, by what the market did in it; called when newer bars have come. */
export function judgeVolatility(sql: SqlStorage, series: string, at: number): void {
  const query =
    'SELECT series, made_at, champion, challenger FROM volatility_forecasts WHERE series = ? AND made_at <= ?'
  for (const note of sql.exec<NoteRow>(query, series, at - hour).toArray()) {
    const from = note.made_at - (note.made_at % barSeconds)
    const realised = realisedOver(sql, series, from)
    if (realised === null && at < from + hour + lastChance) continue
    sql.exec('DELETE FROM volatility_forecasts WHERE series = ? AND made_at = ?', series, note.made_at)
    const losses = realised === null ? null : volatilityLosses(realised, note)
    if (losses !== null) countOutcome(sql, 'volatility', `${series}:${note.made_at}`, losses, at)
  }
}

/** Realised variance of the hour from a time on, as the models understand it; null while bars are missing. */
function realisedOver(sql: SqlStorage, series: string, from: number): number | null {
  const source = series.startsWith('pool:') ? 'pool' : 'candles'
  // The bar before it, from which its first return is counted.
  const bars = readBars(sql, series, from - barSeconds)
  const { windows } = measure(seriesOf(bars, source), from + hour)
  const window = windows.find(({ bars: size }) => size * barSeconds === hour)
  return window === undefined || window.present < fewestBars ? null : window.realised
}
