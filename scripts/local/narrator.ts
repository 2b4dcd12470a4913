import { z } from 'zod'
import type { LogEvent } from '../../workers/agent/log-line.ts'
import type { Progress } from './progress.ts'

/** A line of the worker's log, as far as the narrator reads it. */
const lineSchema = z.looseObject({
  level: z.string().default('info'),
  event: z.string(),
  strategyId: z.string().optional(),
  slot: z.number().optional(),
  durationMs: z.number().optional(),
  blockNumber: z.string().optional(),
  targetBlock: z.string().optional(),
  roundTrips: z.number().optional(),
  verdict: z.string().optional(),
  reason: z.string().optional(),
  sentence: z.string().optional(),
  legs: z.number().optional(),
  gapBps: z.number().optional(),
  nonce: z.number().optional(),
  relay: z.string().optional(),
  answer: z.string().optional(),
  transactionHash: z.string().nullish(),
  outcome: z.string().optional(),
  delaySeconds: z.number().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
})
type Line = z.output<typeof lineSchema>

const narrated: Partial<Record<LogEvent, (line: Line) => [stage: string, text: string] | null>> = {
  'dispatch.promoted': () => ['mandate', 'the agent found the mandate on chain; the strategy is active'],
  'dispatch.finished': (line) => ['finished', `the strategy is ${line.status ?? 'done'}`],
  'dispatch.missed': (line) => ['missed', `slice ${slice(line)} never happened: ${line.reason ?? 'unknown'}`],
  'keeper.checkpoint': (line) => ['checkpoint', line.reason ?? 'sent'],
  'tick.observe': (line) => ['observe', `block ${line.blockNumber ?? '?'}, both providers agree${took(line)}`],
  'tick.decide': (line) => ['decide', `${line.verdict ?? '?'}${because(line)}${legs(line)}${took(line)}`],
  'tick.simulate': (line) => [
    'simulate',
    `${line.reason === undefined ? 'the exact call succeeds' : `reverts: ${line.reason}`}${took(line)}`,
  ],
  'tick.reserve': (line) => [
    'reserve',
    line.reason === undefined ? `nonce ${line.nonce ?? '?'}, the decision is in the log` : line.reason,
  ],
  'tick.sign': (line) => ['sign', line.transactionHash ?? ''],
  'tick.commit': (line) => ['commit', line.reason ?? 'the signed bytes are kept'],
  'tick.send': (line) => ['send', `${line.relay ?? '?'}: ${line.answer ?? '?'}${target(line)}`],
  'tick.later': (line) => ['later', `looks again in ${line.delaySeconds ?? '?'} s of real time`],
  'track.settled': (line) => (line.outcome === 'filled' ? null : ['outcome', line.outcome ?? 'unknown']),
  'track.resent': (line) => ['resend', `the same bytes to ${line.relay ?? '?'}`],
  'track.unsettled': () => ['reorg', 'a settled order is open again'],
  'track.leaked': (line) => ['leak', `the public has seen an order that only ${line.relay ?? '?'} had`],
  'track.released': (line) => ['release', line.reason ?? ''],
  alert: (line) => ['alert', line.sentence ?? line.reason ?? ''],
  'queue.dead': () => ['dead', 'a message was given up; its slices are recorded as missed'],
}

const slice = (line: Line): string => String((line.slot ?? 0) + 1)
const took = (line: Line): string => (line.durationMs === undefined ? '' : ` (${Math.round(line.durationMs)} ms)`)
const because = (line: Line): string => (line.reason === undefined || line.reason === 'None' ? '' : ` (${line.reason})`)
/** What the plan's certificate says, rounded up. */
const gapToBest = (gapBps: number): string =>
  gapBps < 0.001
    ? 'within 0.001 bp of the best split'
    : `within ${(Math.ceil(gapBps * 1000) / 1000).toFixed(3)} bp of the best split`

const legs = (line: Line): string => {
  if (line.legs === undefined) return ''
  const gap = line.gapBps === undefined ? '' : `, ${gapToBest(line.gapBps)}`
  return `${line.legs === 1 ? ', 1 leg' : `, ${line.legs} legs`}${gap}`
}
const target = (line: Line): string => (line.targetBlock === undefined ? '' : `, for block ${line.targetBlock}`)

/** Turns the worker's log into progress for people. Lines it does not know stay in the log file; errors are shown. */
export function narrator(progress: Progress): (text: string) => void {
  let current = ''
  return (text) => {
    const line = parse(text)
    if (line === null) return
    const key = line.event.startsWith('tick.') ? `${line.strategyId ?? ''}:${line.slot ?? ''}` : current
    if (key !== current && line.slot !== undefined) {
      current = key
      progress.heading(`Slice ${slice(line)}`)
    }
    if (line.event === 'tick.end') {
      if (line.verdict !== 'allow' && line.verdict !== 'shrink')
        progress.stage('end', line.sentence ?? line.reason ?? '')
      return
    }
    const told = narrated[line.event as LogEvent]?.(line) ?? null
    if (told !== null) progress.stage(...told)
    else if (line.level === 'error')
      progress.stage('trouble', `${line.event}${line.error === undefined ? '' : `: ${line.error}`}`)
    if (line.event === 'tick.decide' && line.sentence !== undefined) progress.stage('', `“${line.sentence}”`)
  }
}

function parse(text: string): Line | null {
  if (!text.startsWith('{')) return null
  try {
    const parsed = lineSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
