import { z } from '@hono/zod-openapi'
import { and, eq, gte, lt } from 'drizzle-orm'
import type { Context } from 'hono'
import { idempotencyKeys } from '../database/schema.ts'
import { secretHash } from './access.ts'
import type { ApiEnv, Database } from './context.ts'
import { Problem } from './problems.ts'

/** How long an answer is kept, seconds. */
const keptSeconds = 86_400

export const idempotencyHeader = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
    .optional()
    .openapi({ description: 'The same key with the same body gives the first answer again, for a day.' }),
})

/** What a created resource is answered with. */
export interface Created<Body> {
  location: string
  body: Body
}

/**
 * Creates once per Idempotency-Key. `insert` is stored together with the answer or not at all, so two deliveries at the
 * same time make one resource. Without a key it simply creates.
 *
 * @param prepare checks the request and gives the answer and the statement that stores it; throws a Problem to store nothing
 */
export async function createOnce<Body extends object>(
  context: Context<ApiEnv>,
  route: string,
  key: string | undefined,
  prepare: () => Promise<Created<Body> & { insert: Parameters<Database['batch']>[0][number] }>,
) {
  const { database, clock, access } = context.var
  if (key === undefined) {
    const { insert, ...created } = await prepare()
    await database.batch([insert])
    return answer(context, created)
  }
  const bodyHash = secretHash(await context.req.text())
  const earlier = await recall<Body>(context, route, key, bodyHash)
  if (earlier !== null) return answer(context, earlier)
  const { insert, ...created } = await prepare()
  const now = clock.now()
  try {
    await database.batch([
      database.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, now - keptSeconds)),
      database.insert(idempotencyKeys).values({
        keyId: access.keyId,
        route,
        key,
        bodyHash,
        status: 201,
        location: created.location,
        answer: JSON.stringify(created.body),
        createdAt: now,
      }),
      insert,
    ])
  } catch (error) {
    // The other delivery of the same request came first: its answer is ours.
    const winner = await recall<Body>(context, route, key, bodyHash)
    if (winner === null) throw error
    return answer(context, winner)
  }
  return answer(context, created)
}

async function recall<Body>(
  context: Context<ApiEnv>,
  route: string,
  key: string,
  bodyHash: string,
): Promise<Created<Body> | null> {
  const { database, clock, access } = context.var
  const [row] = await database
    .select()
    .from(idempotencyKeys)
    .where(
      and(
        eq(idempotencyKeys.keyId, access.keyId),
        eq(idempotencyKeys.route, route),
        eq(idempotencyKeys.key, key),
        gte(idempotencyKeys.createdAt, clock.now() - keptSeconds),
      ),
    )
    .limit(1)
  if (row === undefined) return null
  if (row.bodyHash !== bodyHash) {
    throw new Problem('idempotency-key-reused', 'This Idempotency-Key was used with another body; take a new key.')
  }
  return { location: row.location, body: JSON.parse(row.answer) }
}

function answer<Body extends object>(context: Context<ApiEnv>, { location, body }: Created<Body>) {
  return context.json(body, 201, { Location: location })
}
