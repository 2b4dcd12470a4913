import { describe, expect, it } from 'vitest'
import {
  expectedBlocks,
  faded,
  healthHalfLifeSeconds,
  newHealth,
  type RelayHealth,
  rank,
} from '../../../workers/relays/health.ts'

const now = 1_800_000_000
const ladder = ['first', 'second', 'third'].map((name) => ({ name, url: `https://${name}.test` }))
const health = (name: string, changes: Partial<RelayHealth>): RelayHealth => ({ ...newHealth(name, now), ...changes })
const order = (healths: RelayHealth[], at = now) => rank(ladder, healths, at).map(({ name }) => name)

describe('the order of the ladder', () => {
  it('is the configured one where nothing is known', () => {
    expect(order([])).toEqual(['first', 'second', 'third'])
    expect(expectedBlocks(newHealth('first', now))).toBe(2)
  })

  it('puts a relay that includes in the first block before one that takes three', () => {
    const slow = health('first', { sent: 10, included: 10, blocks: 30 })
    const fast = health('third', { sent: 10, included: 10, blocks: 10 })
    expect(order([slow, fast])).toEqual(['third', 'second', 'first'])
  })

  it('puts one that loses orders behind one that nobody has tried', () => {
    expect(order([health('first', { sent: 4, included: 1, blocks: 1 })])).toEqual(['second', 'third', 'first'])
  })

  it('counts what cannot be reached', () => {
    expect(order([health('first', { failures: 6 })])).toEqual(['second', 'third', 'first'])
  })

  it('forgives with time: counts fade by half in a day, to nothing in the end', () => {
    const lost = health('first', { sent: 8 })
    expect(faded(lost, now + healthHalfLifeSeconds).sent).toBe(4)
    expect(order([lost], now + healthHalfLifeSeconds)).toEqual(['second', 'third', 'first'])
    expect(order([lost], now + 10 * healthHalfLifeSeconds)).toEqual(['first', 'second', 'third'])
  })

  it('does not count the same past twice, nor a time before it', () => {
    const lost = health('first', { sent: 8 })
    const [once, twice] = [faded(lost, now + 7200), faded(faded(lost, now + 3600), now + 7200)]
    expect(twice.sent).toBeCloseTo(once.sent, 12)
    expect(faded(lost, now - 1000)).toEqual(lost)
  })

  it('leaves out what leaked, however well it does otherwise, and for ever', () => {
    const leaky = health('first', { sent: 50, included: 50, blocks: 50, suspicion: 1, droppedAt: now })
    expect(order([leaky], now + 1000 * healthHalfLifeSeconds)).toEqual(['second', 'third'])
  })

  it('leaves out every other way to what leaked: one host is one host', () => {
    const [first, second, third] = ladder
    const sameHost = [first, { name: 'bundles', url: first?.url ?? '' }, second, third].flatMap((one) => one ?? [])
    const leaky = health('first', { suspicion: 1, droppedAt: now })
    expect(rank(sameHost, [leaky], now).map(({ name }) => name)).toEqual(['second', 'third'])
    const spelledOtherwise = sameHost.map((one) =>
      one.name === 'bundles' ? { ...one, url: `${one.url}/?key=1` } : one,
    )
    expect(rank(spelledOtherwise, [leaky], now).map(({ name }) => name)).toEqual(['second', 'third'])
  })
})
