import { env } from 'cloudflare:workers'
import { afterEach, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { ChaosReport, Progress } from '../../scripts/chaos/report.ts'
import { playSeason } from './campaign.ts'

const settings = z
  .object({ CHAOS_SEED: z.string(), CHAOS_TICKS: z.coerce.number().int(), CHAOS_REPORT_URL: z.string() })
  .parse(env)

afterEach(() => {
  vi.restoreAllMocks()
})

/** To whoever started this run and wants to watch. */
async function tell(path: string, body: ChaosReport | Progress): Promise<void> {
  if (settings.CHAOS_REPORT_URL === '') return
  await fetch(`${settings.CHAOS_REPORT_URL}/${path}`, { method: 'POST', body: JSON.stringify(body) })
}

it('keeps every promise of the ledger under random faults', async () => {
  const { CHAOS_SEED: seed, CHAOS_TICKS: ticks } = settings
  const report = await playSeason({ seed, ticks, onProgress: (progress) => tell('progress', progress) })
  await tell('report', report)
  expect(explain(report)).toBe('')
  // A run in which hardly anything trades proves nothing.
  expect(report.fills).toBeGreaterThan(ticks / 40)
}, 7_200_000)

function explain({ violations, trail, seed, ticks }: ChaosReport): string {
  if (violations.length === 0) return ''
  const broken = violations.map(({ rule, sentence, tick }) => `tick ${tick}: ${rule}: ${sentence}`)
  const replay = `npm run chaos -- --ticks ${ticks} --seed ${seed}`
  return [...broken, `Replay: ${replay}`, ...trail.slice(-60)].join('\n')
}
