import { afterEach, describe, expect, it, vi } from 'vitest'
import { playSeason } from './campaign.ts'
import { mutations } from './mutations.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Each mistake must show within so many ticks, or when the books are compared after them. */
const ticks = 200

describe('chaos finds', () => {
  it.each(mutations)('that the agent $name', async ({ name, breaks, plant }) => {
    const { violations } = await playSeason({ seed: `mutation ${name}`, ticks, weather: 1.5, sabotage: plant })
    expect(violations).not.toEqual([])
    expect(violations.filter(({ rule }) => !breaks.includes(rule)).map(({ sentence }) => sentence)).toEqual([])
  })
})
