import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { relayNames } from '../../shared/chain/relays.ts'
import { ledgerOf } from '../agent/ledger-address.ts'
import type { Environment } from '../environment.ts'
import { expectedBlocks, faded, newHealth, type RelayHealth, rank } from '../relays/health.ts'
import { requireScope, requireVault } from './access.ts'
import type { ApiEnv } from './context.ts'
import { requireRelays } from './known-chain.ts'
import { Problem } from './problems.ts'
import { requireRegistered } from './vaults.ts'
import { accessProblems, addressParameter, bodyProblems, json, problems, security, wireTime } from './wire.ts'

const relaySchema = z
  .object({
    name: z.enum(relayNames),
    rank: z.int().nullable().openapi({
      description: 'Place on the ladder, from 1; null where it, or another way to the same address, is dropped.',
    }),
    expectedBlocks: z
      .number()
      .openapi({ description: 'Blocks until inclusion, by what was measured; 2 where nothing is known.' }),
    sent: z.number().openapi({
      description: 'Orders that ended after it took them, or would not. This and the next two fade by half each day.',
    }),
    included: z.number(),
    failures: z.number().openapi({ description: 'Times it could not be reached, or gave no clear answer.' }),
    suspicion: z.number().openapi({ description: 'How likely it is that it leaked, 0 to 1; at 1 it is dropped.' }),
    droppedAt: wireTime.nullable(),
  })
  .openapi('RelayHealth')
const answerSchema = z.object({ items: z.array(relaySchema) })

const vaultParameter = z.object({ address: addressParameter })

const listRelays = createRoute({
  method: 'get',
  path: '/v1/vaults/{address}/relays',
  tags: ['Relays'],
  summary: "The relays that a vault's orders may go to, best first, and how they fared",
  security,
  middleware: [requireScope('vaults:read')] as const,
  request: { params: vaultParameter },
  responses: { 200: json(answerSchema, 'The relays.'), ...problems(...accessProblems, 'not-found', 'unavailable') },
})

const reinstateRelay = createRoute({
  method: 'post',
  path: '/v1/vaults/{address}/relays/{relay}/reinstate',
  tags: ['Relays'],
  summary: 'Trust a relay again that was dropped for a leak',
  description: 'Only a person does that. Orders may go to it at once; what it is suspected of is forgotten.',
  security,
  middleware: [requireScope('resume:write')] as const,
  request: { params: vaultParameter.extend({ relay: z.enum(relayNames) }) },
  responses: {
    200: json(answerSchema, 'The relays as they stand now.'),
    ...problems(...accessProblems, ...bodyProblems, 'not-found', 'conflict', 'unavailable'),
  },
})

async function answered<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch {
    throw new Problem('unavailable', 'The ledger of this vault does not answer now.')
  }
}

function showRelays(environment: Environment, healths: readonly RelayHealth[], now: number) {
  const configured = requireRelays(environment)
  const ranked = rank(configured, healths, now)
  const dropped = configured.filter((relay) => !ranked.includes(relay))
  return [...ranked, ...dropped].map(({ name }, position) => {
    const { sent, included, blocks, failures, suspicion, droppedAt } = faded(
      healths.find((health) => health.name === name) ?? newHealth(name, now),
      now,
    )
    const counts = { name, sent, included, blocks, failures, suspicion, droppedAt, measuredAt: now }
    return {
      ...{ name, sent, included, failures, suspicion, droppedAt },
      rank: position < ranked.length ? position + 1 : null,
      expectedBlocks: expectedBlocks(counts),
    }
  })
}

export const relays = new OpenAPIHono<ApiEnv>()
  .openapi(listRelays, async (context) => {
    const { database, environment, access, clock } = context.var
    const { address } = context.req.valid('param')
    requireVault(access, address)
    await requireRegistered(database, address)
    const healths = await answered(async () => ledgerOf(context.env, environment.CHAIN_ID, address).relays())
    return context.json({ items: showRelays(environment, healths, clock.now()) }, 200)
  })
  .openapi(reinstateRelay, async (context) => {
    const { database, environment, access, clock } = context.var
    const { address, relay } = context.req.valid('param')
    requireVault(access, address)
    await requireRegistered(database, address)
    const ledger = ledgerOf(context.env, environment.CHAIN_ID, address)
    if (!(await answered(async () => ledger.reinstateRelay(relay)))) {
      throw new Problem('conflict', `${relay} is not dropped for this vault.`)
    }
    const healths = await answered(async () => ledger.relays())
    return context.json({ items: showRelays(environment, healths, clock.now()) }, 200)
  })
