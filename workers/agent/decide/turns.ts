/**
 * Due slices of one vault in the order they are decided. The vault's key carries one order at a time, so the first one takes
 * it and the others wait: whoever traded longest ago goes first (0 for never), or two strategies of the shortest interval
 * would leave the second one without a trade for good. Ties keep their order.
 */
export function inTurn<Slice extends { lastExecution: number }>(due: readonly Slice[]): Slice[] {
  return due.toSorted((a, b) => a.lastExecution - b.lastExecution)
}
