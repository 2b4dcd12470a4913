import { DurableObject } from 'cloudflare:workers'
import type { Hex } from 'viem'
import type { Bar } from '../../models/market/bar.ts'
import { chainDefinition } from '../../shared/chain/chains/known.ts'
import { type ModelKind, modelKind } from '../../shared/schema/calibration.ts'
import { type Clock, clockFrom } from '../clock.ts'
import { type Env, readEnvironment } from '../environment.ts'
import type { RelayHealth } from '../relays/health.ts'
import { armAlarm } from './ledger/alarm.ts'
import * as calibrations from './ledger/calibrations.ts'
import * as commits from './ledger/commit.ts'
import * as fillAudits from './ledger/fill-audit.ts'
import * as handovers from './ledger/handovers.ts'
import * as marketBars from './ledger/market-bars.ts'
import * as modelScores from './ledger/model-scores.ts'
import * as outbox from './ledger/outbox.ts'
import * as pauses from './ledger/pauses.ts'
import * as poolBook from './ledger/pool-book.ts'
import * as relayRatings from './ledger/relay-rating.ts'
import * as reservations from './ledger/reserve.ts'
import * as settlements from './ledger/settle.ts'
import * as shadowQuotes from './ledger/shadow-quotes.ts'
import { type LedgerIdentity, openOrders, openStore } from './ledger/store.ts'
import * as views from './ledger/views.ts'
import * as volatilities from './ledger/volatility-outcomes.ts'
import { identityFromName } from './ledger-address.ts'
import type {
  CommitResult,
  CommittedTransaction,
  LedgerStatus,
  LiveOrder,
  ModelsStanding,
  OutboxEntry,
  PauseFlag,
  Reservation,
  ReserveResult,
  Settlement,
  SliceQuestion,
  SliceStanding,
  SweepReport,
  TrackedOrder,
  UnclaimedDecision,
} from './ledger-types.ts'
import { logLine } from './log-line.ts'
import type { KeptPool } from './pool-book.ts'
import type { ForecastNote, ShadowQuote } from './shadow-quote.ts'

/**
 * The single writer of one vault: reservations, nonce, signed bytes and the log. Each method is one synchronous
 * transaction; nothing here awaits the network, so nothing interleaves. The rooms under ledger/ hold the rules.
 */
export class VaultLedger extends DurableObject<Env> {
  readonly #identity: LedgerIdentity
  readonly #clock: Clock
  readonly #blockSeconds: number

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#identity = identityFromName(state.id.name)
    const reading = readEnvironment(env)
    if (!reading.ok) throw new Error(reading.sentence)
    this.#clock = clockFrom(reading.environment)
    this.#blockSeconds = chainDefinition(this.#identity.chainId)?.blockSeconds ?? 12
    openStore(state.storage, this.#identity)
  }

  /** For people and the API. */
  status(): LedgerStatus {
    return views.readStatus(this.#sql)
  }

  /** What a tick must know before it observes. */
  standing(slice: SliceQuestion): SliceStanding {
    return views.readStanding(this.#sql, slice)
  }

  /** What earlier observations kept of these pools. */
  pools(keys: string[]): KeptPool[] {
    return poolBook.readPools(this.#sql, keys)
  }

  keepPools(pools: KeptPool[]): void {
    this.ctx.storage.transactionSync(() => poolBook.keepPools(this.#sql, pools))
  }

  /** Bars of one series as of the last week, oldest first; `at` is chain time. */
  bars(series: string, at: number): Bar[] {
    return marketBars.readWeek(this.#sql, series, at)
  }

  /**
   * Keeps bars that can no longer change, and judges the forecasts that they tell of. No decision is stale for the bars: what it was
   * made on stands in its record.
   */
  keepBars(series: string, bars: Bar[], at: number): void {
    this.#change(() => {
      marketBars.keepBars(this.#sql, series, bars, at)
      volatilities.judgeVolatility(this.#sql, series, at)
    })
  }

  /** Which of these markets nobody has visited for so many seconds; from now on somebody has. `at` is chain time. */
  claimVisits(markets: string[], seconds: number, at: number): string[] {
    return this.ctx.storage.transactionSync(() => marketBars.claimVisits(this.#sql, markets, seconds, at))
  }

  /** Remembers what was forecast. True where there is a quote that somebody must make again. */
  noteForecast({ shadow, volatility }: ForecastNote): boolean {
    return this.#change(() => {
      if (volatility !== null) volatilities.noteVolatility(this.#sql, volatility)
      return shadow !== null && shadowQuotes.noteShadow(this.#sql, shadow)
    })
  }

  /** The quote, while nothing has come of it. */
  shadowQuote(id: string): ShadowQuote | null {
    return shadowQuotes.readShadow(this.#sql, id)
  }

  /** See {@link shadowQuotes.learnShadow}; `at`: time of the block it was quoted again at. */
  learnShadow(id: string, requotedOut: bigint, at: number): shadowQuotes.ShadowOutcome {
    return this.#change(() => shadowQuotes.learnShadow(this.#sql, id, requotedOut, at))
  }

  dropShadow(id: string): void {
    this.#change(() => shadowQuotes.dropShadow(this.#sql, id))
  }

  /** How the models fared in this vault's markets. */
  models(): ModelsStanding {
    const scoreOf = (kind: ModelKind) => ({ kind, ...modelScores.readScore(this.#sql, kind) })
    return {
      scores: modelKind.options.map(scoreOf),
      demotions: modelScores.readDemotions(this.#sql),
      calibrations: calibrations.readCalibrations(this.#sql),
      fills: fillAudits.readAudits(this.#sql),
    }
  }

  reinstateModel(kind: ModelKind): boolean {
    return this.#change(() => modelScores.reinstate(this.#sql, kind))
  }

  /** Whether an order took the slice: one that may still trade, or one that did. */
  isTaken(strategyId: Hex, slot: number): boolean {
    return reservations.isClaimed(this.#sql, strategyId, slot)
  }

  reserve(reservation: Reservation): ReserveResult {
    return this.#change(() => reservations.reserve(this.#sql, this.#identity, reservation))
  }

  /** Appends a decision that claims nothing. */
  record(unclaimed: UnclaimedDecision): { sequence: number; head: Hex } {
    return this.#change(() => reservations.recordDecision(this.#sql, this.#identity, unclaimed))
  }

  commit(orderId: string, transaction: CommittedTransaction): CommitResult {
    return this.#change(() => commits.commit(this.#sql, this.#identity, orderId, transaction))
  }

  maySend(orderId: string): boolean {
    return commits.maySend(this.#sql, orderId)
  }

  /** Asked right before the bytes leave for a relay; see {@link handovers.handTo}. */
  handTo(orderId: string, relay: string, atBlock: bigint): boolean {
    return this.#change(() => handovers.handTo(this.#sql, orderId, relay, atBlock))
  }

  markSent(orderId: string, relay: string, atBlock: bigint, answer: string): boolean {
    return this.#change(() => handovers.markSent(this.#sql, orderId, relay, atBlock, answer))
  }

  /** How relays fared with this vault's orders. */
  relays(): RelayHealth[] {
    return relayRatings.readRelays(this.#sql)
  }

  /** `at`: chain time. */
  countFailedAnswer(relay: string, at: number): void {
    this.#change(() => relayRatings.countFailedAnswer(this.#sql, relay, at))
  }

  noteLeak(orderId: string, at: number): string[] | null {
    return this.#change(() => relayRatings.noteLeak(this.#sql, orderId, at))
  }

  reinstateRelay(name: string): boolean {
    return this.#change(() => relayRatings.reinstate(this.#sql, name))
  }

  release(orderId: string, why: string, again: boolean, at: number): boolean {
    return this.#change(() => commits.release(this.#sql, this.#identity, orderId, why, again, at))
  }

  settle(settlement: Settlement): boolean {
    return this.#change(() => settlements.settle(this.#sql, this.#identity, settlement))
  }

  /** `at`: time of the block at which the order was found missing. */
  unsettle(orderId: string, at: number): boolean {
    return this.#change(() => settlements.unsettle(this.#sql, this.#identity, orderId, at))
  }

  /** The reply names the order that is on its way, if there is one: the tracker asks its relay to forget it, which may fail. */
  setPause(flag: PauseFlag): { live: LiveOrder | null } {
    return this.#change(() => {
      pauses.writePause(this.#sql, flag)
      return { live: views.readLive(this.#sql) }
    }, flag.paused)
  }

  tracked(): TrackedOrder[] {
    return views.readTracked(this.#sql)
  }

  outbox(limit: number): OutboxEntry[] {
    return outbox.readOutbox(this.#sql, limit)
  }

  acknowledge(sequence: number): void {
    this.#change(() => outbox.acknowledge(this.#sql, sequence))
  }

  /** The minute cron's question: follows the pauses of the database and finds an alarm that got lost. */
  async sweep(expectedPauses: PauseFlag[]): Promise<SweepReport> {
    const missing = (await this.ctx.storage.getAlarm()) === null
    const openOrderCount = openOrders(this.#sql).length
    const errands = outbox.countErrands(this.#sql)
    this.#change(() => {
      if (missing) this.#sql.exec('UPDATE ledger SET alarm_at = 0')
      pauses.followPauses(this.#sql, expectedPauses)
    })
    return { alarmWasMissing: missing && openOrderCount + errands > 0, openOrders: openOrderCount, errands }
  }

  /** Asks the queue to look at the chain; the next alarm is armed whether or not the queue took the message. */
  override async alarm(): Promise<void> {
    const { vault, chainId } = this.#identity
    try {
      await this.env.TICKS.send({ type: 'track', vault, chainId })
    } catch (error) {
      logLine('error', 'ledger.alarm', { vault, chainId, error })
    }
    this.#change(() => this.#sql.exec('UPDATE ledger SET alarm_at = 0'))
  }

  get #sql(): SqlStorage {
    return this.ctx.storage.sql
  }

  /** One transaction, with the alarm armed as part of it. */
  #change<T>(write: () => T, atOnce = false): T {
    return this.ctx.storage.transactionSync(() => {
      const result = write()
      this.ctx.waitUntil(armAlarm(this.ctx.storage, this.#clock, this.#blockSeconds, Date.now(), atOnce))
      return result
    })
  }
}
