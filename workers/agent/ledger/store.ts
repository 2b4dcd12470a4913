import type { Address, Hex } from 'viem'
import { genesisHead } from '../../../shared/audit/log-chain.ts'
import type { OrderStep } from '../../../shared/schema/decision.ts'
import type { OrderState } from '../ledger-types.ts'

/** Which vault a ledger keeps; it is the ledger's name, so an object can never be asked about another one. */
export interface LedgerIdentity {
  chainId: number
  vault: Address
}

/** The ledger's own tables, one list of statements per version. Append only: what has run on an object stays as it is. */
const migrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE ledger (
      id INTEGER PRIMARY KEY CHECK (id = 0),
      version INTEGER NOT NULL, head TEXT NOT NULL, length INTEGER NOT NULL,
      settled_block TEXT NOT NULL, alarm_at INTEGER NOT NULL)`,
    `CREATE TABLE records (
      sequence INTEGER PRIMARY KEY, type TEXT NOT NULL, strategy_id TEXT NOT NULL, slot INTEGER NOT NULL,
      verdict TEXT NOT NULL, reason TEXT NOT NULL, sentence TEXT NOT NULL,
      head TEXT NOT NULL, record TEXT NOT NULL, recorded_at INTEGER NOT NULL)`,
    `CREATE TABLE orders (
      id TEXT PRIMARY KEY, strategy_id TEXT NOT NULL, slot INTEGER NOT NULL, attempt INTEGER NOT NULL,
      scheduled_at INTEGER NOT NULL, state TEXT NOT NULL, outcome TEXT NOT NULL, final INTEGER NOT NULL,
      sequence INTEGER NOT NULL, head TEXT NOT NULL,
      mandate_id TEXT NOT NULL, mandate_total TEXT NOT NULL, maximum_executions INTEGER NOT NULL,
      execution_index INTEGER NOT NULL, executor TEXT NOT NULL, nonce INTEGER NOT NULL,
      amount_in TEXT NOT NULL, oracle_out TEXT NOT NULL, predicted_slippage_bps REAL NOT NULL,
      volume_usd TEXT NOT NULL, legs TEXT NOT NULL, reserved_at INTEGER NOT NULL, deadline INTEGER NOT NULL,
      transaction_bytes TEXT, transaction_hash TEXT, max_fee_per_gas TEXT, max_priority_fee_per_gas TEXT,
      relay TEXT NOT NULL, relay_answer TEXT NOT NULL, sent_at_block TEXT NOT NULL,
      block_number TEXT, block_hash TEXT, amount_out TEXT NOT NULL, measured_in TEXT NOT NULL,
      slippage_bps REAL, revision INTEGER NOT NULL, updated_at INTEGER NOT NULL)`,
    // The two promises of the ledger, kept by the database itself: one live order per key, one claim per slice.
    'CREATE UNIQUE INDEX one_live_order ON orders (executor) WHERE final = 0',
    "CREATE UNIQUE INDEX one_claim ON orders (strategy_id, slot) WHERE state <> 'dead'",
    'CREATE INDEX orders_nonce ON orders (executor, nonce)',
    `CREATE TABLE pauses (
      scope TEXT NOT NULL, subject TEXT NOT NULL, absent_sweeps INTEGER NOT NULL, PRIMARY KEY (scope, subject))`,
    `CREATE TABLE strategies (
      strategy_id TEXT PRIMARY KEY, failures INTEGER NOT NULL, latched INTEGER NOT NULL)`,
    `CREATE TABLE outbox (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL)`,
  ],
  // Every reservation and record asks for the attempts at a slice; the log only grows.
  ['CREATE INDEX orders_slice ON orders (strategy_id, slot)'],
  // What the last observations saw of pools: a cache, which may be emptied at any time.
  [
    `CREATE TABLE pools (
      key TEXT PRIMARY KEY, standing TEXT NOT NULL, since INTEGER NOT NULL, price REAL NOT NULL,
      tick_lower INTEGER NOT NULL, tick_upper INTEGER NOT NULL, ticks TEXT NOT NULL)`,
  ],
  // The ends of an order have names of their own; who was given what, and how relays fared.
  [
    'DROP INDEX one_claim',
    `UPDATE orders SET state = CASE outcome
       WHEN 'expired' THEN 'expired' WHEN 'released' THEN 'released'
       WHEN 'refused-on-chain' THEN 'included' ELSE 'replaced' END WHERE state = 'dead'`,
    "CREATE UNIQUE INDEX one_claim ON orders (strategy_id, slot) WHERE final = 0 OR outcome = 'filled'",
    "ALTER TABLE orders ADD COLUMN step TEXT NOT NULL DEFAULT 'private'",
    "ALTER TABLE orders ADD COLUMN relays TEXT NOT NULL DEFAULT ''",
    'ALTER TABLE orders ADD COLUMN taken_back INTEGER NOT NULL DEFAULT 0',
    `CREATE TABLE handovers (
      order_id TEXT NOT NULL, relay TEXT NOT NULL, first_block TEXT NOT NULL, last_block TEXT NOT NULL,
      answer TEXT NOT NULL, accepted INTEGER NOT NULL, PRIMARY KEY (order_id, relay))`,
    `CREATE TABLE relays (
      name TEXT PRIMARY KEY, sent REAL NOT NULL, included REAL NOT NULL, blocks REAL NOT NULL, failures REAL NOT NULL,
      measured_at INTEGER NOT NULL, suspicion REAL NOT NULL, dropped_at INTEGER)`,
    'CREATE TABLE leaks (order_id TEXT PRIMARY KEY, seen_at INTEGER NOT NULL)',
  ],
  // What markets did lately, a day of five-minute bars in a row.
  ['CREATE TABLE bars (series TEXT NOT NULL, day INTEGER NOT NULL, bars TEXT NOT NULL, PRIMARY KEY (series, day))'],
  // What was forecast, what came of it, and what that says of the models.
  [
    `CREATE TABLE shadow_quotes (
      id TEXT PRIMARY KEY, made_at INTEGER NOT NULL, state TEXT NOT NULL, quote TEXT NOT NULL)`,
    `CREATE TABLE calibrations (
      sell TEXT NOT NULL, buy TEXT NOT NULL, seconds INTEGER NOT NULL, model TEXT NOT NULL,
      state TEXT NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY (sell, buy, seconds, model))`,
    `CREATE TABLE volatility_forecasts (
      series TEXT NOT NULL, hour INTEGER NOT NULL, made_at INTEGER NOT NULL,
      champion REAL NOT NULL, challenger REAL NOT NULL, PRIMARY KEY (series, hour))`,
    `CREATE TABLE model_outcomes (
      kind TEXT NOT NULL, subject TEXT NOT NULL, model_id TEXT NOT NULL, at INTEGER NOT NULL,
      champion REAL NOT NULL, challenger REAL NOT NULL, PRIMARY KEY (kind, subject))`,
    'CREATE TABLE demotions (kind TEXT PRIMARY KEY, at INTEGER NOT NULL)',
    `CREATE TABLE fill_audits (
      sell TEXT NOT NULL, buy TEXT NOT NULL, seconds INTEGER NOT NULL, model TEXT NOT NULL,
      fills INTEGER NOT NULL, misses TEXT NOT NULL, drift_sum REAL NOT NULL, PRIMARY KEY (sell, buy, seconds, model))`,
    'CREATE TABLE market_visits (market TEXT PRIMARY KEY, at INTEGER NOT NULL)',
  ],
]

/** Brings the object's tables to the newest version. Synchronous: nothing interleaves. */
export function openStore(storage: DurableObjectStorage, identity: LedgerIdentity): void {
  storage.transactionSync(() => {
    const { sql } = storage
    sql.exec('CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY)')
    const applied = sql.exec<{ count: number }>('SELECT count(*) AS count FROM migrations').one().count
    for (const [number, statements] of migrations.entries()) {
      if (number < applied) continue
      for (const statement of statements) sql.exec(statement)
      sql.exec('INSERT INTO migrations (number) VALUES (?)', number)
    }
    sql.exec(
      "INSERT OR IGNORE INTO ledger (id, version, head, length, settled_block, alarm_at) VALUES (0, 0, ?, 0, '0', 0)",
      genesisHead(identity.chainId, identity.vault),
    )
  })
}

export type LedgerRow = {
  version: number
  head: Hex
  length: number
  /** Newest block an order was seen in; snapshots older than it are refused. */
  settled_block: string
  /** When the alarm is set to fire, milliseconds of the wall clock; 0 when it is not set. */
  alarm_at: number
}

export function readLedger(sql: SqlStorage): LedgerRow {
  return sql.exec<LedgerRow>('SELECT version, head, length, settled_block, alarm_at FROM ledger').one()
}

/** Every change a decision could depend on raises the version; appending to the log alone does not. */
export function raiseVersion(sql: SqlStorage): number {
  return sql.exec<{ version: number }>('UPDATE ledger SET version = version + 1 RETURNING version').one().version
}

/** Amounts are decimal strings in base units; `final` is 1 once nothing on the chain can change the order any more. */
export type OrderRow = {
  id: string
  strategy_id: Hex
  slot: number
  attempt: number
  scheduled_at: number
  state: OrderState
  /** Name of the latest outcome; empty before there is one. */
  outcome: string
  final: number
  sequence: number
  head: Hex
  mandate_id: Hex
  mandate_total: string
  maximum_executions: number
  execution_index: number
  executor: Address
  nonce: number
  amount_in: string
  oracle_out: string
  predicted_slippage_bps: number
  volume_usd: string
  legs: string
  /** Time of the block the decision was made on. */
  reserved_at: number
  deadline: number
  step: OrderStep
  /** JSON list of the relays that the strategy allows; empty for all. */
  relays: string
  /** 1 once a reorg took away a block that held it. */
  taken_back: number
  transaction_bytes: Hex | null
  transaction_hash: Hex | null
  max_fee_per_gas: string | null
  max_priority_fee_per_gas: string | null
  relay: string
  relay_answer: string
  sent_at_block: string
  block_number: string | null
  block_hash: Hex | null
  amount_out: string
  measured_in: string
  slippage_bps: number | null
  revision: number
  updated_at: number
}

export function findOrder(sql: SqlStorage, orderId: string): OrderRow | null {
  return sql.exec<OrderRow>('SELECT * FROM orders WHERE id = ?', orderId).toArray()[0] ?? null
}

/** Orders the chain may still change, oldest first. */
export function openOrders(sql: SqlStorage): OrderRow[] {
  return sql.exec<OrderRow>('SELECT * FROM orders WHERE final = 0 ORDER BY sequence').toArray()
}

/** Writes some columns of an order, raises its revision and, once it is signed, queues its projection. */
export function changeOrder(sql: SqlStorage, orderId: string, changes: Partial<OrderRow>): void {
  const columns = Object.keys(changes)
  const values = Object.values(changes)
  sql.exec(
    `UPDATE orders SET ${columns.map((column) => `${column} = ?`).join(', ')}, revision = revision + 1 WHERE id = ?`,
    ...values,
    orderId,
  )
  // Without bytes nothing ever left: the log has such orders, the table of executions does not.
  const signed = 'SELECT count(*) AS count FROM orders WHERE id = ? AND transaction_hash IS NOT NULL'
  if (sql.exec<{ count: number }>(signed, orderId).one().count > 0) queueErrand(sql, 'order', orderId, '')
}

export type ErrandKind = 'record' | 'order' | 'strategy' | 'tick' | 'alert'

/** What must happen outside the object: written together with its cause, done later, at least once. */
export function queueErrand(sql: SqlStorage, kind: ErrandKind, subject: string, detail: string): void {
  sql.exec('INSERT INTO outbox (kind, subject, detail) VALUES (?, ?, ?)', kind, subject, detail)
}
