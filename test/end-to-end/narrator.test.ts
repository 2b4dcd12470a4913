import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { narrator } from '../../scripts/local/narrator.ts'
import { progressTo } from '../../scripts/local/progress.ts'

/** What people read of the worker's log lines. */
function narrated(...lines: object[]): string {
  const stream = new PassThrough()
  const tell = narrator(progressTo(stream))
  for (const line of lines) tell(JSON.stringify(line))
  return String(stream.read() ?? '')
}

it('says when a slice is looked at again', () => {
  const text = narrated({ event: 'tick.later', strategyId: '0x1', slot: 2, delaySeconds: 3 })
  expect(text).toMatch(/later +looks again in 3 s of real time/)
})

it('passes over what it does not know', () => {
  expect(narrated({ event: 'nothing.known' })).toBe('')
})

it('says how near a decision’s plan is to the best one, rounded up', () => {
  const decided = { event: 'tick.decide', strategyId: '0x1', slot: 2, verdict: 'allow', sentence: 'Sell.' }
  expect(narrated({ ...decided, legs: 2, gapBps: 1e-8 })).toContain('allow, 2 legs, within 0.001 bp of the best split')
  expect(narrated({ ...decided, legs: 1, gapBps: 0.00301 })).toContain('1 leg, within 0.004 bp of the best split')
  expect(narrated({ ...decided, verdict: 'wait' })).not.toContain('best split')
})
