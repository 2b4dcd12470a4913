import { z } from '@hono/zod-openapi'
import { and, eq, lt, or, type SQL } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import { Problem } from './problems.ts'

/** Lists are read newest first, page by page; a cursor is opaque and belongs to one list. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50).openapi({ example: 50 }),
  cursor: z.string().max(400).optional().openapi({ description: 'nextCursor of the page before.' }),
})

const cursorParts = z.tuple([z.int(), z.string()])
/** The sort key of a page's last row: time (or sequence) and id. */
export type CursorParts = z.output<typeof cursorParts>

export function encodeCursor(parts: CursorParts): string {
  return btoa(JSON.stringify(parts)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** @throws Problem invalid-request for anything that `encodeCursor` did not make */
export function decodeCursor(text: string | undefined): CursorParts | null {
  if (text === undefined) return null
  const parsed = cursorParts.safeParse(jsonOrNull(text))
  if (parsed.success) return parsed.data
  const detail = 'cursor is not one that this list gave out.'
  throw new Problem('invalid-request', detail, { faults: [{ parameter: 'cursor', detail }] })
}

/** Rows that come after the cursor in a list sorted by time and id, newest first; without a cursor, all of them. */
export function olderThan(
  cursor: CursorParts | null,
  time: AnySQLiteColumn<{ data: number }>,
  id: AnySQLiteColumn<{ data: string }>,
): SQL | undefined {
  if (cursor === null) return undefined
  const [lastTime, lastId] = cursor
  return or(lt(time, lastTime), and(eq(time, lastTime), lt(id, lastId)))
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')))
  } catch {
    return null
  }
}

export interface Page<T> {
  items: T[]
  hasMore: boolean
  nextCursor: string | null
}

/** Cuts `limit + 1` rows to a page. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  show: (row: Row) => T,
  sortKey: (row: Row) => CursorParts,
): Page<T> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const hasMore = rows.length > limit
  return {
    items: shown.map(show),
    hasMore,
    nextCursor: hasMore && last !== undefined ? encodeCursor(sortKey(last)) : null,
  }
}

export function pageSchema<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    hasMore: z.boolean(),
    nextCursor: z.string().nullable().openapi({ description: 'Give it as `cursor` to read on; null at the end.' }),
  })
}
