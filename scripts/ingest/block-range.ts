/** What is asked for next: blocks from `first` to `last`, of those pools alone that stand at `first`. */
export interface BlockRange<Pool> {
  first: number
  last: number
  pools: Pool[]
}

/**
 * The next range up to block `to`, of at most `size` blocks; null when all is read. Pools that are behind catch up first, so that
 * afterwards one request serves all of them.
 */
export function nextRange<Pool extends { nextBlock: number }>(
  pools: readonly Pool[],
  to: number,
  size: number,
): BlockRange<Pool> | null {
  const first = Math.min(...pools.map(({ nextBlock }) => nextBlock))
  if (pools.length === 0 || first > to) return null
  const others = pools.filter(({ nextBlock }) => nextBlock > first).map(({ nextBlock }) => nextBlock - 1)
  const last = Math.min(first + size - 1, to, ...others)
  return { first, last, pools: pools.filter(({ nextBlock }) => nextBlock === first) }
}
