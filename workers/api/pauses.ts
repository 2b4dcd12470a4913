import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { and, asc, eq } from 'drizzle-orm'
import type { Address } from 'viem'
import { address, bytes32 } from '../../shared/schema/primitives.ts'
import { pauses as pauseRows, strategies, vaults } from '../database/schema.ts'
import { type Access, requireScope, requireVault } from './access.ts'
import type { ApiEnv, Database } from './context.ts'
import { type Delivery, pushPause } from './ledger.ts'
import { requireStrategy, vaultOf } from './strategy-store.ts'
import { liveOrderSchema, showLiveOrder } from './vault-view.ts'
import { requireRegistered } from './vaults.ts'
import {
  accessProblems,
  addressParameter,
  bodyProblems,
  bytes32Parameter,
  json,
  plainText,
  problems,
  security,
  wireAddress,
  wireTime,
} from './wire.ts'

const reason = plainText.max(500).openapi({ example: 'Feed looks wrong; checking.' })

const gateRequest = z
  .discriminatedUnion('scope', [
    z.strictObject({ scope: z.literal('everything'), subject: z.literal('').default(''), reason }),
    z.strictObject({ scope: z.literal('vault'), subject: addressParameter, reason }),
    z.strictObject({ scope: z.literal('strategy'), subject: bytes32Parameter, reason }),
  ])
  .openapi('GateRequest', { example: { scope: 'everything', subject: '', reason: 'Feed looks wrong; checking.' } })
type GateRequest = z.output<typeof gateRequest>

const pauseSchema = z
  .object({
    scope: z.enum(['everything', 'vault', 'strategy']),
    subject: z.string().openapi({ description: 'Vault address or strategy id; empty for everything.' }),
    reason: z.string(),
    pausedBy: z.string().openapi({ description: 'Id of the API key.' }),
    pausedAt: wireTime,
  })
  .openapi('Pause')

const gateAnswer = z
  .object({
    scope: z.enum(['everything', 'vault', 'strategy']),
    subject: z.string(),
    paused: z.boolean(),
    sentence: z.string().openapi({ example: 'Everything is paused. No order is on its way.' }),
    ledgers: z.array(
      z.object({
        vault: wireAddress,
        delivered: z.boolean().openapi({
          description: 'Whether the ledger heard of it. If not, the minute sweep tells it again.',
        }),
        live: liveOrderSchema.nullable().openapi({
          description: 'A signed order that may still trade until its deadline; null where there is none.',
        }),
      }),
    ),
  })
  .openapi('GateAnswer')

const pauseDescription =
  'The database knows at once, then the ledgers are told, and no new order is signed or sent. A signed order that is ' +
  "already out may trade until its deadline: the answer names it. The vault's own `pause()` stops it on chain too."

function gateRoute(path: '/v1/pause' | '/v1/resume', summary: string, description: string) {
  return createRoute({
    method: 'post',
    path,
    tags: ['Gate'],
    summary,
    description,
    security,
    middleware: [requireScope(path === '/v1/pause' ? 'pause:write' : 'resume:write')] as const,
    request: { body: { required: true, content: { 'application/json': { schema: gateRequest } } } },
    responses: {
      200: json(gateAnswer, 'How the gate stands, and what may still land.'),
      ...problems(...accessProblems, ...bodyProblems, 'not-found'),
    },
  })
}

const pauseRoute = gateRoute('/v1/pause', 'Pause everything, a vault or a strategy', pauseDescription)
const resumeRoute = gateRoute(
  '/v1/resume',
  'Resume everything, a vault or a strategy',
  'Lifts exactly the named pause; wider or narrower ones stay. Resuming a strategy also re-enables it after it latched.',
)

const listPauses = createRoute({
  method: 'get',
  path: '/v1/pauses',
  tags: ['Gate'],
  summary: 'What is paused',
  security,
  middleware: [requireScope('strategies:read')] as const,
  responses: {
    200: json(z.object({ items: z.array(pauseSchema) }), 'Every pause in force.'),
    ...problems(...accessProblems),
  },
})

/** The vaults a scope covers. Checks that the subject exists and that the key reaches it. */
async function coveredVaults(database: Database, access: Access, request: GateRequest): Promise<Address[]> {
  switch (request.scope) {
    case 'everything': {
      requireVault(access, null)
      const rows = await database.select({ address: vaults.address }).from(vaults)
      return rows.map((row) => address.parse(row.address))
    }
    case 'vault':
      requireVault(access, request.subject)
      await requireRegistered(database, request.subject)
      return [request.subject]
    case 'strategy':
      return [vaultOf(await requireStrategy(database, access, request.subject))]
  }
}

function answerOf({ scope, subject }: GateRequest, paused: boolean, deliveries: Delivery[]) {
  const live = deliveries.flatMap((one) => (one.delivered && one.live !== null ? [one.live] : []))
  const silent = deliveries.filter((one) => !one.delivered).length
  const what = scope === 'everything' ? 'Everything' : `The ${scope} ${subject}`
  const sentences = [`${what} is ${paused ? 'paused' : 'no longer paused by this scope'}.`]
  if (paused) {
    if (live.length === 0 && silent === 0) sentences.push('No order is on its way.')
    for (const order of live) {
      sentences.push(`Order ${order.orderId} is signed and may still trade until ${order.deadline}.`)
    }
  }
  if (silent > 0)
    sentences.push(
      silent === 1
        ? 'One ledger did not answer; the minute sweep will tell it.'
        : `${silent} ledgers did not answer; the minute sweep will tell them.`,
    )
  return {
    scope,
    subject,
    paused,
    sentence: sentences.join(' '),
    ledgers: deliveries.map((one) => ({
      vault: one.vault,
      delivered: one.delivered,
      live: one.delivered && one.live !== null ? showLiveOrder(one.live) : null,
    })),
  }
}

export const gate = new OpenAPIHono<ApiEnv>()
  .openapi(pauseRoute, async (context) => {
    const { database, clock, environment, access } = context.var
    const request = context.req.valid('json')
    const covered = await coveredVaults(database, access, request)
    const { scope, subject } = request
    const row = { scope, subject, reason: request.reason, pausedBy: access.keyId, pausedAt: clock.now() }
    // The first pause and its reason stand: a second one changes nothing but tells the ledgers again.
    await database.insert(pauseRows).values(row).onConflictDoNothing()
    const flag = { scope, subject, paused: true }
    const deliveries = await Promise.all(covered.map((vault) => pushPause(context.env, environment, vault, flag)))
    return context.json(answerOf(request, true, deliveries), 200)
  })
  .openapi(resumeRoute, async (context) => {
    const { database, environment, access } = context.var
    const request = context.req.valid('json')
    const covered = await coveredVaults(database, access, request)
    const { scope, subject } = request
    await database.delete(pauseRows).where(and(eq(pauseRows.scope, scope), eq(pauseRows.subject, subject)))
    const flag = { scope, subject, paused: false }
    const deliveries = await Promise.all(covered.map((vault) => pushPause(context.env, environment, vault, flag)))
    console.log(
      JSON.stringify({
        level: 'info',
        event: 'api.resumed',
        scope,
        subject,
        keyId: access.keyId,
        reason: request.reason,
      }),
    )
    return context.json(answerOf(request, false, deliveries), 200)
  })
  .openapi(listPauses, async (context) => {
    const { database, access } = context.var
    const rows = await database.select().from(pauseRows).orderBy(asc(pauseRows.pausedAt))
    if (access.vault === null) return context.json({ items: rows }, 200)
    const own = await database.select({ id: strategies.id }).from(strategies).where(eq(strategies.vault, access.vault))
    const subjects = new Set(['', access.vault, ...own.map((row) => bytes32.parse(row.id))])
    return context.json({ items: rows.filter((row) => subjects.has(row.subject)) }, 200)
  })
