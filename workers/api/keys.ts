import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { and, desc, eq, isNull } from 'drizzle-orm'
import { timestamp } from '../../shared/schema/primitives.ts'
import { apiKeys, vaults } from '../database/schema.ts'
import { type Access, newSecret, requireScope, scopes, secretHash } from './access.ts'
import type { ApiEnv } from './context.ts'
import { decodeCursor, olderThan, pageOf, pageQuery, pageSchema } from './pagination.ts'
import { Problem } from './problems.ts'
import {
  accessProblems,
  addressParameter,
  bodyProblems,
  json,
  problems,
  security,
  shownName,
  wireAddress,
  wireTime,
} from './wire.ts'

const scopeSchema = z.enum(scopes).openapi('Scope')

const keyRequest = z
  .strictObject({
    name: shownName.openapi({ example: 'Risk desk' }),
    scopes: z.array(scopeSchema).min(1).max(scopes.length),
    vault: addressParameter.optional().openapi({ description: 'Limits the key to this vault.' }),
    expiresAt: timestamp
      .optional()
      .openapi({ description: 'Seconds since epoch; without it the key does not expire.' }),
  })
  .openapi('KeyRequest')

const keySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(scopeSchema),
    vault: wireAddress.nullable(),
    createdAt: wireTime,
    expiresAt: wireTime.nullable(),
    revokedAt: wireTime.nullable(),
  })
  .openapi('Key')

const createdKeySchema = keySchema
  .extend({ secret: z.string().openapi({ description: 'Shown this once; only its hash is kept.' }) })
  .openapi('CreatedKey')

const createKey = createRoute({
  method: 'post',
  path: '/v1/keys',
  tags: ['Keys'],
  summary: 'Make an API key',
  description:
    'A key never gets a scope its maker lacks, and never outlives its maker. `keys:admin` is for all vaults.',
  security,
  middleware: [requireScope('keys:admin')] as const,
  request: { body: { required: true, content: { 'application/json': { schema: keyRequest } } } },
  responses: {
    201: json(createdKeySchema, 'The key, with its secret for the only time.'),
    ...problems(...accessProblems, ...bodyProblems),
  },
})

const listKeys = createRoute({
  method: 'get',
  path: '/v1/keys',
  tags: ['Keys'],
  summary: 'List API keys, newest first, without their secrets',
  security,
  middleware: [requireScope('keys:admin')] as const,
  request: { query: pageQuery },
  responses: { 200: json(pageSchema(keySchema), 'A page of keys.'), ...problems(...accessProblems, 'invalid-request') },
})

const revokeKey = createRoute({
  method: 'delete',
  path: '/v1/keys/{id}',
  tags: ['Keys'],
  summary: 'Revoke an API key, at once and for good',
  security,
  middleware: [requireScope('keys:admin')] as const,
  request: { params: z.object({ id: z.uuid('must be a UUID') }) },
  responses: { 204: { description: 'The key is revoked.' }, ...problems(...accessProblems, 'not-found') },
})

type KeyRow = typeof apiKeys.$inferSelect

function showKey(row: KeyRow) {
  const { id, name, vault, createdAt, expiresAt, revokedAt } = row
  return {
    id,
    name,
    scopes: z.array(scopeSchema).parse(JSON.parse(row.scopes)),
    vault,
    createdAt,
    expiresAt,
    revokedAt,
  }
}

/** A key must not be a way to more than its maker may do. */
function requireWithin(maker: Access, request: z.output<typeof keyRequest>, now: number): void {
  const invalid = (pointer: string, detail: string) =>
    new Problem('invalid-request', detail, { faults: [{ pointer, detail }] })
  const beyond = request.scopes.filter((scope) => !maker.scopes.has(scope))
  if (beyond.length > 0) throw new Problem('forbidden', `This API key cannot give the scope ${beyond.join(' and ')}.`)
  if (request.scopes.includes('keys:admin') && request.vault !== undefined) {
    throw invalid('#/vault', 'A key that administers keys cannot be limited to one vault.')
  }
  if (request.expiresAt !== undefined && request.expiresAt <= now) {
    throw invalid('#/expiresAt', 'expiresAt lies in the past.')
  }
  if (maker.expiresAt !== null && (request.expiresAt === undefined || request.expiresAt > maker.expiresAt)) {
    throw new Problem('forbidden', 'A key cannot outlive the key that makes it.')
  }
}

export const keys = new OpenAPIHono<ApiEnv>()
  .openapi(createKey, async (context) => {
    const { database, clock, access } = context.var
    const request = context.req.valid('json')
    requireWithin(access, request, clock.now())
    if (request.vault !== undefined) {
      const [known] = await database.select().from(vaults).where(eq(vaults.address, request.vault)).limit(1)
      if (known === undefined) {
        const detail = 'vault is not registered here.'
        throw new Problem('invalid-request', detail, { faults: [{ pointer: '#/vault', detail }] })
      }
    }
    const secret = newSecret()
    const row: KeyRow = {
      id: crypto.randomUUID(),
      name: request.name,
      secretHash: secretHash(secret),
      scopes: JSON.stringify([...new Set(request.scopes)]),
      vault: request.vault ?? null,
      createdAt: clock.now(),
      expiresAt: request.expiresAt ?? null,
      revokedAt: null,
    }
    await database.insert(apiKeys).values(row)
    return context.json({ ...showKey(row), secret }, 201, {
      Location: `/v1/keys/${row.id}`,
      'Cache-Control': 'no-store',
    })
  })
  .openapi(listKeys, async (context) => {
    const { limit, cursor } = context.req.valid('query')
    const rows = await context.var.database
      .select()
      .from(apiKeys)
      .where(olderThan(decodeCursor(cursor), apiKeys.createdAt, apiKeys.id))
      .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
      .limit(limit + 1)
    return context.json(
      pageOf(rows, limit, showKey, (row) => [row.createdAt, row.id]),
      200,
    )
  })
  .openapi(revokeKey, async (context) => {
    const { id } = context.req.valid('param')
    const { database, clock } = context.var
    const [row] = await database.select().from(apiKeys).where(eq(apiKeys.id, id)).limit(1)
    if (row === undefined) throw new Problem('not-found', 'There is no API key with this id.')
    await database
      .update(apiKeys)
      .set({ revokedAt: clock.now() })
      .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
    return context.body(null, 204)
  })
