import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { count } from 'drizzle-orm'
import { vaults } from '../database/schema.ts'
import type { ApiEnv } from './context.ts'
import { requireChain, requireRelays } from './known-chain.ts'
import { Problem } from './problems.ts'
import { json, problems, wireTime } from './wire.ts'

const healthRoute = createRoute({
  method: 'get',
  path: '/v1/health',
  tags: ['Service'],
  summary: 'Whether the API, its configuration and its database work',
  description: 'Needs no key. Says nothing about the chain: `GET /v1/vaults/{address}` does.',
  responses: {
    200: json(
      z.object({ status: z.literal('ok'), chainId: z.int(), chain: z.string(), time: wireTime }).openapi('Health'),
      'Everything that answering needs is there.',
    ),
    ...problems('misconfigured', 'unavailable', 'internal-error'),
  },
})

export const health = new OpenAPIHono<ApiEnv>().openapi(healthRoute, async (context) => {
  const { environment } = context.var
  const chain = requireChain(environment)
  requireRelays(environment)
  try {
    await context.var.database.select({ vaults: count() }).from(vaults)
  } catch {
    throw new Problem('unavailable', 'The database does not answer, or its migrations were not applied.')
  }
  const body = { status: 'ok', chainId: chain.id, chain: chain.name, time: context.var.clock.now() } as const
  return context.json(body, 200, { 'Cache-Control': 'no-store' })
})
