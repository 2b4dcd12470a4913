import type { Context, ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Reason } from '../../shared/schema/decision.ts'
import type { ApiEnv } from './context.ts'

/** Every problem this API answers with (RFC 9457). The name is the last part of its stable `type`. */
export const problemCatalogue = {
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  unauthorized: { status: 401, title: 'A valid API key is needed' },
  forbidden: { status: 403, title: 'The API key may not do this' },
  'not-found': { status: 404, title: 'Nothing is here' },
  'method-not-allowed': { status: 405, title: 'This resource does not know the method' },
  conflict: { status: 409, title: 'The resource is not in a state that allows this' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON' },
  'invalid-request': { status: 422, title: 'The request is not valid' },
  'invalid-strategy': { status: 422, title: 'The strategy cannot become a mandate' },
  'not-a-vault': { status: 422, title: 'The address is not a Portcullis vault' },
  'foreign-executor': { status: 422, title: 'The vault names an executor key that is not ours' },
  'idempotency-key-reused': { status: 422, title: 'The idempotency key belongs to another request' },
  'internal-error': { status: 500, title: 'Something went wrong on our side' },
  misconfigured: { status: 503, title: 'The service is not configured' },
  unavailable: { status: 503, title: 'A part that is needed does not answer' },
} as const satisfies Record<string, { status: ContentfulStatusCode; title: string }>

export type ProblemName = keyof typeof problemCatalogue

/** One wrong part of a request: a JSON pointer into the body, or the name of a query parameter or header. */
export interface Fault {
  pointer?: string
  parameter?: string
  header?: string
  detail: string
  /** The refusal the vault or the agent would answer with. */
  code?: Reason
}

/** An error that is meant for the caller. `detail` is one plain sentence and never holds a secret. */
export class Problem extends Error {
  readonly problem: ProblemName
  readonly faults: readonly Fault[]
  readonly code: Reason | undefined

  constructor(problem: ProblemName, detail: string, more: { faults?: readonly Fault[]; code?: Reason } = {}) {
    super(detail)
    this.name = 'Problem'
    this.problem = problem
    this.faults = more.faults ?? []
    this.code = more.code ?? more.faults?.find((fault) => fault.code !== undefined)?.code
  }
}

export function problemType(name: ProblemName): string {
  return `https://portcullis.dev/problems/${name}`
}

/** The problem document as a response. `instance` is the request id, which the logs carry too. */
export function problemResponse(context: Context<ApiEnv>, problem: Problem): Response {
  const { status, title } = problemCatalogue[problem.problem]
  const document = {
    type: problemType(problem.problem),
    title,
    status,
    detail: problem.message,
    instance: context.get('requestId'),
    ...(problem.code === undefined ? {} : { code: problem.code }),
    ...(problem.faults.length === 0 ? {} : { errors: problem.faults }),
  }
  if (problem.problem === 'unauthorized') context.header('WWW-Authenticate', 'Bearer realm="portcullis"')
  return context.body(JSON.stringify(document), status, { 'Content-Type': 'application/problem+json' })
}

/** Problems as they are; the framework's own refusals translated; everything else a plain 500 whose cause is only logged. */
export const onError: ErrorHandler<ApiEnv> = (error, context) => {
  if (error instanceof Problem) return problemResponse(context, error)
  if (error instanceof HTTPException) {
    if (error.status === 415) return problemResponse(context, unsupportedMediaType())
    if (error.status === 400)
      return problemResponse(context, new Problem('malformed-json', 'The body is not valid JSON.'))
    if (error.status === 404) return problemResponse(context, nothingHere(context))
  }
  console.error(
    JSON.stringify({
      level: 'error',
      event: 'api.failed',
      requestId: context.get('requestId'),
      error: describe(error),
    }),
  )
  return problemResponse(
    context,
    new Problem('internal-error', 'An unexpected error happened; the request id leads to it in the logs.'),
  )
}

export const onNotFound: NotFoundHandler<ApiEnv> = (context) => problemResponse(context, nothingHere(context))

export function unsupportedMediaType(): Problem {
  return new Problem('unsupported-media-type', 'Send the body as application/json and say so in Content-Type.')
}

function nothingHere(context: Context<ApiEnv>): Problem {
  return new Problem('not-found', `Nothing answers at ${context.req.path.slice(0, 200)}.`)
}

/** Names and first lines only: the database driver puts statements and their values below them. */
function describe(error: Error): string {
  const line = (one: Error) => `${one.name}: ${one.message.split('\n', 1)[0]}`
  const cause = error.cause instanceof Error ? ` (${line(error.cause)})` : ''
  return `${line(error)}${cause}`.replaceAll(/\bhttps?:\/\/\S+/g, '[address]').slice(0, 500)
}
