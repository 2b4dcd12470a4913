import { createMiddleware } from 'hono/factory'
import type { ApiEnv } from './context.ts'
import { unsupportedMediaType } from './problems.ts'

/**
 * Refuses a body that is not declared as JSON, a missing declaration included: validators look at the declaration first,
 * and a body that none of them reads must not pass as an empty one.
 */
export const requireJson = createMiddleware<ApiEnv>(async (context, next) => {
  const carriesBody = ['POST', 'PUT', 'PATCH'].includes(context.req.method)
  const declared = context.req.header('Content-Type')
  if (carriesBody && !/^application\/json\s*(;.*)?$/i.test(declared ?? '')) throw unsupportedMediaType()
  await next()
})
