import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

// Amounts are decimal strings in base units, times are seconds since epoch, addresses EIP-55, JSON columns canonical.
// The vault's ledger (a Durable Object) is the truth for orders and the log; `decisions` and `executions` project it.

/** A treasury's vault the agent works for. */
export const vaults = sqliteTable('vaults', {
  address: text('address').primaryKey(),
  chainId: integer('chain_id').notNull(),
  name: text('name').notNull(),
  createdAt: integer('created_at').notNull(),
})

/** One parent order and its schedule. `configuration` never changes once the mandate is signed. */
export const strategies = sqliteTable(
  'strategies',
  {
    id: text('id').primaryKey(), // bytes32
    vault: text('vault')
      .notNull()
      .references(() => vaults.address),
    name: text('name').notNull(),
    configuration: text('configuration').notNull(), // strategyConfigurationSchema
    configurationHash: text('configuration_hash').notNull(),
    mandate: text('mandate').notNull(), // mandateSchema
    mandateId: text('mandate_id').notNull(),
    status: text('status', { enum: ['draft', 'active', 'filled', 'ended', 'closed', 'latched'] }).notNull(),
    /** When the next slice is due; null once nothing is. Advances after enqueueing. */
    nextDue: integer('next_due'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [
    index('strategies_due').on(table.status, table.nextDue),
    index('strategies_vault').on(table.vault, table.id),
  ],
)

/** What is paused off-chain, at three scopes. A row means paused; resuming deletes it. */
export const pauses = sqliteTable(
  'pauses',
  {
    scope: text('scope', { enum: ['everything', 'vault', 'strategy'] }).notNull(),
    /** Vault address or strategy id; empty for everything. */
    subject: text('subject').notNull(),
    reason: text('reason').notNull(),
    pausedBy: text('paused_by').notNull(),
    pausedAt: integer('paused_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.scope, table.subject] })],
)

/** The log's records, both decisions and outcomes, as the ledger chained them. */
export const decisions = sqliteTable(
  'decisions',
  {
    vault: text('vault').notNull(),
    sequence: integer('sequence').notNull(),
    type: text('type', { enum: ['decision', 'outcome'] }).notNull(),
    strategyId: text('strategy_id').notNull(),
    slot: integer('slot').notNull(),
    verdict: text('verdict').notNull(), // of a decision; the outcome's name otherwise
    reason: text('reason').notNull(),
    sentence: text('sentence').notNull(),
    /** keccak256(previous head ‖ record hash). */
    head: text('head').notNull(),
    record: text('record').notNull(), // canonical JSON
    recordedAt: integer('recorded_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.vault, table.sequence] }),
    index('decisions_strategy').on(table.strategyId, table.sequence),
  ],
)

/** One row per signed order, as last known. */
export const executions = sqliteTable(
  'executions',
  {
    id: text('id').primaryKey(), // strategy id, slot and attempt, joined by ':'
    vault: text('vault').notNull(),
    strategyId: text('strategy_id').notNull(),
    slot: integer('slot').notNull(),
    attempt: integer('attempt').notNull(),
    state: text('state').notNull(), // orderState of the ledger
    sequence: integer('sequence').notNull(), // of the decision
    transactionHash: text('transaction_hash'),
    blockNumber: text('block_number'),
    relay: text('relay').notNull(),
    amountIn: text('amount_in').notNull(),
    amountOut: text('amount_out').notNull(),
    oracleOut: text('oracle_out').notNull(),
    slippageBps: text('slippage_bps'), // measured, decimal number; null until filled
    predictedSlippageBps: text('predicted_slippage_bps').notNull(),
    legs: text('legs').notNull(), // JSON
    decisionHead: text('decision_head').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    /** The ledger's count of changes to the order: a late projection never overwrites a newer one. */
    revision: integer('revision').notNull().default(0),
  },
  (table) => [
    uniqueIndex('executions_order').on(table.vault, table.sequence),
    index('executions_strategy').on(table.strategyId, table.slot),
    index('executions_newest').on(table.createdAt, table.id),
  ],
)

/** Slices that never happened although they were due (dead letters, expired windows). */
export const missedSlices = sqliteTable(
  'missed_slices',
  {
    strategyId: text('strategy_id').notNull(),
    slot: integer('slot').notNull(),
    reason: text('reason').notNull(),
    recordedAt: integer('recorded_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.strategyId, table.slot] })],
)

/** What a person must hear of: leaks, latches, dead letters. */
export const alerts = sqliteTable(
  'alerts',
  {
    /** Says where it comes from, so that hearing of it twice is one alert. */
    id: text('id').primaryKey(),
    /** Null where it concerns no single vault. */
    vault: text('vault'),
    kind: text('kind').notNull(), // alertKinds of the ledger
    subject: text('subject').notNull(),
    sentence: text('sentence').notNull(),
    raisedAt: integer('raised_at').notNull(),
  },
  (table) => [index('alerts_newest').on(table.raisedAt, table.id)],
)

/** Scoped API keys; only a SHA-256 of the secret is kept. */
export const apiKeys = sqliteTable('api_keys', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  secretHash: text('secret_hash').notNull().unique(),
  /** JSON array of scopes. */
  scopes: text('scopes').notNull(),
  /** Limits the key to one vault; null for all. */
  vault: text('vault'),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at'),
  revokedAt: integer('revoked_at'),
})

/** Answers already given to a POST that carried an Idempotency-Key; kept for a day. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    /** Who asked, what was asked for and the key itself: the same key of two callers is two keys. */
    keyId: text('key_id').notNull(),
    route: text('route').notNull(),
    key: text('key').notNull(),
    /** SHA-256 of the body as sent. */
    bodyHash: text('body_hash').notNull(),
    status: integer('status').notNull(),
    location: text('location').notNull(),
    answer: text('answer').notNull(), // JSON
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.keyId, table.route, table.key] }),
    index('idempotency_keys_age').on(table.createdAt),
  ],
)
