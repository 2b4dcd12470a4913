import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { and, desc, eq } from 'drizzle-orm'
import { alertKinds } from '../agent/ledger-types.ts'
import { alerts as alertRows } from '../database/schema.ts'
import { requireScope, requireVault } from './access.ts'
import type { ApiEnv } from './context.ts'
import { decodeCursor, olderThan, pageOf, pageQuery, pageSchema } from './pagination.ts'
import { accessProblems, addressParameter, json, problems, security, wireAddress, wireTime } from './wire.ts'

const alertSchema = z
  .object({
    id: z.string(),
    vault: wireAddress.nullable(),
    kind: z.string().openapi({ description: `One of ${alertKinds.join(', ')}.` }),
    subject: z.string().openapi({ description: 'A relay, a strategy, an order, a kind of model or a message.' }),
    sentence: z.string(),
    raisedAt: wireTime,
  })
  .openapi('Alert')

const listAlerts = createRoute({
  method: 'get',
  path: '/v1/alerts',
  tags: ['Alerts'],
  summary: 'What a person should have heard of, newest first',
  description:
    'Orders that leaked, relays that were dropped for it, strategies that latched, models that gave way to their challenger, ' +
    'messages that were given up.',
  security,
  middleware: [requireScope('decisions:read')] as const,
  request: { query: pageQuery.extend({ vault: addressParameter.optional() }) },
  responses: {
    200: json(pageSchema(alertSchema), 'A page of alerts.'),
    ...problems(...accessProblems, 'invalid-request'),
  },
})

export const alerts = new OpenAPIHono<ApiEnv>().openapi(listAlerts, async (context) => {
  const { limit, cursor, vault } = context.req.valid('query')
  const { database, access } = context.var
  if (vault !== undefined) requireVault(access, vault)
  const only = vault ?? access.vault
  const rows = await database
    .select()
    .from(alertRows)
    .where(
      and(
        only === null ? undefined : eq(alertRows.vault, only),
        olderThan(decodeCursor(cursor), alertRows.raisedAt, alertRows.id),
      ),
    )
    .orderBy(desc(alertRows.raisedAt), desc(alertRows.id))
    .limit(limit + 1)
  return context.json(
    pageOf(
      rows,
      limit,
      (row) => row,
      (row) => [row.raisedAt, row.id],
    ),
    200,
  )
})
