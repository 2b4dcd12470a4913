import { faded, newHealth, type RelayHealth } from '../../relays/health.ts'
import type { Settlement } from '../ledger-types.ts'
import { raiseAlert } from './alerts.ts'
import { isOnItsWay } from './commit.ts'
import { handoversOf } from './handovers.ts'
import { changeOrder, findOrder, type OrderRow, raiseVersion } from './store.ts'

type RelayRow = {
  name: string
  sent: number
  included: number
  blocks: number
  failures: number
  measured_at: number
  suspicion: number
  dropped_at: number | null
}

export function readRelays(sql: SqlStorage): RelayHealth[] {
  return sql
    .exec<RelayRow>('SELECT * FROM relays ORDER BY name')
    .toArray()
    .map(({ measured_at: measuredAt, dropped_at: droppedAt, ...counts }) => ({ ...counts, measuredAt, droppedAt }))
}

function readRelay(sql: SqlStorage, name: string, at: number): RelayHealth {
  return faded(readRelays(sql).find((relay) => relay.name === name) ?? newHealth(name, at), at)
}

function writeRelay(sql: SqlStorage, relay: RelayHealth): void {
  const { name, sent, included, blocks, failures, measuredAt, suspicion, droppedAt } = relay
  sql.exec(
    `INSERT OR REPLACE INTO relays (name, sent, included, blocks, failures, measured_at, suspicion, dropped_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[name, sent, included, blocks, failures, measuredAt, suspicion, droppedAt],
  )
}

/** A relay did not answer, or not clearly: that counts at once. */
export function countFailedAnswer(sql: SqlStorage, name: string, at: number): void {
  const relay = readRelay(sql, name, at)
  writeRelay(sql, { ...relay, failures: relay.failures + 1 })
}

/**
 * What the end of an order says of the relays that had it: in which block after the hand-over it was included, or that it
 * was not. Says nothing where the public had it too, nor where somebody called it back.
 */
export function rateRelays(sql: SqlStorage, order: OrderRow, { outcome, blockNumber, settledAt }: Settlement): void {
  const isIncluded = outcome === 'filled' || outcome === 'refused-on-chain'
  if (order.step === 'public' || order.state === 'leaked' || !(isIncluded || outcome === 'expired')) return
  for (const { relay: name, firstBlock, answer } of handoversOf(sql, order.id)) {
    if (answer !== 'accepted') continue
    const relay = readRelay(sql, name, settledAt)
    const blocks = isIncluded && blockNumber !== null ? Math.max(1, Number(blockNumber - firstBlock)) : 0
    writeRelay(sql, {
      ...relay,
      sent: relay.sent + 1,
      included: relay.included + (isIncluded ? 1 : 0),
      blocks: relay.blocks + blocks,
    })
  }
}

/**
 * The order was seen in the public pool, although only relays were given it. It stays live, its caps held: it is as safe in
 * public as in private. The relay that had it is dropped; of several each is as likely, and dropped once it was so often
 * enough. False where that is known already.
 */
export function noteLeak(sql: SqlStorage, orderId: string, at: number): boolean {
  const order = findOrder(sql, orderId)
  const known = 'SELECT count(*) AS count FROM leaks WHERE order_id = ?'
  if (order === null || sql.exec<{ count: number }>(known, orderId).one().count > 0) return false
  sql.exec('INSERT INTO leaks (order_id, seen_at) VALUES (?, ?)', orderId, at)
  if (isOnItsWay(order)) changeOrder(sql, orderId, { state: 'leaked', updated_at: at })
  const names = holdersOf(sql, orderId)
  raiseAlert(sql, {
    kind: 'order-leaked',
    subject: orderId,
    sentence: `An order was seen in the public pool that only ${names.join(', ')} had. Its minimum output holds in public too.`,
    raisedAt: at,
  })
  for (const name of names) suspect(sql, name, 1 / names.length, at)
  raiseVersion(sql)
  return true
}

/** Who had the bytes; where all of them say that they cannot have, all of them. */
function holdersOf(sql: SqlStorage, orderId: string): string[] {
  const handovers = handoversOf(sql, orderId)
  const holders = handovers.filter(({ answer }) => answer !== 'Unavailable')
  return (holders.length > 0 ? holders : handovers).map(({ relay }) => relay)
}

function suspect(sql: SqlStorage, name: string, share: number, at: number): void {
  const relay = readRelay(sql, name, at)
  const suspicion = Math.min(1, relay.suspicion + share)
  // Three thirds are not quite one in floating point.
  const drops = suspicion > 0.999 && relay.droppedAt === null
  writeRelay(sql, { ...relay, suspicion, droppedAt: drops ? at : relay.droppedAt })
  if (!drops) return
  raiseAlert(sql, {
    kind: 'relay-dropped',
    subject: name,
    sentence: `${name} leaked and is given no more orders of this vault, until a person reinstates it.`,
    raisedAt: at,
  })
}

/** A person trusts the relay again. False where it was not dropped. */
export function reinstate(sql: SqlStorage, name: string): boolean {
  const relay = readRelays(sql).find((known) => known.name === name)
  if (relay === undefined || relay.droppedAt === null) return false
  writeRelay(sql, { ...relay, suspicion: 0, droppedAt: null })
  raiseVersion(sql)
  return true
}
