import { and, eq } from 'drizzle-orm'
import { address, bytes32 } from '../../shared/schema/primitives.ts'
import { pauses, strategies } from '../database/schema.ts'
import { type Access, requireVault } from './access.ts'
import type { Database } from './context.ts'
import { Problem } from './problems.ts'

export type StrategyRow = typeof strategies.$inferSelect
export type PauseScope = (typeof pauses.$inferSelect)['scope']

/** @throws Problem not-found, or forbidden for a key that is limited to another vault */
export async function requireStrategy(database: Database, access: Access, id: string): Promise<StrategyRow> {
  const [row] = await database.select().from(strategies).where(eq(strategies.id, id)).limit(1)
  if (row === undefined) throw new Problem('not-found', 'There is no strategy with this id.')
  requireVault(access, row.vault)
  return row
}

/** Addresses as stored, typed. */
export function vaultOf(row: StrategyRow) {
  return address.parse(row.vault)
}

export function mandateIdOf(row: StrategyRow) {
  return bytes32.parse(row.mandateId)
}

/** Which pauses hold this strategy. */
export async function pausesOver(database: Database, row: StrategyRow): Promise<PauseScope[]> {
  const rows = await database.select().from(pauses)
  return rows
    .filter(
      ({ scope, subject }) =>
        scope === 'everything' ||
        (scope === 'vault' && subject === row.vault) ||
        (scope === 'strategy' && subject === row.id),
    )
    .map(({ scope }) => scope)
}

/** Writes a draft only if nobody else changed it since it was read. Says whether it was written. */
export async function changeDraft(
  database: Database,
  read: StrategyRow,
  change: Partial<Omit<StrategyRow, 'id' | 'vault' | 'status'>>,
): Promise<boolean> {
  const written = await database
    .update(strategies)
    .set(change)
    .where(and(eq(strategies.id, read.id), eq(strategies.status, 'draft'), eq(strategies.mandateId, read.mandateId)))
    .returning({ id: strategies.id })
  return written.length > 0
}
