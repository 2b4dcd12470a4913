import { describe, expect, it } from 'vitest'
import { calendarOf, dayOfWeek, newYorkOffset } from '../../../models/market/calendar.ts'

const at = (text: string) => Date.parse(text) / 1000

describe('the calendar', () => {
  it('knows New York’s clock through fifteen years, to the hour it changes', () => {
    const clock = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', hourCycle: 'h23', hour: 'numeric' })
    for (let time = at('2020-01-01T00:30:00Z'); time < at('2035-01-01T00:00:00Z'); time += 3_600) {
      const there = Number(clock.format(time * 1000))
      const ours = new Date((time + newYorkOffset(time)) * 1000).getUTCHours()
      if (ours !== there) throw new Error(`${new Date(time * 1000).toISOString()}: ${ours} and not ${there}`)
    }
    expect(newYorkOffset(at('2024-03-10T06:59:59Z'))).toBe(-5 * 3600)
    expect(newYorkOffset(at('2024-03-10T07:00:00Z'))).toBe(-4 * 3600)
  })

  it('shares a forecast between the hours it lies in', () => {
    const shares = calendarOf(at('2024-01-03T14:45:00Z'), 1)
    // A Wednesday, a quarter to ten in New York.
    expect(shares[14]).toBeCloseTo(0.25, 12)
    expect(shares[15]).toBeCloseTo(0.75, 12)
    expect(shares[24 + 9]).toBeCloseTo(0.25, 12)
    expect(shares[24 + 10]).toBeCloseTo(0.75, 12)
    expect(shares.slice(48, 72).every((share) => share === 0)).toBe(true)
    expect(shares[72 + 3]).toBe(1)
  })

  it('knows a weekend ahead', () => {
    // From Friday noon, half of the day that follows is Saturday.
    const shares = calendarOf(at('2024-01-05T12:00:00Z'), 24)
    expect(shares.slice(48, 72).reduce((sum, share) => sum + share, 0)).toBeCloseTo(0.5, 12)
    expect(shares[72 + 6]).toBeCloseTo(0.5, 12)
    expect(dayOfWeek(at('2024-01-06T00:00:00Z'))).toBe(6)
  })
})
