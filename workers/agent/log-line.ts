import type { Hex } from 'viem'
import { redact } from '../redact.ts'
import type { Alert } from './ledger-types.ts'

/** Everything the agent says, and when. `npm start` prints its progress from these lines. */
export type LogEvent =
  // dispatch: one line a minute and vault, or where something was found
  | 'dispatch.vault' // durationMs, due: slices enqueued
  | 'dispatch.failed' // error: a vault could not be looked at
  | 'dispatch.promoted' // strategyId: its mandate is on chain, it is active now
  | 'dispatch.finished' // strategyId, status: filled, ended or closed
  | 'dispatch.missed' // strategyId, slot: a slice that never happened
  | 'sweep.alarm' // a ledger's alarm was lost and is set again
  | 'keeper.checkpoint' // transactionHash, reason: a checkpoint was sent
  | 'keeper.failed' // error
  // one tick, stage by stage; each with strategyId, slot and durationMs
  // blockNumber, roundTrips, bytes, windowTooSmall: pools of which the largest slice needs more than was read; market: what tells
  // of it, and of how many of a week's bars; candles: why a candle source was not used
  | 'tick.observe'
  | 'tick.decide' // verdict, reason, sentence, legs, gapBps, amountIn, predictedSlippageBps
  | 'tick.simulate' // reason where it reverts, gas
  | 'tick.reserve' // orderId, nonce, head; or reason
  | 'tick.sign' // transactionHash; or reason
  | 'tick.commit' // or reason
  | 'tick.send' // relay, answer, targetBlock
  | 'tick.end' // verdict, reason, sentence, head: one line for every tick, whatever came of it
  | 'tick.later' // reason, delaySeconds: tried again within the slice's window
  // outcomes of forecasts; subject: what was quoted, and at which block
  | 'shadow.learned' // driftBps: what the price drifted by the end of an order's life; positive is against the trade
  | 'shadow.dropped' // reason: nothing can be learned from it
  | 'shadow.failed' // error: what was forecast is not remembered
  | 'visit' // strategyId, blockNumber: its market was looked at between slices; or reason
  // tracking
  | 'track.settled' // orderId, outcome, transactionHash, amountIn, amountOut, slippageBps, final
  | 'track.unsettled' // orderId
  | 'track.resent' // orderId, relay, answer
  | 'track.status' // orderId, relay, status: what the relay says; decides nothing but whether a leak is looked into
  | 'track.cancelled' // orderId, relay, answer: somebody paused, and the relay was asked to forget the order
  | 'track.leaked' // orderId, relay: the public has seen an order that only these relays had
  | 'track.released' // orderId, reason
  | 'track.failed' // error
  | 'project' // count: records and orders written to the database
  | 'alert' // reason: its kind; sentence, subject: a person should look
  // queue
  | 'queue.retry' // messageId, error
  | 'queue.dead' // messageId: given up; its slices are recorded as missed
  | 'ledger.alarm'

/** The only fields a line may have: a secret cannot be logged by accident, since no field holds one. */
export interface LogFields {
  vault?: Hex
  chainId?: number
  strategyId?: Hex
  slot?: number
  attempt?: number
  orderId?: string
  minute?: number
  due?: number
  count?: number
  durationMs?: number
  roundTrips?: number
  bytes?: number
  blockNumber?: bigint
  /** Addresses of pools; ids of v4 pools. */
  windowTooSmall?: readonly Hex[]
  market?: string
  candles?: string
  targetBlock?: bigint
  verdict?: string
  reason?: string
  subject?: string
  sentence?: string
  status?: string
  outcome?: string
  final?: boolean
  legs?: number
  amountIn?: bigint
  amountOut?: bigint
  predictedSlippageBps?: number
  slippageBps?: number | null
  driftBps?: number
  gas?: bigint
  nonce?: number
  head?: Hex
  transactionHash?: Hex | null
  relay?: string
  answer?: string
  delaySeconds?: number
  messageId?: string
  /** Anything caught; only the message of an Error is written, shortened, without addresses of endpoints. */
  error?: unknown
}

export type LogLevel = 'info' | 'warn' | 'error'

/** Writes one JSON line: {"level", "event", …fields}; amounts as decimal strings. */
export function logLine(level: LogLevel, event: LogEvent, fields: LogFields): void {
  const { error, ...rest } = fields
  const line = JSON.stringify(
    { level, event, ...rest, ...(error === undefined ? {} : { error: describe(error) }) },
    (_key, value) => (typeof value === 'bigint' ? value.toString() : value),
  )
  if (level === 'error') console.error(line)
  else if (level === 'warn') console.warn(line)
  else console.log(line)
}

/** At the level that whoever watches the logs is woken by. */
export function logAlert(vault: Hex | null, { kind, subject, sentence }: Alert): void {
  logLine('error', 'alert', { ...(vault === null ? {} : { vault }), reason: kind, subject, sentence })
}

/** Provider and relay addresses often carry an access key in their path, so addresses never reach a log. */
export function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return redact(text).slice(0, 500)
}
