import { z } from 'zod'
import { driftLosses } from '../../../models/standing.ts'
import { type ShadowQuote, shadowBlocks, shadowQuoteSchema } from '../shadow-quote.ts'
import { learnOutcome } from './calibrations.ts'
import { isOnItsWay } from './commit.ts'
import { countOutcome } from './model-scores.ts'
import { openOrders } from './store.ts'

/** Seconds after which a shadow quote is forgotten: its message, tried again and again, came long before. */
const keptSeconds = 86_400

/** What came of a second quote. `undecided`: an order of ours may yet turn out to have traded in between. */
export type ShadowOutcome = { kind: 'learned'; driftBps: number } | { kind: 'contaminated' | 'undecided' | 'known' }

type ShadowRow = { quote: string; state: 'waiting' | 'done' }

/** Remembers a quote until it is quoted again. False where it is known already: whoever left it has asked for that. */
export function noteShadow(sql: SqlStorage, shadow: ShadowQuote): boolean {
  sql.exec('DELETE FROM shadow_quotes WHERE made_at < ?', shadow.madeAt - keptSeconds)
  const inserted = sql.exec(
    "INSERT OR IGNORE INTO shadow_quotes (id, made_at, state, quote) VALUES (?, ?, 'waiting', ?) RETURNING id",
    ...[shadow.id, shadow.madeAt, JSON.stringify(z.encode(shadowQuoteSchema, shadow))],
  )
  return inserted.toArray().length > 0
}

/** The quote, while nothing has come of it. */
export function readShadow(sql: SqlStorage, id: string): ShadowQuote | null {
  const [row] = sql.exec<ShadowRow>('SELECT quote, state FROM shadow_quotes WHERE id = ?', id).toArray()
  return row?.state === 'waiting' ? shadowQuoteSchema.parse(JSON.parse(row.quote)) : null
}

/** Nothing comes of the quote any more. */
export function dropShadow(sql: SqlStorage, id: string): void {
  // The row stays, so that whoever decides the same thing again does not leave it anew.
  sql.exec("UPDATE shadow_quotes SET state = 'done' WHERE id = ?", id)
}

/**
 * What the same legs give at the end of the order's life, once per shadow however often it is told: teaches the calibration and
 * scores both models. Not where an order of ours traded in the same pools in between: its impact is no drift.
 *
 * @param requotedOut base units of the bought token
 */
export function learnShadow(sql: SqlStorage, id: string, requotedOut: bigint, at: number): ShadowOutcome {
  const shadow = readShadow(sql, id)
  if (shadow === null) return { kind: 'known' }
  if (mayHaveTraded(sql, shadow)) return { kind: 'undecided' }
  dropShadow(sql, id)
  if (hasTraded(sql, shadow)) return { kind: 'contaminated' }
  const { sell, buy, expectedOut, drift } = shadow
  const driftBps = Number(((expectedOut - requotedOut) * 100_000_000n) / expectedOut) / 10_000
  const { seconds, model, inUse, champion, challenger } = drift
  learnOutcome(sql, { sell, buy, seconds, model }, inUse, driftBps, at)
  const losses = driftLosses(driftBps, { champion: last(champion), challenger: last(challenger) })
  if (losses !== null) countOutcome(sql, 'slippage', id, losses, at)
  return { kind: 'learned', driftBps }
}

/** The 99 % quantile. */
function last(quantiles: readonly number[]): number {
  return quantiles.at(-1) ?? Number.NaN
}

/** An order that was decided before the second quote's block, and of which the chain has not told yet. */
function mayHaveTraded(sql: SqlStorage, { madeAt, drift }: ShadowQuote): boolean {
  return openOrders(sql).some((order) => isOnItsWay(order) && order.reserved_at < madeAt + drift.seconds)
}

const legsSchema = z.array(z.object({ pool: z.string(), feePips: z.int(), sell: z.string(), buy: z.string() }))

/** No order is on its way for longer than this, seconds. */
const longestWay = 3_600

function hasTraded(sql: SqlStorage, { blockNumber, madeAt, legs }: ShadowQuote): boolean {
  const query = `SELECT block_number, legs FROM orders
                 WHERE state = 'included' AND outcome = 'filled' AND reserved_at >= ?`
  const pools = new Set(legs.map(poolKey))
  return sql
    .exec<{ block_number: string; legs: string }>(query, madeAt - longestWay)
    .toArray()
    .filter(({ block_number: block }) => {
      return BigInt(block) > blockNumber && BigInt(block) <= blockNumber + BigInt(shadowBlocks)
    })
    .some((order) => legsSchema.parse(JSON.parse(order.legs)).some((leg) => pools.has(poolKey(leg))))
}

/** v4 pools share an address: taken for the same where fee and tokens are, too, which at worst leaves an outcome out. */
function poolKey({ pool, feePips, sell, buy }: z.output<typeof legsSchema>[number]): string {
  return [pool, feePips, ...[sell, buy].sort()].join(':')
}
