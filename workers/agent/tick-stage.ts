import { type LogEvent, type LogFields, logLine } from './log-line.ts'
import type { Slice } from './tick-endings.ts'

/** Runs one stage and writes its log line: how long it took, and what `describe` says of its result. */
export async function stage<T>(
  event: LogEvent,
  slice: Slice,
  work: () => Promise<T>,
  describe: (value: T) => LogFields,
): Promise<T> {
  const { id: strategyId, vault } = slice.stored.strategy
  const started = Date.now()
  const value = await work()
  const durationMs = Date.now() - started
  logLine('info', event, { vault, strategyId, slot: slice.slot, durationMs, ...describe(value) })
  return value
}
