import { z } from 'zod'
import type { Bar } from '../../models/market/bar.ts'
import { barSeconds } from '../../shared/schema/bars.ts'
import { boundedText } from '../bounded-text.ts'

/** The candles could not be had; the message is for people and names no address. */
export class CandlesUnavailable extends Error {
  override readonly name = 'CandlesUnavailable'
}

/** Milliseconds that a source gets to answer, however many requests that takes. */
const timeoutMilliseconds = 4_000
/** Candles in one answer at most, which is what Binance allows; a week has 2016. */
const pageSize = 1_000
const mostPages = 3
/** Characters of an answer that are read: a candle has about two hundred. */
const longestAnswer = 500_000

const price = z.string().regex(/^\d{1,30}(\.\d{1,30})?$/)
/**
 * Binance's spot API, `GET /api/v3/klines` (developers.binance.com): open time in milliseconds; open, high, low, close and the
 * volume in units of the base asset as decimal strings; then more that is not read.
 */
const klinesSchema = z.array(z.tuple([z.number(), price, price, price, price, price], z.unknown())).max(pageSize)

/**
 * Five-minute candles that open at `from` or later and before `until`, oldest first, as the source gives them: nothing of their
 * numbers has been looked at. Seconds since epoch, multiples of a bar.
 *
 * @throws CandlesUnavailable after a time-out, for a refusal, a redirection, or an answer that is no list of candles
 */
export async function fetchCandles(url: string, from: number, until: number): Promise<Bar[]> {
  const signal = AbortSignal.timeout(timeoutMilliseconds)
  const bars: Bar[] = []
  let next = from
  for (let page = 0; page < mostPages && next < until; page++) {
    const found = await fetchPage(pageAddress(url, next, until), signal)
    bars.push(...found.filter(({ openTime }) => openTime >= from && openTime < until))
    const last = found.at(-1)
    if (found.length < pageSize || last === undefined || last.openTime < next) break
    next = last.openTime + barSeconds
  }
  return bars
}

function pageAddress(url: string, from: number, until: number): string {
  const address = new URL(url)
  address.searchParams.set('interval', `${barSeconds / 60}m`)
  address.searchParams.set('startTime', String(from * 1000))
  address.searchParams.set('endTime', String(until * 1000 - 1))
  address.searchParams.set('limit', String(pageSize))
  return address.toString()
}

async function fetchPage(address: string, signal: AbortSignal): Promise<Bar[]> {
  const text = await textOf(address, signal)
  const klines = klinesSchema.safeParse(parsed(text))
  if (!klines.success)
    throw new CandlesUnavailable('the candle source answers with something that is no list of candles')
  return klines.data.map(([milliseconds, open, high, low, close, volume]) => ({
    openTime: milliseconds / 1000,
    ...{ open: Number(open), high: Number(high), low: Number(low), close: Number(close), volume: Number(volume) },
  }))
}

/** Nobody was chosen but the source itself, so a redirection is not followed. */
async function textOf(address: string, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(address, { signal, redirect: 'manual' })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new CandlesUnavailable(`the candle source answers with status ${response.status}`)
    }
    const text = await boundedText(response, longestAnswer)
    if (text === null) throw new CandlesUnavailable('the candle source gives an answer too long to read')
    return text
  } catch (error) {
    if (error instanceof CandlesUnavailable) throw error
    const timedOut = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
    throw new CandlesUnavailable(`the candle source ${timedOut ? 'gives no answer in time' : 'could not be reached'}`)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
