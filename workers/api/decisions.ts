import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { and, desc, eq, lt } from 'drizzle-orm'
import { decisions as decisionRows } from '../database/schema.ts'
import { requireScope, requireVault } from './access.ts'
import type { ApiEnv } from './context.ts'
import { decodeCursor, pageOf, pageQuery, pageSchema } from './pagination.ts'
import { Problem } from './problems.ts'
import { requireRegistered } from './vaults.ts'
import {
  accessProblems,
  addressParameter,
  bytes32Parameter,
  json,
  problems,
  security,
  wireAddress,
  wireBytes32,
  wireTime,
} from './wire.ts'

const decisionSchema = z
  .object({
    vault: wireAddress,
    sequence: z.int().openapi({ description: 'Place in the log of the vault, from 0.' }),
    type: z.enum(['decision', 'outcome']),
    strategyId: wireBytes32,
    slot: z.int(),
    verdict: z.string().openapi({ example: 'allow', description: "Of a decision; an outcome's name otherwise." }),
    reason: z.string().openapi({ example: 'None', description: 'Refusal code of the vault or the agent.' }),
    sentence: z.string(),
    head: wireBytes32.openapi({
      description:
        'keccak256(previous head ‖ keccak256(RFC 8785 JSON of record)). Before record 0 the head is ' +
        'keccak256("portcullis log" ‖ chain id as uint256 ‖ vault address), all packed.',
    }),
    recordedAt: wireTime,
  })
  .openapi('Decision')

const decisionDetailSchema = decisionSchema
  .extend({
    record: z.record(z.string(), z.unknown()).openapi({
      description: 'The whole record: inputs, forecasts, plan and verdict. Its RFC 8785 text is what the head covers.',
    }),
  })
  .openapi('DecisionDetail')

const listDecisions = createRoute({
  method: 'get',
  path: '/v1/decisions',
  tags: ['Decisions'],
  summary: "List a vault's decision log, newest first",
  description: 'Every tick leaves a record, also one that did nothing.',
  security,
  middleware: [requireScope('decisions:read')] as const,
  request: { query: pageQuery.extend({ vault: addressParameter, strategy: bytes32Parameter.optional() }) },
  responses: {
    200: json(pageSchema(decisionSchema), 'A page of the log.'),
    ...problems(...accessProblems, 'invalid-request', 'not-found'),
  },
})

const readDecision = createRoute({
  method: 'get',
  path: '/v1/decisions/{vault}/{sequence}',
  tags: ['Decisions'],
  summary: 'Read one record of the log',
  security,
  middleware: [requireScope('decisions:read')] as const,
  request: {
    params: z.object({
      vault: addressParameter,
      sequence: z
        .string()
        .regex(/^\d{1,15}$/, 'must be a whole number')
        .openapi({ example: '0' }),
    }),
  },
  responses: { 200: json(decisionDetailSchema, 'The record.'), ...problems(...accessProblems, 'not-found') },
})

type DecisionRow = typeof decisionRows.$inferSelect

function showDecision(row: DecisionRow): z.output<typeof decisionSchema> {
  const { vault, sequence, type, strategyId, slot, verdict, reason, sentence, head, recordedAt } = row
  return { vault, sequence, type, strategyId, slot, verdict, reason, sentence, head, recordedAt }
}

export const decisions = new OpenAPIHono<ApiEnv>()
  .openapi(listDecisions, async (context) => {
    const { limit, cursor, vault, strategy } = context.req.valid('query')
    const { database, access } = context.var
    requireVault(access, vault)
    await requireRegistered(database, vault)
    const after = decodeCursor(cursor)
    const rows = await database
      .select()
      .from(decisionRows)
      .where(
        and(
          eq(decisionRows.vault, vault),
          strategy === undefined ? undefined : eq(decisionRows.strategyId, strategy),
          after === null ? undefined : lt(decisionRows.sequence, after[0]),
        ),
      )
      .orderBy(desc(decisionRows.sequence))
      .limit(limit + 1)
    return context.json(
      pageOf(rows, limit, showDecision, (row) => [row.sequence, '']),
      200,
    )
  })
  .openapi(readDecision, async (context) => {
    const { database, access } = context.var
    const { vault, sequence } = context.req.valid('param')
    requireVault(access, vault)
    const [row] = await database
      .select()
      .from(decisionRows)
      .where(and(eq(decisionRows.vault, vault), eq(decisionRows.sequence, Number(sequence))))
      .limit(1)
    if (row === undefined) throw new Problem('not-found', `The log of ${vault} has no record ${sequence}.`)
    const record = z.record(z.string(), z.unknown()).parse(JSON.parse(row.record))
    return context.json({ ...showDecision(row), record }, 200)
  })
