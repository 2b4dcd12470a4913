import type { Alert } from '../ledger-types.ts'
import { queueErrand } from './store.ts'

/** Written together with its cause, told to people later: the outbox carries it to the database, at least once. */
export function raiseAlert(sql: SqlStorage, alert: Alert): void {
  queueErrand(sql, 'alert', alert.kind, JSON.stringify(alert))
}
