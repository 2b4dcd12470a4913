import { z } from 'zod'
import { type InitialisedTick, initialisedTickSchema } from '../../../shared/schema/pool.ts'
import type { KeptPool } from '../pool-book.ts'

type PoolRow = {
  key: string
  standing: KeptPool['standing']
  since: number
  price: number
  tick_lower: number
  tick_upper: number
  ticks: string
}

const ticksSchema = z.array(initialisedTickSchema)

/** What is kept of these candidates; those that were never seen, or cannot be read, are left out. */
export function readPools(sql: SqlStorage, keys: readonly string[]): KeptPool[] {
  const rows = sql.exec<PoolRow>(
    `SELECT key, standing, since, price, tick_lower, tick_upper, ticks FROM pools WHERE key IN (${keys.map(() => '?').join()}) ORDER BY key`,
    ...keys,
  )
  return rows.toArray().flatMap(({ tick_lower: tickLower, tick_upper: tickUpper, ticks: text, ...row }) => {
    const ticks = ticksIn(text)
    return ticks === null ? [] : [{ ...row, tickLower, tickUpper, ticks }]
  })
}

function ticksIn(text: string): InitialisedTick[] | null {
  try {
    const parsed = ticksSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** Keeps what was seen last. */
export function keepPools(sql: SqlStorage, pools: readonly KeptPool[]): void {
  for (const { key, standing, since, price, tickLower, tickUpper, ticks } of pools) {
    sql.exec(
      'INSERT OR REPLACE INTO pools (key, standing, since, price, tick_lower, tick_upper, ticks) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[key, standing, since, price, tickLower, tickUpper, JSON.stringify(z.encode(ticksSchema, ticks))],
    )
  }
}
