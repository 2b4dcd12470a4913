import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { and, desc, eq } from 'drizzle-orm'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { strategyConfigurationSchema } from '../../shared/schema/strategy.ts'
import { orderStates } from '../agent/ledger-types.ts'
import { executions as executionRows, strategies } from '../database/schema.ts'
import { requireScope, requireVault } from './access.ts'
import type { ApiEnv } from './context.ts'
import { displayAmount, showAmount, showBps } from './display.ts'
import { requireChain } from './known-chain.ts'
import { decodeCursor, olderThan, pageOf, pageQuery, pageSchema } from './pagination.ts'
import { Problem } from './problems.ts'
import {
  accessProblems,
  addressParameter,
  bytes32Parameter,
  json,
  problems,
  security,
  wireAddress,
  wireAmount,
  wireBytes32,
  wireTime,
} from './wire.ts'

const legSchema = z.object({
  sell: wireAddress,
  buy: wireAddress,
  venue: z.string(),
  pool: wireAddress,
  feePips: z.int(),
  amountIn: wireAmount.openapi({
    description:
      'Of what the leg sells; on the way between two tokens, as planned: what is spent is its share of what arrives.',
  }),
})
/** Legs that were stored without tokens trade what their order does. */
const storedLegs = z.array(
  z.looseObject({
    sell: z.string().optional(),
    buy: z.string().optional(),
    venue: z.string(),
    pool: z.string(),
    feePips: z.int(),
    amountIn: z.string(),
  }),
)

const executionSchema = z
  .object({
    id: z.string().openapi({ description: 'Strategy id, slot and attempt, joined by colons.' }),
    vault: wireAddress,
    strategyId: wireBytes32,
    slot: z.int(),
    attempt: z.int(),
    state: z.string().openapi({ example: 'included', description: `One of ${orderStates.join(', ')}.` }),
    sequence: z.int().openapi({ description: 'Of its decision in the log of the vault.' }),
    transactionHash: wireBytes32.nullable(),
    blockNumber: z.string().nullable(),
    relay: z.string(),
    sell: wireAddress,
    buy: wireAddress,
    amountIn: wireAmount,
    amountOut: wireAmount,
    oracleOut: wireAmount.openapi({ description: 'What the oracle said amountIn was worth.' }),
    slippageBps: z.number().nullable().openapi({ description: 'Measured below the oracle; null until filled.' }),
    predictedSlippageBps: z.number(),
    legs: z.array(legSchema),
    decisionHead: wireBytes32,
    createdAt: wireTime,
    updatedAt: wireTime,
    display: z.object({
      amountIn: displayAmount,
      amountOut: displayAmount,
      oracleOut: displayAmount,
      slippage: z.string().nullable(),
      predictedSlippage: z.string(),
    }),
  })
  .openapi('Execution')

const listExecutions = createRoute({
  method: 'get',
  path: '/v1/executions',
  tags: ['Executions'],
  summary: 'List signed orders and what came of them, newest first',
  security,
  middleware: [requireScope('executions:read')] as const,
  request: { query: pageQuery.extend({ vault: addressParameter.optional(), strategy: bytes32Parameter.optional() }) },
  responses: {
    200: json(pageSchema(executionSchema), 'A page of executions.'),
    ...problems(...accessProblems, 'invalid-request'),
  },
})

const readExecution = createRoute({
  method: 'get',
  path: '/v1/executions/{id}',
  tags: ['Executions'],
  summary: 'Read one execution',
  security,
  middleware: [requireScope('executions:read')] as const,
  request: {
    params: z.object({ id: z.string().regex(/^0x[0-9a-f]{64}:\d{1,10}:\d{1,10}$/, 'must be strategy:slot:attempt') }),
  },
  responses: { 200: json(executionSchema, 'The execution.'), ...problems(...accessProblems, 'not-found') },
})

interface Joined {
  execution: typeof executionRows.$inferSelect
  configuration: string
}

function showExecution(chain: ChainDefinition, { execution, configuration }: Joined): z.output<typeof executionSchema> {
  const { sell, buy } = strategyConfigurationSchema.parse(JSON.parse(configuration))
  const { id, vault, strategyId, slot, attempt, state, sequence, transactionHash, blockNumber, relay } = execution
  const { amountIn, amountOut, oracleOut, decisionHead, createdAt, updatedAt } = execution
  const slippageBps = execution.slippageBps === null ? null : Number(execution.slippageBps)
  const predictedSlippageBps = Number(execution.predictedSlippageBps)
  const legs = storedLegs.parse(JSON.parse(execution.legs))
  return {
    id,
    vault,
    strategyId,
    slot,
    attempt,
    state,
    sequence,
    transactionHash,
    blockNumber,
    relay,
    sell,
    buy,
    amountIn,
    amountOut,
    oracleOut,
    slippageBps,
    predictedSlippageBps,
    legs: legs.map((leg) => ({
      sell: leg.sell ?? sell,
      buy: leg.buy ?? buy,
      venue: leg.venue,
      pool: leg.pool,
      feePips: leg.feePips,
      amountIn: leg.amountIn,
    })),
    decisionHead,
    createdAt,
    updatedAt,
    display: {
      amountIn: showAmount(chain, sell, BigInt(amountIn)),
      amountOut: showAmount(chain, buy, BigInt(amountOut)),
      oracleOut: showAmount(chain, buy, BigInt(oracleOut)),
      slippage: slippageBps === null ? null : showBps(slippageBps),
      predictedSlippage: showBps(predictedSlippageBps),
    },
  }
}

const joined = { execution: executionRows, configuration: strategies.configuration }

export const executions = new OpenAPIHono<ApiEnv>()
  .openapi(listExecutions, async (context) => {
    const { limit, cursor, vault, strategy } = context.req.valid('query')
    const { database, environment, access } = context.var
    const chain = requireChain(environment)
    if (vault !== undefined) requireVault(access, vault)
    const only = vault ?? access.vault
    const rows = await database
      .select(joined)
      .from(executionRows)
      .innerJoin(strategies, eq(strategies.id, executionRows.strategyId))
      .where(
        and(
          only === null ? undefined : eq(executionRows.vault, only),
          strategy === undefined ? undefined : eq(executionRows.strategyId, strategy),
          olderThan(decodeCursor(cursor), executionRows.createdAt, executionRows.id),
        ),
      )
      .orderBy(desc(executionRows.createdAt), desc(executionRows.id))
      .limit(limit + 1)
    return context.json(
      pageOf(
        rows,
        limit,
        (row) => showExecution(chain, row),
        ({ execution }) => [execution.createdAt, execution.id],
      ),
      200,
    )
  })
  .openapi(readExecution, async (context) => {
    const { database, environment, access } = context.var
    const [row] = await database
      .select(joined)
      .from(executionRows)
      .innerJoin(strategies, eq(strategies.id, executionRows.strategyId))
      .where(eq(executionRows.id, context.req.valid('param').id))
      .limit(1)
    if (row === undefined) throw new Problem('not-found', 'There is no execution with this id.')
    requireVault(access, row.execution.vault)
    return context.json(showExecution(requireChain(environment), row), 200)
  })
