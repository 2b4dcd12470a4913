import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { ApiEnv } from './context.ts'
import { requireChain } from './known-chain.ts'
import { json, problems, wireAddress } from './wire.ts'

const chainSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    blockSeconds: z.number(),
    confirmations: z.int(),
    tokens: z.array(
      z.object({
        address: wireAddress,
        symbol: z.string().openapi({ example: 'USDC' }),
        name: z.string(),
        decimals: z.int().openapi({ example: 6 }),
      }),
    ),
  })
  .openapi('Chain')

const chainRoute = createRoute({
  method: 'get',
  path: '/v1/chain',
  tags: ['Service'],
  summary: 'The chain this agent acts on, and the tokens it may trade there',
  responses: { 200: json(chainSchema, 'The chain.'), ...problems('misconfigured', 'internal-error') },
})

export const chain = new OpenAPIHono<ApiEnv>().openapi(chainRoute, (context) => {
  const { id, name, blockSeconds, confirmations, tokens } = requireChain(context.var.environment)
  const shown = tokens.map(({ address, symbol, name, decimals }) => ({ address, symbol, name, decimals }))
  return context.json({ id, name, blockSeconds, confirmations, tokens: shown }, 200)
})
