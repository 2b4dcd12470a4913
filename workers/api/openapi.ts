import type { OpenAPIHono } from '@hono/zod-openapi'
import type { ApiEnv } from './context.ts'

/** The OpenAPI 3.1 description of everything under /v1, made from the routes themselves. */
export function apiDescription(app: OpenAPIHono<ApiEnv>) {
  if (!described.has(app)) {
    app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
      type: 'http',
      scheme: 'bearer',
      description: 'An API key (pk_…) with the scopes a route needs.',
    })
    described.add(app)
  }
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Portcullis',
      version: '1',
      description:
        "Executes a treasury's trades; the vault contract has the last word. Amounts are whole numbers of base units as " +
        'decimal strings, times are seconds since epoch in chain time, errors are RFC 9457 problem documents.',
      license: { name: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'Vaults', description: 'Treasury vaults the agent works for.' },
      { name: 'Strategies', description: 'Parent orders: drafted here, signed by the treasurer, opened on chain.' },
      { name: 'Gate', description: 'Pause and resume at three scopes.' },
      { name: 'Relays', description: 'Where orders may go, and how it went.' },
      { name: 'Models', description: 'What forecasts the markets, and how it fared.' },
      { name: 'Alerts', description: 'What a person should have heard of.' },
      { name: 'Executions', description: 'Signed orders and what came of them.' },
      { name: 'Decisions', description: 'The hash-chained log of every decision and outcome.' },
      { name: 'Keys', description: 'Scoped API keys.' },
      { name: 'Service', description: 'Health and the chain.' },
    ],
  })
}

const described = new WeakSet<OpenAPIHono<ApiEnv>>()
