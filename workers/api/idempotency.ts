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

type Statement = Parameters<Database['batch']>[0][number]

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
  prepare: () => Promise<Created<Body> & { insert: Statement }>,
) {
  const bodyHash = secretHash(await context.req.text())
  const recalled = () => (key === undefined ? null : recall<Body>(context, route, key, bodyHash))
  const earlier = await recalled()
  if (earlier !== null) return answer(context, earlier)
  const { insert, ...created } = await prepare()
  const remembered = key === undefined ? [] : remember(context, route, key, bodyHash, created)
  try {
    await context.var.database.batch([insert, ...remembered])
  } catch (error) {
    // Somebody was faster. Another delivery of the same request: its answer is ours. Something else: the checks see it now.
    const winner = await recalled()
    if (winner !== null) return answer(context, winner)
    await prepare()
    throw error
  }
  return answer(context, created)
}

/** The statements that keep an answer, and forget those that are old enough. */
function remember(
  context: Context<ApiEnv>,
  route: string,
  key: string,
  bodyHash: string,
  { location, body }: Created<object>,
): Statement[] {
  const { database, clock, access } = context.var
  const createdAt = clock.now()
  return [
    database.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, createdAt - keptSeconds)),
    database.insert(idempotencyKeys).values({
      keyId: access.keyId,
      route,
      key,
      bodyHash,
      status: 201,
      location,
      answer: JSON.stringify(body),
      createdAt,
    }),
  ]
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
