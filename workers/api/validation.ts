import type { Hook } from '@hono/zod-openapi'
import type { z } from 'zod'
import type { ApiEnv } from './context.ts'
import { type Fault, Problem, problemResponse } from './problems.ts'

const mostFaults = 20
const longestDetail = 300

/** Turns what zod found into a problem: 404 where the path cannot name anything, 422 for everything else. */
// biome-ignore lint/suspicious/noExplicitAny: the framework's hook is declared over any environment-bound input
export const validationHook: Hook<any, ApiEnv, any, any> = (result, context) => {
  if (result.success) return undefined
  const faults = result.error.issues
    .slice(0, mostFaults)
    .map((issue: z.core.$ZodIssue) => faultOf(result.target, issue))
  const first = faults[0]?.detail ?? 'The request is not valid.'
  if (result.target === 'param') {
    return problemResponse(context, new Problem('not-found', `Nothing has this identifier: ${first}`))
  }
  const detail = faults.length > 1 ? `${faults.length} parts of the request are wrong; the first: ${first}` : first
  return problemResponse(context, new Problem('invalid-request', detail, { faults }))
}

function faultOf(target: string, issue: z.core.$ZodIssue): Fault {
  const path = issue.path.map(String)
  const where = path.length === 0 ? 'the body' : path.join('.')
  const detail = shorten(`${where} ${sentenceOf(issue)}.`)
  if (target === 'query' || target === 'param') return { parameter: path.join('.'), detail }
  if (target === 'header') return { header: path.join('.'), detail }
  return { pointer: jsonPointer(path), detail }
}

/** RFC 6901 in its URI-fragment form, as RFC 9457 shows it. */
export function jsonPointer(path: readonly string[]): string {
  return shorten(`#${path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`)
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (isMissing(issue)) return 'is missing'
      return `must be ${issue.expected === 'int' ? 'a whole number' : article(issue.expected)}`
    case 'unrecognized_keys':
      return `has fields that are not known: ${issue.keys.join(', ')}`
    case 'too_small':
      return issue.origin === 'string'
        ? `must have at least ${issue.minimum} characters`
        : issue.origin === 'array'
          ? `must have at least ${issue.minimum} entries`
          : `must be at least ${issue.minimum}`
    case 'too_big':
      return issue.origin === 'string'
        ? `must have at most ${issue.maximum} characters`
        : issue.origin === 'array'
          ? `must have at most ${issue.maximum} entries`
          : `must be at most ${issue.maximum}`
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
    case 'invalid_union':
      return issue.discriminator === undefined
        ? 'has none of the allowed forms'
        : `must have a known ${issue.discriminator}`
    default:
      return issue.message
  }
}

/** zod keeps no input in its issues; only its message tells a missing value from one of another type. */
function isMissing(issue: z.core.$ZodIssue): boolean {
  return issue.path.length > 0 && issue.message.endsWith('received undefined')
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`
}

function shorten(text: string): string {
  return text.length > longestDetail ? `${text.slice(0, longestDetail - 1)}…` : text
}
