import type { Address } from 'viem'
import { learn, uncalibrated } from '../../../models/calibration.ts'
import { type CalibrationState, calibrationSchema } from '../../../shared/schema/calibration.ts'

/**
 * Whose quantiles a calibration corrects. A direction of its own for each pair: prices fall faster than they rise, and the
 * forecast knows the momentum with or against the trade. A model of its own: what another one got wrong is not its fault.
 */
export interface CalibrationKey {
  sell: Address
  buy: Address
  /** From the quote to the end of the order's life. */
  seconds: number
  model: string
}

export interface KeptCalibration extends CalibrationKey {
  state: CalibrationState
  /** Chain time of the last outcome. */
  updatedAt: number
}

type CalibrationRow = {
  sell: Address
  buy: Address
  seconds: number
  model: string
  state: string
  updated_at: number
}

const columns = 'sell, buy, seconds, model'

/** What outcomes taught; nothing yet where there were none. */
export function readCalibration(sql: SqlStorage, { sell, buy, seconds, model }: CalibrationKey): CalibrationState {
  const query = 'SELECT * FROM calibrations WHERE sell = ? AND buy = ? AND seconds = ? AND model = ?'
  const [row] = sql.exec<CalibrationRow>(query, sell, buy, seconds, model).toArray()
  return row === undefined ? uncalibrated() : calibrationSchema.parse(JSON.parse(row.state))
}

export function readCalibrations(sql: SqlStorage): KeptCalibration[] {
  return sql
    .exec<CalibrationRow>(`SELECT * FROM calibrations ORDER BY ${columns}`)
    .toArray()
    .map(({ state, updated_at: updatedAt, ...key }) => {
      return { ...key, state: calibrationSchema.parse(JSON.parse(state)), updatedAt }
    })
}

/**
 * One outcome more. The ledger's version stays: a decision that is made meanwhile was made on what was known before, which stands
 * in its record.
 *
 * @param quantiles as they were sent, basis points
 * @param drift what came, basis points
 */
export function learnOutcome(
  sql: SqlStorage,
  key: CalibrationKey,
  quantiles: readonly number[],
  drift: number,
  at: number,
): void {
  const { sell, buy, seconds, model } = key
  const state = learn(readCalibration(sql, key), quantiles, drift)
  sql.exec(
    `INSERT OR REPLACE INTO calibrations (${columns}, state, updated_at) VALUES (?, ?, ?, ?, ?, ?)`,
    ...[sell, buy, seconds, model, JSON.stringify(state), at],
  )
}
