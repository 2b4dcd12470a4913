import { expect, test } from 'vitest'
import { AdaptiveSize } from '../../../scripts/ingest/adaptive-size.ts'
import { nextRange } from '../../../scripts/ingest/block-range.ts'

/** Reads `count` blocks from a node that serves no more than `limit` at once; which sizes were asked for. */
function sizesAsked(size: AdaptiveSize, count: number, limit: number): number[] {
  const asked: number[] = []
  for (let left = count; left > 0; ) {
    const wanted = Math.min(left, size.value)
    asked.push(wanted)
    if (wanted <= limit) {
      size.succeeded(wanted)
      left -= wanted
    } else expect(size.tooMuch(wanted)).toBe(true)
  }
  return asked
}

test('a size finds nearly the largest that is served, and is seldom refused from then on', () => {
  const size = new AdaptiveSize(2000, 1_000_000)
  const asked = sizesAsked(size, 100_000, 300)
  expect(asked.slice(0, 4)).toEqual([2000, 1000, 500, 250])
  const served = asked.filter((wanted) => wanted <= 300)
  expect(served.slice(8, -1).every((wanted) => wanted >= 250)).toBe(true)
  expect(1 - served.length / asked.length).toBeLessThan(0.1)
})

test('it grows again when the node serves more, up to the largest', () => {
  const size = new AdaptiveSize(2000, 16_000)
  sizesAsked(size, 5_000, 100)
  expect(size.value).toBeLessThanOrEqual(100)
  sizesAsked(size, 500_000, 1_000_000)
  expect(size.value).toBe(16_000)
})

test('what is smaller than the size tells nothing of it, and nothing is smaller than one', () => {
  const size = new AdaptiveSize(8, 64)
  size.succeeded(7)
  expect(size.value).toBe(8)
  expect([size.tooMuch(8), size.tooMuch(4), size.tooMuch(2), size.tooMuch(1)]).toEqual([true, true, true, false])
  expect(size.value).toBe(1)
})

test('pools that are behind catch up before one request serves all', () => {
  const [one, two, three] = [{ nextBlock: 10 }, { nextBlock: 10 }, { nextBlock: 25 }]
  const pools = [three, one, two]
  expect(nextRange(pools, 100, 8)).toEqual({ first: 10, last: 17, pools: [one, two] })
  expect(nextRange(pools, 100, 50)).toEqual({ first: 10, last: 24, pools: [one, two] })
  one.nextBlock = 25
  two.nextBlock = 25
  expect(nextRange(pools, 100, 50)).toEqual({ first: 25, last: 74, pools: [three, one, two] })
  expect(nextRange(pools, 30, 50)).toEqual({ first: 25, last: 30, pools: [three, one, two] })
  expect(nextRange(pools, 25, 50)).toMatchObject({ first: 25, last: 25 })
  expect(nextRange(pools, 24, 50)).toBeNull()
})
