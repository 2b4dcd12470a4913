import type { InitialisedTick } from '../schema/pool.ts'

/** Index of the first tick above this one, or the number of ticks where none is; the ticks ascend. */
export function firstAbove(ticks: readonly InitialisedTick[], tick: number): number {
  let low = 0
  let high = ticks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ticks[middle]?.index ?? Number.POSITIVE_INFINITY) <= tick) low = middle + 1
    else high = middle
  }
  return low
}
