import type { Address } from 'viem'
import { z } from 'zod'
import { driftForecastSchema, planSchema } from '../../../shared/schema/decision.ts'
import { address } from '../../../shared/schema/primitives.ts'
import type { Settlement } from '../ledger-types.ts'
import type { OrderRow } from './store.ts'

/** How our own fills compare with the quantiles they were sent with. */
export interface FillAudit {
  sell: Address
  buy: Address
  /** From the quote to the end of the order's life. */
  seconds: number
  /** Whose quantiles they were. */
  model: string
  fills: number
  /** How many lay above each quantile, in the order of the levels 50, 90 and 99 %. */
  misses: number[]
  /** Mean drift between quote and fill, basis points; positive is against the trade. */
  meanDriftBps: number
}

type AuditRow = {
  sell: Address
  buy: Address
  seconds: number
  model: string
  fills: number
  misses: string
  drift_sum: number
}

/** What of a decision's record says how it was quoted. */
const quotedSchema = z.object({
  input: z.object({ mandate: z.object({ sell: address, buy: address }) }),
  decision: z.object({
    plan: planSchema.pick({ amountIn: true, expectedOut: true }),
    forecasts: z.object({ drift: driftForecastSchema }),
  }),
})

/**
 * Compares a fill with its own quote. Counted and never learned from: a fill that drifted beyond its minimum output never
 * was, and one that is in the first block says little of the last, so that fills look better than the market is.
 */
export function auditFill(sql: SqlStorage, order: OrderRow, { amountIn, amountOut }: Settlement): void {
  const query = 'SELECT record FROM records WHERE sequence = ?'
  const [row] = sql.exec<{ record: string }>(query, order.sequence).toArray()
  const quoted = quotedSchema.safeParse(row === undefined ? null : JSON.parse(row.record))
  if (!quoted.success) return
  const { mandate } = quoted.data.input
  const { plan, forecasts } = quoted.data.decision
  if (amountIn !== plan.amountIn || plan.expectedOut === 0n) return
  const drift = Number(((plan.expectedOut - amountOut) * 100_000_000n) / plan.expectedOut) / 10_000
  const { seconds, model, inUse } = forecasts.drift
  const key = { sell: mandate.sell, buy: mandate.buy, seconds, model }
  const former = readAudits(sql).find((audit) => isSame(audit, key))
  const { fills = 0, misses = inUse.map(() => 0), meanDriftBps = 0 } = former ?? {}
  const missed = inUse.map((quantile, level) => (misses[level] ?? 0) + (drift > quantile ? 1 : 0))
  sql.exec(
    'INSERT OR REPLACE INTO fill_audits (sell, buy, seconds, model, fills, misses, drift_sum) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ...[key.sell, key.buy, seconds, model, fills + 1, JSON.stringify(missed), meanDriftBps * fills + drift],
  )
}

export function readAudits(sql: SqlStorage): FillAudit[] {
  return sql
    .exec<AuditRow>('SELECT * FROM fill_audits ORDER BY sell, buy, seconds, model')
    .toArray()
    .map(({ drift_sum: sum, misses, ...row }) => {
      return { ...row, misses: z.array(z.int()).parse(JSON.parse(misses)), meanDriftBps: sum / row.fills }
    })
}

type Key = Pick<FillAudit, 'sell' | 'buy' | 'seconds' | 'model'>

function isSame(one: Key, other: Key): boolean {
  return one.sell === other.sell && one.buy === other.buy && one.seconds === other.seconds && one.model === other.model
}
