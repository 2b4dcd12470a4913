import { afterEach, describe, expect, it, vi } from 'vitest'
import { playSeason } from './campaign.ts'
import { mutations } from './mutations.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Each mistake must show within so many ticks, or when the books are compared after them; in one of a dozen seasons. */
const ticks = 120
const seasons = 12

describe('chaos finds', () => {
  it.each(mutations)(
    'that the agent $name',
    async ({ name, breaks, plant }) => {
      const found = new Set<string>()
      for (let season = 1; season <= seasons && found.size === 0; season++) {
        const { violations } = await playSeason({ seed: `${name} ${season}`, ticks, weather: 1.5, sabotage: plant })
        for (const { rule } of violations) found.add(rule)
        vi.restoreAllMocks()
      }
      // Where the books are compared only in the end, one mistake breaks several rules.
      expect([...found].filter((rule) => breaks.includes(rule))).not.toEqual([])
    },
    600_000,
  )
})
