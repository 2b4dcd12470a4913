import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { and, desc, eq } from 'drizzle-orm'
import { strategyConfigurationSchema, strategyStatus } from '../../shared/schema/strategy.ts'
import { strategies as strategyRows } from '../database/schema.ts'
import { requireScope, requireVault } from './access.ts'
import type { ApiEnv } from './context.ts'
import { createOnce, idempotencyHeader } from './idempotency.ts'
import { requireChain, requireRelays } from './known-chain.ts'
import { decodeCursor, olderThan, pageOf, pageQuery, pageSchema } from './pagination.ts'
import { draftTerms } from './strategy-draft.ts'
import { configurationExample } from './strategy-example.ts'
import { mandateIdOf, pausesOver, requireStrategy, type StrategyRow, vaultOf } from './strategy-store.ts'
import {
  showProgress,
  showStrategy,
  showStrategyDetail,
  strategyDetailSchema,
  strategyReadSchema,
  strategySummarySchema,
} from './strategy-view.ts'
import { readMandateProgress, readVault } from './vault-reader.ts'
import { requireRegistered } from './vaults.ts'
import {
  accessProblems,
  addressParameter,
  bodyProblems,
  bytes32Parameter,
  json,
  problems,
  security,
  shownName,
} from './wire.ts'

const strategyRequest = z
  .strictObject({
    vault: addressParameter,
    name: shownName.openapi({ example: 'Buy WETH over a day' }),
    configuration: strategyConfigurationSchema.clone().openapi({ example: configurationExample }),
  })
  .openapi('StrategyRequest')

const createStrategy = createRoute({
  method: 'post',
  path: '/v1/strategies',
  tags: ['Strategies'],
  summary: 'Draft a strategy',
  description:
    'Checks the terms against the chain and the vault and answers with the mandate to sign. Nothing trades until the ' +
    "vault's treasurer has signed it and it was opened on chain: an API key can draft, never spend.",
  security,
  middleware: [requireScope('strategies:write')] as const,
  request: {
    headers: idempotencyHeader,
    body: { required: true, content: { 'application/json': { schema: strategyRequest } } },
  },
  responses: {
    201: json(strategyDetailSchema, 'The draft, with the mandate and the typed data to sign.'),
    ...problems(
      ...accessProblems,
      ...bodyProblems,
      'not-found',
      'invalid-strategy',
      'idempotency-key-reused',
      'unavailable',
    ),
  },
})

const listStrategies = createRoute({
  method: 'get',
  path: '/v1/strategies',
  tags: ['Strategies'],
  summary: 'List strategies, newest first',
  security,
  middleware: [requireScope('strategies:read')] as const,
  request: {
    query: pageQuery.extend({ vault: addressParameter.optional(), status: strategyStatus.optional() }),
  },
  responses: {
    200: json(pageSchema(strategySummarySchema), 'A page of strategies.'),
    ...problems(...accessProblems, 'invalid-request'),
  },
})

const readStrategy = createRoute({
  method: 'get',
  path: '/v1/strategies/{id}',
  tags: ['Strategies'],
  summary: 'Read a strategy, its mandate and its progress',
  security,
  middleware: [requireScope('strategies:read')] as const,
  request: { params: z.object({ id: bytes32Parameter }) },
  responses: {
    200: json(strategyReadSchema, 'The strategy.'),
    ...problems(...accessProblems, 'not-found'),
  },
})

export const strategies = new OpenAPIHono<ApiEnv>()
  .openapi(createStrategy, async (context) => {
    const { database, clock, environment, access } = context.var
    const { vault, name, configuration } = context.req.valid('json')
    requireVault(access, vault)
    const key = context.req.valid('header')['idempotency-key']
    return createOnce(context, 'POST /v1/strategies', key, async () => {
      const chain = requireChain(environment)
      await requireRegistered(database, vault)
      const now = clock.now()
      const terms = draftTerms(configuration, vault, null, {
        ...{ chain, reading: await readVault(environment, vault), now },
        relays: requireRelays(environment),
      })
      const row: StrategyRow = { ...terms, vault, name, status: 'draft', createdAt: now, updatedAt: now }
      return {
        location: `/v1/strategies/${row.id}`,
        body: showStrategyDetail(chain, row),
        insert: database.insert(strategyRows).values(row),
      }
    })
  })
  .openapi(listStrategies, async (context) => {
    const { limit, cursor, vault, status } = context.req.valid('query')
    const { database, environment, access } = context.var
    const chain = requireChain(environment)
    if (vault !== undefined) requireVault(access, vault)
    const only = vault ?? access.vault
    const rows = await database
      .select()
      .from(strategyRows)
      .where(
        and(
          only === null ? undefined : eq(strategyRows.vault, only),
          status === undefined ? undefined : eq(strategyRows.status, status),
          olderThan(decodeCursor(cursor), strategyRows.createdAt, strategyRows.id),
        ),
      )
      .orderBy(desc(strategyRows.createdAt), desc(strategyRows.id))
      .limit(limit + 1)
    return context.json(
      pageOf(
        rows,
        limit,
        (row) => showStrategy(chain, row),
        (row) => [row.createdAt, row.id],
      ),
      200,
    )
  })
  .openapi(readStrategy, async (context) => {
    const { database, environment, access } = context.var
    const row = await requireStrategy(database, access, context.req.valid('param').id)
    const chain = requireChain(environment)
    const [pausedBy, progress] = await Promise.all([
      pausesOver(database, row),
      readMandateProgress(environment, vaultOf(row), mandateIdOf(row)).catch(() => null),
    ])
    const body = {
      ...showStrategyDetail(chain, row),
      pausedBy,
      progress: progress === null ? null : showProgress(chain, row, progress),
    }
    return context.json(body, 200)
  })
