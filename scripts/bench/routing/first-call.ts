import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import type { RouteRequest } from '../../../shared/routing/route.ts'
import { median } from '../bench.ts'
import { textOf } from './request-text.ts'

const script = join(import.meta.dirname, 'first-call-process.ts')
const processes = 7
const timings = z.object({ importMs: z.number(), callMs: z.number() })

/** Medians over fresh processes, milliseconds. */
export type FirstCall = z.output<typeof timings>

/** What a process that has planned nothing yet needs to load the solver, and for its first plan. */
export function firstCall(request: RouteRequest): FirstCall {
  const input = textOf([request])
  const runs = Array.from({ length: processes }, () =>
    timings.parse(JSON.parse(execFileSync(process.execPath, [script], { input, encoding: 'utf8' }))),
  )
  return { importMs: median(runs.map(({ importMs }) => importMs)), callMs: median(runs.map(({ callMs }) => callMs)) }
}
