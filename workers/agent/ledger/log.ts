import type { Hex } from 'viem'
import { canonicalJson } from '../../../shared/audit/canonical-json.ts'
import { appendToChain } from '../../../shared/audit/log-chain.ts'
import type { DecisionRecord, LogRecord, OutcomeRecord } from '../../../shared/schema/decision.ts'
import { type LedgerIdentity, queueErrand, readLedger } from './store.ts'

/** What the log itself adds to a record: its place. */
type Unplaced<R extends LogRecord> = Omit<R, 'sequence' | 'vault' | 'chainId'>

/** Chains a decision. Must run inside a transaction, so that record and head are written together or not at all. */
export function appendDecision(
  sql: SqlStorage,
  identity: LedgerIdentity,
  unplaced: Unplaced<DecisionRecord>,
): { sequence: number; head: Hex } {
  const { decision } = unplaced
  return append(sql, identity, unplaced, decision.verdict, decision.reason, decision.sentence, unplaced.decidedAt)
}

/** Chains an outcome. `reason` and `sentence` are for readers of the projection; the record holds the facts. */
export function appendOutcome(
  sql: SqlStorage,
  identity: LedgerIdentity,
  unplaced: Unplaced<OutcomeRecord>,
  reason: string,
  sentence: string,
): { sequence: number; head: Hex } {
  return append(sql, identity, unplaced, unplaced.outcome, reason, sentence, unplaced.settledAt)
}

function append(
  sql: SqlStorage,
  identity: LedgerIdentity,
  unplaced: Unplaced<DecisionRecord> | Unplaced<OutcomeRecord>,
  verdict: string,
  reason: string,
  sentence: string,
  recordedAt: number,
): { sequence: number; head: Hex } {
  const ledger = readLedger(sql)
  const sequence = ledger.length
  const record = { ...unplaced, sequence, vault: identity.vault, chainId: identity.chainId }
  const { head } = appendToChain(ledger.head, record)
  sql.exec(
    `INSERT INTO records (sequence, type, strategy_id, slot, verdict, reason, sentence, head, record, recorded_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    sequence,
    unplaced.type,
    unplaced.strategyId,
    unplaced.slot,
    verdict,
    reason,
    sentence,
    head,
    canonicalJson(record),
    recordedAt,
  )
  sql.exec('UPDATE ledger SET head = ?, length = ?', head, sequence + 1)
  queueErrand(sql, 'record', String(sequence), '')
  return { sequence, head }
}
