import type { Disagreement } from '../../../models/agreement.ts'
import { basisPointsOfOne, maximum, minimum } from '../../../shared/chain/units.ts'
import { available } from '../../../shared/policy/balance.ts'
import { amountWorth, assetOf, type OracleQuote } from '../../../shared/policy/oracle-bound.ts'
import { refillLeft } from '../../../shared/policy/refill.ts'
import { sizeCapUsd } from '../../../shared/policy/size-cap.ts'
import type { DecisionInput, Forecast, Reason } from '../../../shared/schema/decision.ts'
import { smallestShareBps } from './bounds.ts'
import { disagreementCap } from './disagreement.ts'
import { refuse, type Stop, wait } from './stop.ts'

/** A limit on the slice's size, base units of the sold token. */
export interface Cap {
  amount: bigint
  reason: Exclude<Reason, 'None'>
  /** Completes "Shrunk from …: ". */
  why: string
}

export interface Size {
  amount: bigint
  /** The cap that made the slice smaller than wanted; null where none did. */
  cap: Cap | null
}

/** What is forecast, up to where that is calm (annualised), and how far the models are apart; null where they agree. */
export interface Outlook {
  volatility: Forecast
  calm: number
  disagreement: Disagreement | null
}

/** The most that may be sold now: what is wanted, under every cap. */
export function sizeOf(input: DecisionInput, wanted: bigint, outlook: Outlook, quote: OracleQuote): Size {
  const caps = [
    ...[balanceCap(input), refillCap(input, wanted), volumeCap(input, quote), sizeCap(input, quote)],
    volatilityCap(wanted, outlook),
    ...(outlook.disagreement === null ? [] : [disagreementCap(wanted, outlook.disagreement)]),
  ]
  let size: Size = { amount: wanted, cap: null }
  for (const cap of caps) if (cap.amount < size.amount) size = { amount: cap.amount, cap }
  return size
}

/** Meters that drain by themselves. */
const passing: ReadonlySet<Reason> = new Set<Reason>(['VolumeExceeded', 'RefillExceeded'])

/** A remainder too small for a transaction: why the slice waits or is refused instead. */
export function tooSmall(size: Size, wanted: bigint): Stop | null {
  if (size.cap === null || size.amount * basisPointsOfOne >= wanted * BigInt(smallestShareBps)) return null
  const stop = passing.has(size.cap.reason) ? wait : refuse
  return stop(size.cap.reason, `What is left would be too small a slice: ${size.cap.why}.`)
}

function balanceCap({ snapshot, mandate }: DecisionInput): Cap {
  const sold = assetOf(snapshot.assets, mandate.sell)
  const amount = sold === undefined ? 0n : available(sold)
  return { amount, reason: 'InsufficientBalance', why: 'the vault holds no more' }
}

function volumeCap({ snapshot }: DecisionInput, quote: OracleQuote): Cap {
  const { volumeUsedUsd, limits } = snapshot.vault
  const left = maximum(limits.volumeCapacityUsd - volumeUsedUsd, 0n)
  return { amount: amountWorth(quote, left), reason: 'VolumeExceeded', why: 'the volume meter has no more room' }
}

/** What the vault's own measure of volatility leaves of its size cap. */
function sizeCap({ snapshot, mandate }: DecisionInput, quote: OracleQuote): Cap {
  const [sold, bought] = [assetOf(snapshot.assets, mandate.sell), assetOf(snapshot.assets, mandate.buy)]
  const cap = sold === undefined || bought === undefined ? 0n : sizeCapUsd(snapshot.vault, sold, bought)
  return { amount: amountWorth(quote, cap), reason: 'SizeCapExceeded', why: 'the vault’s size cap allows no more' }
}

/** As of the snapshot; by the time the order runs, there is room for more. */
function refillCap({ snapshot, mandate }: DecisionInput, wanted: bigint): Cap {
  const left = refillLeft({ mandate, refill: snapshot.refill, at: snapshot.timestamp })
  return { amount: left ?? wanted, reason: 'RefillExceeded', why: 'the mandate has not refilled further' }
}

/** Twice the calm volatility halves the slice. */
function volatilityCap(wanted: bigint, { volatility, calm }: Outlook): Cap {
  const share = volatility.value > calm ? calm / volatility.value : 1
  const amount = minimum(wanted, (wanted * BigInt(Math.ceil(share * 1e6))) / 1_000_000n)
  return { amount, reason: 'VolatilityGate', why: 'the market is volatile' }
}
