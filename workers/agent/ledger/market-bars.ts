import { z } from 'zod'
import type { Bar } from '../../../models/market/bar.ts'
import { barSeconds, windowBars } from '../../../shared/schema/bars.ts'

const daySeconds = 86_400
/** Days before today of which bars are kept: the longest window that forecasts look at, and one to spare. */
const keptDays = 8
const longestWindowSeconds = Math.max(...windowBars) * barSeconds

/** A bar as it is packed: openTime, open, high, low, close, volume. */
const packedSchema = z.array(
  z.tuple([z.number(), z.number(), z.number().nullable(), z.number().nullable(), z.number(), z.number().nullable()]),
)

/**
 * Keeps bars of one series, a day in a row, so that a week is read in few rows. The first bar of a time stays: callers give only
 * bars that can no longer change. What is older than eight days goes.
 *
 * @param series whose bars they are: see market-history.ts
 * @param at chain time
 */
export function keepBars(sql: SqlStorage, series: string, bars: readonly Bar[], at: number): void {
  const closed = bars.filter(({ openTime, open, close }) => {
    return openTime + barSeconds <= at && Number.isFinite(open) && Number.isFinite(close)
  })
  for (const [day, ofDay] of Map.groupBy(closed, ({ openTime }) => Math.floor(openTime / daySeconds))) {
    const kept = readDay(sql, series, day)
    const known = new Set(kept.map(({ openTime }) => openTime))
    const added = ofDay.filter(({ openTime }) => !known.has(openTime) && known.add(openTime))
    if (added.length > 0) writeDay(sql, series, day, inOrder([...kept, ...added]))
  }
  sql.exec('DELETE FROM bars WHERE day < ?', Math.floor(at / daySeconds) - keptDays)
}

/** The kept bars of a series that open at `from` or later, oldest first. */
export function readBars(sql: SqlStorage, series: string, from: number): Bar[] {
  const query = 'SELECT bars FROM bars WHERE series = ? AND day >= ? ORDER BY day'
  const rows = sql.exec<{ bars: string }>(query, series, Math.floor(from / daySeconds)).toArray()
  return rows.flatMap(({ bars }) => unpacked(bars)).filter(({ openTime }) => openTime >= from)
}

/** What the longest window needs of them, and the bar before it, from which its first return is counted. */
export function readWeek(sql: SqlStorage, series: string, at: number): Bar[] {
  return readBars(sql, series, at - (at % barSeconds) - longestWindowSeconds - barSeconds)
}

function readDay(sql: SqlStorage, series: string, day: number): Bar[] {
  const query = 'SELECT bars FROM bars WHERE series = ? AND day = ?'
  const [row] = sql.exec<{ bars: string }>(query, series, day).toArray()
  return row === undefined ? [] : unpacked(row.bars)
}

function writeDay(sql: SqlStorage, series: string, day: number, bars: readonly Bar[]): void {
  const packed = bars.map(({ openTime, open, high, low, close, volume }) => [openTime, open, high, low, close, volume])
  sql.exec('INSERT OR REPLACE INTO bars (series, day, bars) VALUES (?, ?, ?)', series, day, JSON.stringify(packed))
}

/** Bars can be had again: a row that cannot be read counts as none. */
function unpacked(text: string): Bar[] {
  const packed = packedSchema.safeParse(parsed(text))
  if (!packed.success) return []
  return packed.data.map(([openTime, open, high, low, close, volume]) => ({ openTime, open, high, low, close, volume }))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function inOrder(bars: readonly Bar[]): Bar[] {
  return [...bars].sort((one, other) => one.openTime - other.openTime)
}

/** The markets that nobody has visited for so many seconds; from now on somebody has. */
export function claimVisits(sql: SqlStorage, markets: readonly string[], seconds: number, at: number): string[] {
  return markets.filter((market) => {
    const claimed = sql.exec(
      `INSERT INTO market_visits (market, at) VALUES (?, ?)
       ON CONFLICT (market) DO UPDATE SET at = excluded.at WHERE at <= ? OR at > excluded.at RETURNING market`,
      ...[market, at, at - seconds],
    )
    return claimed.toArray().length > 0
  })
}
