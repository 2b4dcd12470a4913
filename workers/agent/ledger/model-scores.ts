import { modelInUseId } from '../../../models/model-in-use.ts'
import { isWorse, type Losses, type Score, scoredSeconds } from '../../../models/standing.ts'
import { type ModelKind, modelKind } from '../../../shared/schema/calibration.ts'
import { raiseAlert } from './alerts.ts'
import { raiseVersion } from './store.ts'

/** A champion that gave way to its challenger. */
export interface Demotion {
  kind: ModelKind
  /** Chain time. */
  demotedAt: number
}

export function readDemotions(sql: SqlStorage): Demotion[] {
  return sql
    .exec<{ kind: ModelKind; demotedAt: number }>('SELECT kind, at AS demotedAt FROM demotions ORDER BY kind')
    .toArray()
}

/** The kinds of which the challenger decides, in their usual order. */
export function demotedKinds(sql: SqlStorage): ModelKind[] {
  const demoted = new Set(readDemotions(sql).map(({ kind }) => kind))
  return modelKind.options.filter((kind) => demoted.has(kind))
}

/** Mean losses over the last thirty days of outcomes, of the model in use: what another one lost is not counted against it. */
export function readScore(sql: SqlStorage, kind: ModelKind): Score {
  const query = `SELECT count(*) AS outcomes, coalesce(avg(champion), 0) AS champion, coalesce(avg(challenger), 0) AS challenger
                 FROM model_outcomes WHERE kind = ? AND model_id = ?`
  return sql.exec<{ outcomes: number; champion: number; challenger: number }>(query, kind, modelInUseId).one()
}

/**
 * Counts what one outcome cost both models, once per subject, and forgets those older than thirty days. A champion that is worse
 * is demoted: its challenger decides until a person reinstates it, and the person is told.
 */
export function countOutcome(sql: SqlStorage, kind: ModelKind, subject: string, losses: Losses, at: number): void {
  sql.exec(
    'INSERT OR IGNORE INTO model_outcomes (kind, subject, model_id, at, champion, challenger) VALUES (?, ?, ?, ?, ?, ?)',
    ...[kind, subject, modelInUseId, at, losses.champion, losses.challenger],
  )
  sql.exec('DELETE FROM model_outcomes WHERE at < ?', at - scoredSeconds)
  const score = readScore(sql, kind)
  if (!isWorse(score) || readDemotions(sql).some((demotion) => demotion.kind === kind)) return
  sql.exec('INSERT INTO demotions (kind, at) VALUES (?, ?)', kind, at)
  const means = `${score.champion.toPrecision(4)} against ${score.challenger.toPrecision(4)}`
  raiseAlert(sql, {
    kind: 'model-demoted',
    subject: kind,
    sentence: `The ${kind} champion lost more than its challenger over ${score.outcomes} outcomes (${means} on average): the challenger decides until a person reinstates the champion.`,
    raisedAt: at,
  })
  raiseVersion(sql)
}

/** A person trusts the champion again, and it starts anew: what it lost is forgotten. False where it was not demoted. */
export function reinstate(sql: SqlStorage, kind: ModelKind): boolean {
  const query = 'DELETE FROM demotions WHERE kind = ? RETURNING kind'
  if (sql.exec(query, kind).toArray().length === 0) return false
  sql.exec('DELETE FROM model_outcomes WHERE kind = ?', kind)
  raiseVersion(sql)
  return true
}
