import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Bar } from '../../../models/market/bar.ts'
import { devnet } from '../../../shared/chain/chains/424242.ts'
import { barSeconds } from '../../../shared/schema/bars.ts'
import { parseCandleChoices } from '../../../workers/agent/candle-choices.ts'
import { CandlesUnavailable, fetchCandles } from '../../../workers/agent/candle-source.ts'
import { type Pair, pairMarket } from '../../../workers/agent/market-history.ts'
import { historyAges } from '../../../workers/agent/snapshot-from-view.ts'
import { environmentSchema } from '../../../workers/environment.ts'
import { record } from '../relays/recorded-relay.ts'
import { env, openLedger } from './ledger-world.ts'
import { sampleSnapshot } from './sample-decision.ts'

afterEach(() => vi.restoreAllMocks())

const url = 'https://candles.test/api/v3/klines?symbol=ETHUSDC&key=k9Jq2hVbXw3RzT7p'
const [weth, usdc] = [devnet.wrappedNative, '0x10Aeafac83d48E2f9ac4bAAf94311c45fACe1404'] as const
const week = 2016 * barSeconds
/** Some seconds into a bar, so that the newest one has been over for long enough to be kept. */
const at = 1_800_057_600 + 60
const until = at - (at % barSeconds)

/** A market that trembles about 2,500 dollars, and falls by `fall` in the hour before `until`. */
function priceAt(time: number, fall: number): number {
  const fallen = Math.min(Math.max((time - until + 3_600) / 3_600, 0), 1) * fall
  return 2_500 * (1 + 0.001 * Math.sin(time / 500)) * (1 - fallen)
}

type Kline = [number, string, string, string, string, string, number]
function klineAt(openTime: number, fall: number): Kline {
  const [open, close] = [priceAt(openTime, fall), priceAt(openTime + barSeconds, fall)]
  const prices = [open, Math.max(open, close) * 1.0001, Math.min(open, close) * 0.9999, close]
  return [openTime * 1000, ...(prices.map((price) => price.toFixed(8)) as [string, string, string, string]), '12.5', 0]
}

interface Exchange {
  fall?: number
  /** When the token was listed. */
  since?: number
  /** How an answer is changed before it leaves. */
  bend?: (klines: Kline[]) => unknown
}

/** Answers as Binance does: at most `limit` candles that open within the times asked for, oldest first. */
function exchange({ fall = 0, since = 0, bend = (klines) => klines }: Exchange = {}) {
  return record((request) => {
    const asked = new URL(request.url).searchParams
    const [from, to] = [Number(asked.get('startTime')) / 1000, Number(asked.get('endTime')) / 1000]
    const klines: Kline[] = []
    for (
      let time = Math.max(from, since);
      time <= to && klines.length < Number(asked.get('limit'));
      time += barSeconds
    ) {
      klines.push(klineAt(time, fall))
    }
    return Response.json(bend(klines))
  })
}

/** A snapshot whose pool fell by `fall` within the last hour. USDC is token0, so the pool's price is of USDC. */
function seen(fall = 0, samples = 25) {
  const secondsAgo = historyAges(at).slice(-samples)
  let cumulative = 0n
  const tickCumulatives = secondsAgo.map((ago, position) => {
    const time = at - ago - barSeconds / 2
    if (position > 0) {
      cumulative += BigInt(Math.round(Math.log(1e12 / priceAt(time, fall)) / Math.log(1.0001))) * BigInt(barSeconds)
    }
    return cumulative
  })
  const history = { pool: weth, secondsAgo: samples === 0 ? [] : secondsAgo, tickCumulatives }
  return sampleSnapshot(weth, { timestamp: at, history })
}

const pair: Pair = { sell: usdc, buy: weth }
const choices = [{ symbol: 'WETH', url }]
const market = (ledger: ReturnType<typeof openLedger>, snapshot = seen(), of = pair) =>
  pairMarket(devnet, choices, ledger.ledger(), snapshot, of)

describe('a candle source', () => {
  it('gives a week at the first look, in pages, and then only what has closed since', async () => {
    const sent = exchange()
    const ledger = openLedger()
    const known = await market(ledger)
    expect(known).toMatchObject({
      withoutCandles: null,
      market: { source: 'candles', base: weth, until, discarded: 0 },
    })
    expect(known.market.windows.map(({ bars, present }) => bars - present)).toEqual([0, 0, 0, 0, 0, 0])
    expect(known.market.windows.at(-1)?.turnover).toBeGreaterThan(12 * 12.5 * 2_400)
    const asked = sent.map(({ url: address }) => new URL(address).searchParams)
    expect(asked.map((one) => [one.get('symbol'), one.get('interval'), one.get('limit')])).toEqual(
      Array(3).fill(['ETHUSDC', '5m', '1000']),
    )
    expect(asked.map((one) => Number(one.get('startTime')) / 1000)).toEqual(
      [0, 1_000, 2_000].map((bars) => until - week - barSeconds + bars * barSeconds),
    )
    sent.length = 0
    expect((await market(ledger)).market).toEqual(known.market)
    expect(sent).toEqual([])
    const later = { ...seen(), timestamp: at + 600, history: { pool: weth, secondsAgo: [], tickCumulatives: [] } }
    expect((await market(ledger, later)).market).toMatchObject({ source: 'candles', until: until + 600 })
    expect(sent.map(({ url: address }) => Number(new URL(address).searchParams.get('startTime')) / 1000)).toEqual([
      until,
    ])
  })

  it('is asked for its own tokens against a dollar coin alone', async () => {
    const sent = exchange()
    const wbtc = '0xD89c1432EaA169C54dC7610C744c68a2F4b6B3e5'
    expect(await market(openLedger(), seen(), { sell: weth, buy: wbtc })).toMatchObject({ withoutCandles: null })
    const depegged = seen()
    const assets = depegged.assets.map((asset) => {
      if (asset.token !== usdc) return asset
      const price = 8n * 10n ** 17n
      return { ...asset, verdict: { ...asset.verdict, low: price, high: price } }
    })
    expect((await market(openLedger(), { ...depegged, assets })).market.source).toBe('pool')
    expect(sent).toEqual([])
  })

  it('is used although the pair’s pool has no history', async () => {
    exchange()
    expect((await market(openLedger(), seen(0, 0))).market).toMatchObject({ source: 'candles' })
  })

  it('follows a market that runs', async () => {
    exchange({ fall: 0.04 })
    expect((await market(openLedger(), seen(0.04))).market).toMatchObject({ source: 'candles' })
  })

  it.each<[string, Exchange, string]>([
    ['stands still', { bend: (klines) => klines.slice(0, -4) }, 'the newest candle is old'],
    ['is of another market', { fall: 0.04 }, 'the candles do not move with the pool'],
    [
      'is in another unit',
      { bend: (klines) => klines.map(([time]) => [time, '25', '25', '25', '25', '1']) },
      'the candles’ price is far from the oracle’s',
    ],
    ['has none', { bend: () => [] }, 'the candle source has none'],
    ['has few', { since: until - 5 * barSeconds }, 'candles and pool have too few bars in common'],
    [
      'says something else',
      { bend: () => ({ code: -1121, msg: `Invalid symbol, see ${url}` }) },
      'the candle source answers with something that is no list of candles',
    ],
    [
      'gives a number for a price',
      { bend: (klines) => klines.map(([time]) => [time, 1, 1, 1, 1, 1]) },
      'the candle source answers with something that is no list of candles',
    ],
    [
      'gives words for a price',
      { bend: (klines) => klines.map(([time]) => [time, 'NaN', '1', '1', '1', '1']) },
      'the candle source answers with something that is no list of candles',
    ],
  ])('that %s is left alone, and the pool speaks', async (_what, how, why) => {
    exchange(how)
    const ledger = openLedger()
    const known = await market(ledger)
    expect(known).toMatchObject({ withoutCandles: why, market: { source: 'pool', base: usdc } })
    expect(known.market.windows.at(-1)).toMatchObject({ present: 23 })
    // Nothing of it was kept.
    expect(await ledger.ledger().bars(`candles:${weth}`, at)).toEqual([])
  })

  it('loses bars that cannot be, which are counted and not kept', async () => {
    exchange({
      bend: (klines) => klines.map((kline, index) => (index === 7 ? [kline[0], '9', '8', '7', '9', '1'] : kline)),
    })
    const ledger = openLedger()
    const known = await market(ledger)
    expect(known.market).toMatchObject({ source: 'candles', discarded: 3 })
    expect((await ledger.ledger().bars(`candles:${weth}`, at)).length).toBe(2017 - 3)
  })
})

describe('candles that cannot be had', () => {
  const failure = (work: Promise<Bar[]>) =>
    work.then(
      () => 'no error',
      (error: unknown) => error,
    )
  const endless = () =>
    new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }))

  it.each<[string, () => Response | Promise<Response>, string]>([
    [
      'a refusal',
      () => new Response('key k9Jq2hVbXw3RzT7p', { status: 403 }),
      'the candle source answers with status 403',
    ],
    ['a redirection', () => Response.redirect('https://elsewhere.test/'), 'the candle source answers with status 302'],
    ['an answer without end', endless, 'the candle source gives an answer too long to read'],
    [
      'silence',
      () => Promise.reject(new DOMException(url, 'TimeoutError')),
      'the candle source gives no answer in time',
    ],
    ['no connection', () => Promise.reject(new TypeError(url)), 'the candle source could not be reached'],
    [
      'too many',
      () => Response.json(Array(1001).fill(klineAt(until, 0))),
      'the candle source answers with something that is no list of candles',
    ],
  ])('for %s: a sentence without any address, and the pool speaks', async (_what, answer, sentence) => {
    const sent = record(answer)
    const error = await failure(fetchCandles(url, until - 3_600, until))
    expect(error).toBeInstanceOf(CandlesUnavailable)
    expect(String(error)).toBe(`CandlesUnavailable: ${sentence}`)
    expect(new Set(sent.map(({ url: address }) => new URL(address).host))).toEqual(new Set(['candles.test']))
    expect(await market(openLedger())).toMatchObject({ withoutCandles: sentence, market: { source: 'pool' } })
  })

  it('asks no more than three times, whatever the source answers', async () => {
    const sent = record(() =>
      Response.json(Array.from({ length: 1_000 }, (_, index) => klineAt(until - week + index, 0))),
    )
    await fetchCandles(url, until - week, until)
    expect(sent.length).toBeLessThanOrEqual(3)
  })
})

describe('the variable that names them', () => {
  it('is read', () => {
    expect(parseCandleChoices('')).toEqual([])
    expect(parseCandleChoices(`WETH=${url}, WBTC=https://a.test/?symbol=BTCUSDT`)).toEqual([
      { symbol: 'WETH', url },
      { symbol: 'WBTC', url: 'https://a.test/?symbol=BTCUSDT' },
    ])
  })

  it.each(['WETH', 'WETH=http://a.test/', `${url}`, `WETH=${url},WETH=${url}`, 'WETH=https://'])(
    'refuses %s',
    (text) => {
      expect(parseCandleChoices(text)).toBeNull()
      const parsed = environmentSchema.safeParse({ ...env, CANDLE_SOURCES: text })
      expect(parsed.error?.issues.map(({ path }) => path)).toEqual([['CANDLE_SOURCES']])
    },
  )

  it('refuses a token that the chain does not have', () => {
    const parsed = environmentSchema.safeParse({ ...env, CANDLE_SOURCES: `PEPE=${url}` })
    expect(parsed.error?.issues.map(({ message }) => message)).toEqual([
      'CANDLE_SOURCES names PEPE, which is no token of chain 424242.',
    ])
  })
})
