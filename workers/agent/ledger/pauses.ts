import type { Hex } from 'viem'
import type { PauseFlag } from '../ledger-types.ts'
import { queueErrand, raiseVersion } from './store.ts'

type PauseRow = { scope: PauseFlag['scope']; subject: string; absent_sweeps: number }

export function pausedScopes(sql: SqlStorage): PauseFlag[] {
  return sql
    .exec<PauseRow>('SELECT scope, subject, absent_sweeps FROM pauses ORDER BY scope, subject')
    .toArray()
    .map(({ scope, subject }) => ({ scope, subject, paused: true }))
}

/** Is anything paused that covers this strategy? Whatever names the vault or everything in this ledger does. */
export function isPaused(sql: SqlStorage, strategyId: Hex): boolean {
  const query = "SELECT count(*) AS count FROM pauses WHERE scope <> 'strategy' OR subject = ?"
  return sql.exec<{ count: number }>(query, strategyId).one().count > 0
}

/** Resuming one strategy is also how a person re-enables it after it latched. */
export function writePause(sql: SqlStorage, { scope, subject, paused }: PauseFlag): void {
  if (paused) {
    sql.exec('INSERT OR REPLACE INTO pauses (scope, subject, absent_sweeps) VALUES (?, ?, 0)', scope, subject)
  } else {
    sql.exec('DELETE FROM pauses WHERE scope = ? AND subject = ?', scope, subject)
    if (scope === 'strategy') unlatch(sql, subject)
  }
  raiseVersion(sql)
}

function unlatch(sql: SqlStorage, strategyId: string): void {
  const query =
    'UPDATE strategies SET failures = 0, latched = 0 WHERE strategy_id = ? AND latched = 1 RETURNING latched'
  if (sql.exec(query, strategyId).toArray().length > 0) queueErrand(sql, 'strategy', strategyId, 'active')
}

/**
 * Follows the database, where the truth about pauses is, when a push got lost. A missing flag is set at once; a surplus one
 * goes only after two sweeps without it, since the sweep may have read the database just before somebody paused.
 */
export function followPauses(sql: SqlStorage, expected: readonly PauseFlag[]): void {
  const key = (flag: { scope: string; subject: string }) => `${flag.scope}:${flag.subject}`
  const wanted = new Set(expected.map(key))
  const rows = sql.exec<PauseRow>('SELECT scope, subject, absent_sweeps FROM pauses').toArray()
  const present = new Set(rows.map(key))
  for (const flag of expected) if (!present.has(key(flag))) writePause(sql, { ...flag, paused: true })
  for (const row of rows) {
    if (wanted.has(key(row))) {
      if (row.absent_sweeps > 0) setAbsentSweeps(sql, row, 0)
    } else if (row.absent_sweeps > 0) {
      writePause(sql, { scope: row.scope, subject: row.subject, paused: false })
    } else {
      setAbsentSweeps(sql, row, 1)
    }
  }
}

function setAbsentSweeps(sql: SqlStorage, row: PauseRow, sweeps: number): void {
  sql.exec('UPDATE pauses SET absent_sweeps = ? WHERE scope = ? AND subject = ?', sweeps, row.scope, row.subject)
}
