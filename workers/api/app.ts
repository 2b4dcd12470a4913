import { OpenAPIHono } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { alerts } from './alerts.ts'
import { chain } from './chain.ts'
import { type ApiEnv, provideContext } from './context.ts'
import { decisions } from './decisions.ts'
import { documentation } from './documentation.ts'
import { executions } from './executions.ts'
import { executors } from './executors.ts'
import { health } from './health.ts'
import { keys } from './keys.ts'
import { models } from './models.ts'
import { apiDescription } from './openapi.ts'
import { gate } from './pauses.ts'
import { onError, onNotFound, Problem, problemResponse } from './problems.ts'
import { relays } from './relays.ts'
import { requestLog } from './request-log.ts'
import { requireJson } from './require-json.ts'
import { strategies } from './strategies.ts'
import { strategyChanges } from './strategy-changes.ts'
import { validationHook } from './validation.ts'
import { vaults } from './vaults.ts'

const largestBody = 64 * 1024

/** The HTTP API: what surrounds every request, from the outside in, and then the resources. */
export const app = new OpenAPIHono<ApiEnv>({ defaultHook: validationHook })

app.onError(onError)
app.notFound(onNotFound)

app.use(requestId({ limitLength: 64 }))
app.use(requestLog)
app.use(
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    xFrameOptions: 'DENY',
    referrerPolicy: 'no-referrer',
  }),
)
app.use(
  methodNotAllowed({
    app,
    onMethodNotAllowed: (context, methods) => {
      context.header('Allow', methods.join(', '))
      const detail = `${context.req.path} answers to ${methods.join(', ')} only.`
      return problemResponse(context, new Problem('method-not-allowed', detail))
    },
  }),
)
app.use(
  bodyLimit({
    maxSize: largestBody,
    onError: (context) =>
      problemResponse(context, new Problem('payload-too-large', `A body may have at most ${largestBody} bytes.`)),
  }),
)
app.route('/', documentation)
app.get('/openapi.json', (context) => context.json(apiDescription(app)))

app.use('/v1/*', provideContext)
app.use('/v1/*', requireJson)
for (const resource of [
  health,
  chain,
  keys,
  vaults,
  executors,
  strategies,
  strategyChanges,
  gate,
  executions,
  decisions,
  relays,
  models,
  alerts,
]) {
  app.route('/', resource)
}
