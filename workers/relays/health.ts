/** How a relay has fared with one vault's orders. Counts fade, so that an old failure does not count for ever. */
export interface RelayHealth {
  name: string
  /** Orders it took, or would not take, to their end; how many of those were included; and blocks that these took in all. */
  sent: number
  included: number
  blocks: number
  /** Times it could not be reached or gave no clear answer. */
  failures: number
  /** Chain time the counts are of. */
  measuredAt: number
  /** 0 to 1: how likely it is that it leaked an order. At 1 it is dropped. */
  suspicion: number
  /** Chain time at which it was dropped; null while it is used. */
  droppedAt: number | null
}

/** Seconds in which a count fades to its half: long enough for a slow schedule to learn from, short enough to forgive. */
export const healthHalfLifeSeconds = 86_400
/** What a failure to answer weighs beside an order that was not included: the next relay is tried in the same block. */
const failureWeight = 0.25

export function newHealth(name: string, at: number): RelayHealth {
  return { name, sent: 0, included: 0, blocks: 0, failures: 0, measuredAt: at, suspicion: 0, droppedAt: null }
}

/** The same counts as of `now`. Suspicion does not fade: only a person clears it. */
export function faded(health: RelayHealth, now: number): RelayHealth {
  const share = 0.5 ** (Math.max(0, now - health.measuredAt) / healthHalfLifeSeconds)
  return {
    ...health,
    sent: health.sent * share,
    included: health.included * share,
    blocks: health.blocks * share,
    failures: health.failures * share,
    measuredAt: Math.max(now, health.measuredAt),
  }
}

/**
 * Blocks until inclusion to be expected of a relay: its mean latency over its rate of inclusion, both leaning on one imagined
 * order that took a block and one that was lost. A relay nobody knows is at two.
 */
export function expectedBlocks({ sent, included, blocks, failures }: RelayHealth): number {
  const rate = (1 + included) / (2 + sent + failureWeight * failures)
  return (1 + blocks) / (1 + included) / rate
}

/** Within a step of so many blocks relays are alike, and the configured order decides: one hiccup moves nobody. */
const noticeableBlocks = 0.5

/** The relays to be tried, best first. Those that were dropped are left out, and every other way to the same address. */
export function rank<R extends { name: string; url: string }>(
  relays: readonly R[],
  healths: readonly RelayHealth[],
  now: number,
): R[] {
  const isDropped = ({ name }: R) => healths.some((health) => health.name === name && health.droppedAt !== null)
  const untrusted = new Set(relays.filter(isDropped).map(({ url }) => addressOf(url)))
  const ranked = relays.flatMap((relay, position) => {
    if (untrusted.has(addressOf(relay.url))) return []
    const health = healths.find(({ name }) => name === relay.name) ?? newHealth(relay.name, now)
    return [{ relay, position, steps: Math.floor(expectedBlocks(faded(health, now)) / noticeableBlocks) }]
  })
  return ranked.sort((a, b) => a.steps - b.steps || a.position - b.position).map(({ relay }) => relay)
}

/** Host and path: whatever else an address carries, the same people answer there. */
function addressOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname.replace(/\/+$/, '')}`
}
