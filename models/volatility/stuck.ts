import type { PriceHistory, PriceWindow } from '../../shared/schema/price-history.ts'

/** Bars that move less often than this stand still. */
const standing = 0.5
/** Bars of a market that mostly move: half of them that do not, half an hour long, are no chance. */
const lively = 0.8
/** As often must bars have moved before the last day for a whole hour without any to be no chance. */
const stirring = 0.3

/**
 * Whether the price stands still as that of a traded market does not: for most of the last half hour or hour in a market whose
 * bars mostly move, or for the whole hour where they did until a day ago, however long it lasts.
 */
export function isStuck({ windows }: PriceHistory): boolean {
  const [, halfHour, hour, , day, week] = windows
  if (halfHour === undefined || hour === undefined || day === undefined || week === undefined) return false
  const stands = Math.min(movedShare(halfHour), movedShare(hour)) < standing
  const before = { moved: week.moved - day.moved, present: week.present - day.present }
  return (stands && movedShare(week) > lively) || (hour.moved === 0 && movedShare(before) > stirring)
}

/** Realised variance an hour of the week's bars that moved: what a source that stuck had shown until then. */
export function varianceUntilStuck({ windows }: PriceHistory): number {
  const week = windows.at(-1)
  return week === undefined || week.moved === 0 ? 0 : week.realised * Math.max(1, week.present / week.moved)
}

function movedShare({ moved, present }: Pick<PriceWindow, 'moved' | 'present'>): number {
  return present <= 0 ? 0 : moved / present
}
