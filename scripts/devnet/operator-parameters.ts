import type { z } from 'zod'
import { invalidParameters, JsonRpcError } from './json-rpc.ts'
import { operatorHelp } from './operator-help.ts'

const longestQuote = 60

/** A steering method's parameters; throws a JsonRpcError that names the one that does not fit. */
export function operatorParameters<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  throw invalidParameters(reasonOf(result.error.issues[0], given))
}

/** How a method is called, an example, and what it does; undefined for what the help does not name. */
function usageOf(method: string): string | undefined {
  const line = operatorHelp.find(([call]) => call.split(' ')[0] === method)
  if (line === undefined) return undefined
  const [call, meaning, example] = line
  return `it is called as ${example === method ? method : `${call}, for example ${example}`}: ${meaning}`
}

/** What a method threw; where it was called in a wrong way, with the right one. */
export function withUsage(method: string, error: unknown): unknown {
  const usage = usageOf(method)
  if (!(error instanceof JsonRpcError) || error.code !== invalidParameters('').code || usage === undefined) return error
  return invalidParameters(`${error.message}; ${usage}`)
}

function reasonOf(issue: z.core.$ZodIssue | undefined, given: unknown): string {
  if (issue === undefined || !Array.isArray(given)) return 'the parameters are no list'
  const [position] = issue.path
  if (typeof position !== 'number') {
    return issue.code === 'too_big' ? 'there are too many parameters' : 'a parameter is missing'
  }
  const quoted = JSON.stringify(given[position]).slice(0, longestQuote)
  const choice = issue.code === 'invalid_value' ? `, only one of ${issue.values.join(', ')} does` : ''
  return `${quoted} does not fit${choice}`
}
