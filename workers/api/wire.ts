import { z } from '@hono/zod-openapi'
import { agentReasons } from '../../shared/schema/decision.ts'
import { address, bytes32 } from '../../shared/schema/primitives.ts'
import { type ProblemName, problemCatalogue, problemType } from './problems.ts'

// How things look on the wire. Amounts are decimal strings in base units; `display` beside them is for people only.

export const wireAddress = z.string().openapi({ example: '0x52908400098527886E0F7030069857D2E4169EE7' })
export const wireBytes32 = z.string().openapi({ example: `0x${'ab'.repeat(32)}` })
export const wireAmount = z
  .string()
  .openapi({ example: '40000000000', description: 'Whole number of base units, as a decimal string.' })
export const wireTime = z.int().openapi({ example: 1_790_000_000, description: 'Seconds since epoch.' })

// Schemas of shared/ may be older than the framework's extension of zod, which only new instances have: hence the clones.
export const addressParameter = address.clone().openapi({ example: '0x52908400098527886E0F7030069857D2E4169EE7' })
export const bytes32Parameter = bytes32.clone().openapi({ example: `0x${'ab'.repeat(32)}` })

/** Text for people, without control and formatting characters. */
export const plainText = z
  .string()
  .trim()
  .min(1)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'must not hold control characters')
  // JSON Schema knows no flags: left alone, the generator writes the flag into the pattern, which then matches nothing.
  .openapi({ pattern: '^[^\\p{Cc}\\p{Cf}]*$' })

/** Shown names: one line, no control characters. */
export const shownName = plainText.max(100)

const instance = '5f2e7c1a-6c1e-4b0b-9a64-2f2c7f0f7f0e'

const faultSchema = z
  .object({
    pointer: z.string().optional(),
    parameter: z.string().optional(),
    header: z.string().optional(),
    detail: z.string(),
    code: z.string().optional(),
  })
  .openapi('Fault', { description: 'One wrong part of a request.' })

export const problemSchema = z
  .object({
    type: z.enum(
      Object.keys(problemCatalogue).map((name) => problemType(name as ProblemName)) as [string, ...string[]],
    ),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().openapi({ description: 'The request id; the logs carry it too.' }),
    code: z
      .string()
      .optional()
      .openapi({
        description: `The refusal code where there is one: one of the vault's, or ${agentReasons.join(', ')}.`,
      }),
    errors: z.array(faultSchema).optional(),
  })
  .openapi('Problem', {
    description: 'RFC 9457 problem document.',
    example: {
      type: problemType('invalid-strategy'),
      title: problemCatalogue['invalid-strategy'].title,
      status: 422,
      detail: 'maximumSlice is larger than total.',
      instance,
      code: 'SliceTooLarge',
      errors: [
        {
          pointer: '#/configuration/maximumSlice',
          detail: 'maximumSlice is larger than total.',
          code: 'SliceTooLarge',
        },
      ],
    },
  })

/** What a body-carrying, authenticated route can answer besides its own. */
export const bodyProblems = [
  'malformed-json',
  'payload-too-large',
  'unsupported-media-type',
  'invalid-request',
] as const
export const accessProblems = ['unauthorized', 'forbidden', 'internal-error', 'misconfigured'] as const

interface ProblemAnswer {
  description: string
  content: {
    'application/problem+json': { schema: typeof problemSchema; examples: Record<string, { value: unknown }> }
  }
}

/** OpenAPI answers for these problems, gathered by status, each with an example. */
export function problems(...names: readonly ProblemName[]): Record<string, ProblemAnswer> {
  const answers: Record<string, ProblemAnswer> = {}
  for (const name of names) {
    const { status, title } = problemCatalogue[name]
    const examples = { [name]: { value: { type: problemType(name), title, status, detail: `${title}.`, instance } } }
    const former = answers[status]
    answers[status] = {
      description: `${former === undefined ? '' : `${former.description} `}${name}: ${title}.`,
      content: {
        'application/problem+json': {
          schema: problemSchema,
          examples: { ...former?.content['application/problem+json'].examples, ...examples },
        },
      },
    }
  }
  return answers
}

/** A JSON answer as OpenAPI wants it. Answers are never parsed, only typed: what leaves is the encoded side of codecs. */
export function json<T extends z.ZodType>(schema: T, description: string) {
  const encoded = schema as z.ZodType as z.ZodType<z.input<T>, z.input<T>>
  return { description, content: { 'application/json': { schema: encoded } } }
}

export const security = [{ apiKey: [] as string[] }]
