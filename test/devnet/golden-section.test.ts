import { expect, test } from 'vitest'
import { goldenSection } from '../../scripts/devnet/golden-section.ts'

test.each([
  ['a peak in the middle', (at: number) => -((at - 2.2) ** 2), 2.2],
  ['a peak near the left end', (at: number) => -((at + 3.7) ** 2), -3.7],
  ['a climb to the right end', (at: number) => at, 9],
  ['a climb to a cliff', (at: number) => (at > 5.1 ? Number.NEGATIVE_INFINITY : Math.exp(at)), 5.1],
  ['a cliff soon after the start', (at: number) => (at > -3.8 ? Number.NEGATIVE_INFINITY : at), -3.8],
])('%s is found in fifteen looks', async (_, shape, peak) => {
  const looked: { at: number; value: number }[] = []
  const look = async (at: number) => {
    const value = shape(at)
    looked.push({ at, value })
    return value
  }
  await goldenSection(look, -4, 9, 15)
  expect(looked).toHaveLength(15)
  const best = looked.reduce((first, second) => (second.value > first.value ? second : first))
  expect(Math.abs(best.at - peak)).toBeLessThan(0.04)
})
