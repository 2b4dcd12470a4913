import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { ApiEnv } from './context.ts'

/** One JSON line per request: the route and not the address, so that nothing a caller put into it is kept. */
export const requestLog = createMiddleware<ApiEnv>(async (context, next) => {
  const started = Date.now()
  await next()
  const { status } = context.res
  const line = JSON.stringify({
    level: status >= 500 ? 'error' : 'info',
    event: 'api.request',
    requestId: context.get('requestId'),
    method: context.req.method,
    route: routePath(context, -1),
    status,
    durationMs: Date.now() - started,
    keyId: context.get('keyId') ?? '',
  })
  if (status >= 500) console.error(line)
  else console.log(line)
})
