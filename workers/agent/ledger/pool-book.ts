import type { Hex } from 'viem'
import { z } from 'zod'
import { initialisedTickSchema } from '../../../shared/schema/pool.ts'
import type { KeptPool } from '../pool-book.ts'

type PoolRow = {
  key: string
  standing: KeptPool['standing']
  since: number
  price: number
  tick_lower: number
  tick_upper: number
  ticks: string
  digest: Hex
}

const ticksSchema = z.array(initialisedTickSchema)

/** What is kept of these candidates; those that were never seen are left out. */
export function readPools(sql: SqlStorage, keys: readonly string[]): KeptPool[] {
  const wanted = new Set(keys)
  return sql
    .exec<PoolRow>('SELECT key, standing, since, price, tick_lower, tick_upper, ticks, digest FROM pools')
    .toArray()
    .filter(({ key }) => wanted.has(key))
    .map(({ tick_lower: tickLower, tick_upper: tickUpper, ticks, ...row }) => {
      return { ...row, tickLower, tickUpper, ticks: ticksSchema.parse(JSON.parse(ticks)) }
    })
}

/** Keeps what was seen last. Ticks are written only where they have changed. */
export function keepPools(sql: SqlStorage, pools: readonly KeptPool[]): void {
  for (const { key, standing, since, price, tickLower, tickUpper, ticks, digest } of pools) {
    const changed = sql.exec(
      `UPDATE pools SET standing = ?, since = ?, price = ?
       WHERE key = ? AND tick_lower = ? AND tick_upper = ? AND digest = ?`,
      ...[standing, since, price, key, tickLower, tickUpper, digest],
    )
    if (changed.rowsWritten > 0) continue
    sql.exec(
      'INSERT OR REPLACE INTO pools (key, standing, since, price, tick_lower, tick_upper, ticks, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ...[key, standing, since, price, tickLower, tickUpper, JSON.stringify(z.encode(ticksSchema, ticks)), digest],
    )
  }
}
