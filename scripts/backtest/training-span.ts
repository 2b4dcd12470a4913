import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const path = join(import.meta.dirname, '../../models/artifacts/manifest.json')
const manifestSchema = z.object({
  files: z.array(z.object({ kind: z.string(), from: z.number(), to: z.number() })).min(1),
  settings: z.object({ trainShare: z.number() }),
})

/** Until when the models in use have seen prices, seconds: windows before are no test of them. */
export function trainedUntil(): number {
  const { files, settings } = manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  const candles = files.filter(({ kind }) => kind === 'candles')
  return Math.max(...candles.map(({ from, to }) => from + settings.trainShare * (to - from)))
}
