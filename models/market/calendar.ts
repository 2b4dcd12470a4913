// Markets keep hours: those of the world by UTC, those of Wall Street by New York's clock, which moves twice a year. Nothing
// here asks the machine for its time zones, so that every machine answers alike.

const hour = 3600
const day = 24 * hour

/** Calendar features of a forecast: see {@link calendarOf}. */
export const calendarSize = 24 + 24 + 24 + 7

/**
 * Where in the week the forecast time lies, as shares of one: the UTC hour it starts in (24, shared with the next hour by the
 * minute), and of its whole length the shares of New York's hours on weekdays (24), of UTC hours on weekends (24), and of the
 * days of the week from Sunday (7).
 *
 * @param from start, seconds since epoch
 * @param hours length, at least 1
 */
export function calendarOf(from: number, hours: number): number[] {
  const shares = new Array<number>(calendarSize).fill(0)
  const add = (index: number, share: number) => {
    shares[index] = (shares[index] ?? 0) + share
  }
  const started = (from % hour) / hour
  const first = from - (from % hour)
  add(hourOfDay(first), 1 - started)
  add(hourOfDay(first + hour), started)
  for (let index = 0; index <= hours; index++) {
    const share = (index === 0 ? 1 - started : index === hours ? started : 1) / hours
    const time = first + index * hour
    const newYork = time + newYorkOffset(time)
    if (!isWeekend(newYork)) add(24 + hourOfDay(newYork), share)
    if (isWeekend(time)) add(48 + hourOfDay(time), share)
    add(72 + dayOfWeek(time), share)
  }
  return shares
}

/** 0 is Sunday. */
export function dayOfWeek(time: number): number {
  return (Math.floor(time / day) + 4) % 7
}

export function hourOfDay(time: number): number {
  return Math.floor((time % day) / hour)
}

export function isWeekend(time: number): boolean {
  const weekday = dayOfWeek(time)
  return weekday === 0 || weekday === 6
}

/**
 * New York's distance from UTC in seconds: four hours in summer, five in winter. Since 2007 summer time begins on the second
 * Sunday of March at 07:00 UTC and ends on the first Sunday of November at 06:00 UTC (Energy Policy Act of 2005, section 110).
 */
export function newYorkOffset(time: number): number {
  const year = yearOf(time)
  const begins = firstSunday(dayNumber(year, 3) + 7) * day + 7 * hour
  const ends = firstSunday(dayNumber(year, 11)) * day + 6 * hour
  return time >= begins && time < ends ? -4 * hour : -5 * hour
}

/** First Sunday from a day on, in days since epoch. */
function firstSunday(from: number): number {
  return from + ((7 - ((from + 4) % 7)) % 7)
}

function yearOf(time: number): number {
  const days = Math.floor(time / day)
  let year = 1970 + Math.floor(days / 366)
  while (dayNumber(year + 1, 1) <= days) year += 1
  return year
}

/** Days from the epoch to the first of a month of the Gregorian calendar. */
function dayNumber(year: number, month: number): number {
  const leaps = (before: number) => Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400)
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  const inYear = lengths.slice(0, month - 1).reduce((sum, length) => sum + length, 0)
  return (year - 1970) * 365 + leaps(year - 1) - leaps(1969) + inYear
}
