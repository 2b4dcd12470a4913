import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { and, eq } from 'drizzle-orm'
import { bytes32 } from '../../shared/schema/primitives.ts'
import { strategyConfigurationSchema } from '../../shared/schema/strategy.ts'
import { strategies as strategyRows } from '../database/schema.ts'
import type { Environment } from '../environment.ts'
import { requireScope } from './access.ts'
import type { ApiEnv } from './context.ts'
import { requireChain, requireRelays } from './known-chain.ts'
import { Problem } from './problems.ts'
import { draftTerms } from './strategy-draft.ts'
import { changeDraft, mandateIdOf, requireStrategy, type StrategyRow, vaultOf } from './strategy-store.ts'
import { showStrategyDetail, strategyDetailSchema } from './strategy-view.ts'
import { readMandateProgress, readVault } from './vault-reader.ts'
import { accessProblems, bodyProblems, bytes32Parameter, json, problems, security, shownName } from './wire.ts'

const strategyChange = z
  .strictObject({
    name: shownName.optional(),
    configuration: strategyConfigurationSchema.optional().openapi({ description: 'The whole of it; only for drafts.' }),
  })
  .refine(({ name, configuration }) => name !== undefined || configuration !== undefined, 'names nothing to change')
  .openapi('StrategyChange')

const changeStrategy = createRoute({
  method: 'patch',
  path: '/v1/strategies/{id}',
  tags: ['Strategies'],
  summary: 'Rename a strategy, or give a draft another configuration',
  description: 'Another configuration means another mandate: signatures of the former one do not fit it.',
  security,
  middleware: [requireScope('strategies:write')] as const,
  request: {
    params: z.object({ id: bytes32Parameter }),
    body: { required: true, content: { 'application/json': { schema: strategyChange } } },
  },
  responses: {
    200: json(strategyDetailSchema, 'The strategy as it is now.'),
    ...problems(...accessProblems, ...bodyProblems, 'not-found', 'conflict', 'invalid-strategy', 'unavailable'),
  },
})

const deleteDraft = createRoute({
  method: 'delete',
  path: '/v1/strategies/{id}',
  tags: ['Strategies'],
  summary: 'Delete a draft',
  description: 'Only a draft whose mandate is not on chain. An open mandate is closed at the vault, by its people.',
  security,
  middleware: [requireScope('strategies:write')] as const,
  request: { params: z.object({ id: bytes32Parameter }) },
  responses: {
    204: { description: 'The draft is gone.' },
    ...problems(...accessProblems, 'not-found', 'conflict', 'unavailable'),
  },
})

/** The database hears of an opened mandate only at the next sweep, so the chain is asked too. */
async function requireDraft(environment: Environment, row: StrategyRow): Promise<void> {
  const conflict = () =>
    new Problem('conflict', 'The mandate of this strategy is on chain already; only drafts can change.')
  if (row.status !== 'draft') throw conflict()
  const { open, closed } = await readMandateProgress(environment, vaultOf(row), mandateIdOf(row))
  if (open || closed) throw conflict()
}

const changedMeanwhile = () => new Problem('conflict', 'The strategy changed meanwhile; read it again.')

export const strategyChanges = new OpenAPIHono<ApiEnv>()
  .openapi(changeStrategy, async (context) => {
    const { database, clock, environment, access } = context.var
    const { name, configuration } = context.req.valid('json')
    const row = await requireStrategy(database, access, context.req.valid('param').id)
    const chain = requireChain(environment)
    const updatedAt = clock.now()
    let changed: StrategyRow = { ...row, name: name ?? row.name, updatedAt }
    if (configuration === undefined) {
      const renamed = await database
        .update(strategyRows)
        .set({ name: changed.name, updatedAt })
        .where(eq(strategyRows.id, row.id))
        .returning({ id: strategyRows.id })
      if (renamed.length === 0) throw changedMeanwhile()
    } else {
      await requireDraft(environment, row)
      const vault = vaultOf(row)
      const reading = await readVault(environment, vault)
      const terms = draftTerms(configuration, vault, bytes32.parse(row.id), {
        ...{ chain, reading, now: updatedAt },
        relays: requireRelays(environment),
      })
      changed = { ...changed, ...terms }
      if (!(await changeDraft(database, row, { ...terms, name: changed.name, updatedAt }))) throw changedMeanwhile()
    }
    return context.json(showStrategyDetail(chain, changed), 200)
  })
  .openapi(deleteDraft, async (context) => {
    const { database, environment, access } = context.var
    const row = await requireStrategy(database, access, context.req.valid('param').id)
    await requireDraft(environment, row)
    const deleted = await database
      .delete(strategyRows)
      .where(
        and(eq(strategyRows.id, row.id), eq(strategyRows.status, 'draft'), eq(strategyRows.mandateId, row.mandateId)),
      )
      .returning({ id: strategyRows.id })
    if (deleted.length === 0) throw changedMeanwhile()
    return context.body(null, 204)
  })
