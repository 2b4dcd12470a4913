import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1'
import { createMiddleware } from 'hono/factory'
import { type Clock, clockFrom } from '../clock.ts'
import { type Env, type Environment, readEnvironment } from '../environment.ts'
import type { Access } from './access.ts'
import { Problem } from './problems.ts'

/** What every handler finds in its context. `access` is set by `requireScope`, so public routes have none. */
export interface ApiEnv {
  Bindings: Env
  Variables: {
    requestId: string
    environment: Environment
    clock: Clock
    database: Database
    access: Access
    /** Id of the API key in use, for the log line; empty until known. */
    keyId: string
  }
}

export type Database = DrizzleD1Database<Record<string, never>>

/** Checks the environment once and hands handlers their clock and database. */
export const provideContext = createMiddleware<ApiEnv>(async (context, next) => {
  const reading = readEnvironment(context.env)
  if (!reading.ok) throw new Problem('misconfigured', reading.sentence)
  context.set('environment', reading.environment)
  context.set('clock', clockFrom(reading.environment))
  context.set('database', drizzle(context.env.DATABASE))
  await next()
})
