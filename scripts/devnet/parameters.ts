import { z } from 'zod'
import { invalidParameters } from './json-rpc.ts'

/** A parameter in the form it must have; throws what a node answers to one that has not. */
export function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')} `
  throw invalidParameters(`invalid params: ${where}${issue?.message ?? ''}`)
}

/** On or off, as JSON or as a word. */
export const onOff = z.union([z.boolean(), z.enum(['on', 'off']).transform((word) => word === 'on')])
