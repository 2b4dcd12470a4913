import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { environmentSchema } from '../../workers/environment.ts'

const lines = readFileSync(join(import.meta.dirname, '../../.dev.vars.example'), 'utf8').split('\n')

it('.dev.vars.example is an environment the worker accepts', () => {
  const variables = Object.fromEntries(
    lines
      .filter((line) => /^[A-Z]/.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  expect(() => environmentSchema.parse(variables)).not.toThrow()
})

it('.dev.vars.example explains every variable there is', () => {
  const named = lines.flatMap((line) => /^(?:# )?([A-Z_]+)=/.exec(line)?.[1] ?? [])
  expect(named.sort()).toEqual(Object.keys(environmentSchema.shape).sort())
})
