import type { Clock } from '../../clock.ts'
import { isOnItsWay } from './commit.ts'
import { countErrands } from './outbox.ts'
import { type OrderRow, openOrders, readLedger } from './store.ts'

/** Chain seconds a reserved order may stay without bytes before it is given up. */
export const reservedSeconds = 30
/** Chain seconds after which errands that their own tick did not do are done by the alarm. */
const errandSeconds = 15

/**
 * Sets the alarm to the earliest time at which something must be looked at, and never moves an earlier one back. The write
 * of the alarm joins the caller's transaction: nothing is awaited before it. `atOnce`: what waits must not wait for its time.
 */
export function armAlarm(
  storage: DurableObjectStorage,
  clock: Clock,
  blockSeconds: number,
  now: number,
  atOnce: boolean,
): Promise<void> {
  const { sql } = storage
  const seconds: number[] = openOrders(sql).map((order) => secondsUntilLook(order, blockSeconds))
  if (countErrands(sql) > 0) seconds.push(errandSeconds)
  if (seconds.length === 0) return Promise.resolve()
  if (atOnce) seconds.push(0)
  const wanted = now + clock.realMilliseconds(Math.min(...seconds))
  const { alarm_at: armed } = readLedger(sql)
  if (armed > now && armed <= wanted) return Promise.resolve()
  sql.exec('UPDATE ledger SET alarm_at = ?', wanted)
  return storage.setAlarm(wanted)
}

/** On its way it is looked for twice a block: what leaked must be seen before the next block hides it. */
function secondsUntilLook(order: OrderRow, blockSeconds: number): number {
  if (order.state === 'reserved') return reservedSeconds
  return isOnItsWay(order) ? Math.ceil(blockSeconds / 2) : blockSeconds
}
