import type { Environment } from './environment.ts'

/**
 * The one clock: seconds since epoch, in chain time. On a public chain that is real time; on an accelerated local chain
 * it runs `CLOCK_SPEED` times as fast from the moment both clocks met. A decision never uses it: its clock is its block.
 */
export interface Clock {
  now(): number
  /** Real milliseconds that pass while `seconds` pass on the chain; for alarms and queue delays. */
  realMilliseconds(seconds: number): number
}

export function clockFrom(
  environment: Pick<Environment, 'CLOCK_SPEED' | 'CLOCK_WALL_START' | 'CLOCK_CHAIN_START'>,
  wallMilliseconds: () => number = Date.now,
): Clock {
  const { CLOCK_SPEED: speed, CLOCK_WALL_START: wallStart, CLOCK_CHAIN_START: chainStart } = environment
  return {
    now: () => Math.floor(chainStart + (wallMilliseconds() / 1000 - wallStart) * speed),
    realMilliseconds: (seconds) => Math.ceil((seconds * 1000) / speed),
  }
}
