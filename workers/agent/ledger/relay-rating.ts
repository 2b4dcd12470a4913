import { meaningOf } from '../../relays/errors.ts'
import { faded, newHealth, type RelayHealth } from '../../relays/health.ts'
import { isPrivate } from '../../relays/relay.ts'
import { callBackAnswers, type Handover, type Settlement } from '../ledger-types.ts'
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

/** The end of an order that somebody called back says nothing of the relay. */
const calledBack: ReadonlySet<string> = new Set(Object.values(callBackAnswers))

/**
 * What the end of an order says of the relays that were given it: in which block after the hand-over it was included, or that
 * it was lost, with those who took it and with those whose verdict kept them from it. Says nothing where the public had it
 * too, nor where somebody called it back.
 */
export function rateRelays(sql: SqlStorage, order: OrderRow, { outcome, blockNumber, settledAt }: Settlement): void {
  const isIncluded = outcome === 'filled' || outcome === 'refused-on-chain'
  if (order.step === 'public' || !(isIncluded || outcome === 'expired') || isLeaked(sql, order.id)) return
  for (const { relay: name, firstBlock, answer, accepted } of handoversOf(sql, order.id)) {
    if (calledBack.has(answer) || !(accepted || (!isIncluded && meaningOf(answer)?.isVerdict))) continue
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

function isLeaked(sql: SqlStorage, orderId: string): boolean {
  const query = 'SELECT count(*) AS count FROM leaks WHERE order_id = ?'
  return sql.exec<{ count: number }>(query, orderId).one().count > 0
}

/**
 * The order was seen in the public pool, although only relays were given it. It stays live, its caps held: it is as safe in
 * public as in private. The relay that was given it is dropped; of several each is suspected, those that took it more than
 * those that would not, and dropped once it was among them often enough.
 *
 * @returns who had it; null where the leak is known already, or nobody had it who keeps secrets
 */
export function noteLeak(sql: SqlStorage, orderId: string, at: number): string[] | null {
  const order = findOrder(sql, orderId)
  const holders = handoversOf(sql, orderId).filter(({ relay }) => isPrivate(relay))
  if (order === null || holders.length === 0 || isLeaked(sql, orderId)) return null
  sql.exec('INSERT INTO leaks (order_id, seen_at) VALUES (?, ?)', orderId, at)
  if (isOnItsWay(order)) changeOrder(sql, orderId, { state: 'leaked', updated_at: at })
  const names = holders.map(({ relay }) => relay)
  raiseAlert(sql, {
    kind: 'order-leaked',
    subject: orderId,
    sentence: `An order was seen in the public pool that only ${names.join(', ')} had been given. Its minimum output holds in public too.`,
    raisedAt: at,
  })
  const weights = holders.map(weightOf)
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  for (const [position, name] of names.entries()) suspect(sql, name, (weights[position] ?? 0) / whole, at)
  raiseVersion(sql)
  return names
}

/** A relay that said no, or could not be reached, had the bytes in its hands too: but it is less likely to have used them. */
function weightOf({ accepted, answer }: Handover): number {
  return accepted || answer === '' || answer === 'Unknown' ? 1 : 0.25
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
    sentence: `${name} was given orders that leaked, alone or too often: it gets none of this vault until a person reinstates it.`,
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
