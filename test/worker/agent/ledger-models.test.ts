import { evictDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { fewestOutcomes, uncalibrated } from '../../../models/calibration.ts'
import type { Bar } from '../../../models/market/bar.ts'
import { fewestScored } from '../../../models/standing.ts'
import { barSeconds } from '../../../shared/schema/bars.ts'
import type { Alert } from '../../../workers/agent/ledger-types.ts'
import { type ForecastNote, type ShadowQuote, shadowBlocks } from '../../../workers/agent/shadow-quote.ts'
import { openLedger, reserved, settlement } from './ledger-world.ts'
import {
  bytes32,
  sampleQuestion,
  sampleReservation,
  sampleSnapshot,
  sampleTransaction,
  tradingDecision,
  usdc,
  weth,
} from './sample-decision.ts'

type Opened = ReturnType<typeof openLedger>

const start = 1_800_057_600
const expectedOut = 4n * 10n ** 17n
const day = 86_400

/** A quote of the sample order at block 100; champion and challenger say alike unless told. */
function shadow(vault: Opened['vault'], id: string, changes: Partial<ShadowQuote> = {}): ShadowQuote {
  const { plan } = tradingDecision(sampleSnapshot(vault))
  return {
    ...{ id, sell: usdc, buy: weth, blockNumber: 100n, blockHash: bytes32('a'), madeAt: 1_800_000_000 },
    ...{ legs: plan?.legs ?? [], expectedOut, drift: drift() },
    ...changes,
  }
}

function drift(champion = [0, 5, 20], challenger = champion): ShadowQuote['drift'] {
  return { seconds: 48, model: 'champion@1', champion, challenger, inUse: champion }
}

const noted = (quote: ShadowQuote): ForecastNote => ({ shadow: quote, volatility: null })
/** What the same legs give after a drift against the trade. */
const drifted = (driftBps: number) => expectedOut - (expectedOut * BigInt(driftBps)) / 10_000n

async function learned(opened: Opened, id: string, driftBps: number, quote = shadow(opened.vault, id), at = start) {
  expect(await opened.ledger().noteForecast(noted(quote))).toBe(true)
  return opened.ledger().learnShadow(id, drifted(driftBps), at)
}

async function alertsOf({ ledger }: Opened): Promise<Alert[]> {
  return (await ledger().outbox(100)).flatMap((entry) => (entry.kind === 'alert' ? [entry.alert] : []))
}

async function calibrationOf({ ledger }: Opened) {
  return (await ledger().standing(sampleQuestion(0))).calibration
}

describe('a shadow quote', () => {
  it('teaches once, however often it is left and told', async () => {
    const opened = openLedger()
    const quote = shadow(opened.vault, 'one')
    expect(await learned(opened, 'one', 12, quote)).toEqual({ kind: 'learned', driftBps: 12 })
    expect(await opened.ledger().learnShadow('one', drifted(12), start)).toEqual({ kind: 'known' })
    expect(await opened.ledger().noteForecast(noted(quote))).toBe(false)
    await evictDurableObject(opened.ledger())
    expect(await opened.ledger().learnShadow('one', drifted(12), start)).toEqual({ kind: 'known' })
    expect(await calibrationOf(opened)).toEqual({ outcomes: 1, misses: [1, 1, 0], corrections: [0, 0, 0] })
  })

  it('comes back as it was left, until something has come of it', async () => {
    const opened = openLedger()
    const quote = shadow(opened.vault, 'one')
    await opened.ledger().noteForecast(noted(quote))
    expect(await opened.ledger().shadowQuote('one')).toEqual(quote)
    await opened.ledger().dropShadow('one')
    expect(await opened.ledger().shadowQuote('one')).toBeNull()
    expect(await opened.ledger().learnShadow('one', drifted(1), start)).toEqual({ kind: 'known' })
    expect(await calibrationOf(opened)).toEqual(uncalibrated())
  })

  it('teaches its own direction, latency and model alone', async () => {
    const opened = openLedger()
    await learned(opened, 'one', 12)
    const question = sampleQuestion(0)
    for (const other of [{ sell: weth, buy: usdc }, { seconds: 36 }, { champion: 'champion@2' }]) {
      const standing = await opened.ledger().standing({ ...question, drift: { ...question.drift, ...other } })
      expect(standing.calibration).toEqual(uncalibrated())
    }
  })

  it('leaves the version of the ledger as it is', async () => {
    const opened = openLedger()
    const { version } = await opened.ledger().status()
    await learned(opened, 'one', 12)
    expect((await opened.ledger().status()).version).toBe(version)
  })

  it('corrects nothing while outcomes are few, and stays within its bounds', async () => {
    const opened = openLedger()
    for (let count = 0; count < fewestOutcomes; count++) await learned(opened, `few-${count}`, 500)
    expect(await calibrationOf(opened)).toMatchObject({ outcomes: fewestOutcomes, corrections: [0, 0, 0] })
    for (let count = 0; count < 150; count++) await learned(opened, `more-${count}`, 500)
    const { corrections } = await calibrationOf(opened)
    expect(corrections[0]).toBe(0)
    for (const correction of corrections.slice(1)) expect(correction).toBeGreaterThan(0.5)
    for (const correction of corrections) expect(correction).toBeLessThanOrEqual(Math.log(3))
  })
})

describe('an order of ours', () => {
  async function sent(opened: Opened): Promise<string> {
    const { orderId } = await reserved(opened.vault, 0)
    await opened.ledger().commit(orderId, sampleTransaction('1'))
    return orderId
  }

  it('that filled in the same pools meanwhile makes an outcome worthless', async () => {
    const opened = openLedger()
    const orderId = await sent(opened)
    await opened.ledger().settle(settlement(orderId, { blockNumber: 100n + BigInt(shadowBlocks), final: false }))
    expect(await learned(opened, 'one', 30)).toEqual({ kind: 'contaminated' })
    expect(await opened.ledger().learnShadow('one', drifted(30), start)).toEqual({ kind: 'known' })
    expect(await calibrationOf(opened)).toEqual(uncalibrated())
  })

  it.each([
    ['before it', { blockNumber: 100n }],
    ['after it', { blockNumber: 101n + BigInt(shadowBlocks) }],
    ['without trading', { outcome: 'refused-on-chain' }],
  ] as const)('that ended %s does not', async (_when, changes) => {
    const opened = openLedger()
    await opened.ledger().settle(settlement(await sent(opened), changes))
    expect(await learned(opened, 'one', 30)).toMatchObject({ kind: 'learned' })
  })

  it('that filled in other pools does not', async () => {
    const opened = openLedger()
    await opened.ledger().settle(settlement(await sent(opened), {}))
    const [leg] = shadow(opened.vault, 'one').legs
    if (leg === undefined) throw new Error('The sample has no leg.')
    const elsewhere = shadow(opened.vault, 'one', { legs: [{ ...leg, pool: usdc }] })
    expect(await learned(opened, 'one', 30, elsewhere)).toMatchObject({ kind: 'learned' })
  })

  it('that is on its way must end first', async () => {
    const opened = openLedger()
    const orderId = await sent(opened)
    expect(await learned(opened, 'one', 30)).toEqual({ kind: 'undecided' })
    const expired = { outcome: 'expired', blockNumber: null, blockHash: null } as const
    await opened.ledger().settle(settlement(orderId, expired))
    expect(await opened.ledger().learnShadow('one', drifted(30), start)).toMatchObject({ kind: 'learned' })
  })
})

describe('a champion', () => {
  const worse = drift([0, 5, 20], [0, 5, 10])

  /** Nothing drifts, so that the wider quantile loses more. */
  async function outcomes(opened: Opened, count: number, quantiles = worse, at = start, name = 'outcome') {
    for (let index = 0; index < count; index++) {
      const id = `${name}-${index}`
      await learned(opened, id, 0, shadow(opened.vault, id, { drift: quantiles, madeAt: at }), at)
    }
  }

  it('that loses more is demoted once, a person is told, and no decision made before stands', async () => {
    const opened = openLedger()
    await outcomes(opened, fewestScored - 1)
    expect(await opened.ledger().standing(sampleQuestion(0))).toMatchObject({ demoted: [] })
    const { version } = await opened.ledger().status()
    await outcomes(opened, 1, worse, start, 'last')
    const standing = await opened.ledger().standing(sampleQuestion(0))
    expect(standing).toMatchObject({ demoted: ['slippage'], version: version + 1 })
    // The challenger has learned nothing yet.
    expect(standing.calibration).toEqual(uncalibrated())
    expect(await opened.ledger().reserve(sampleReservation(opened.vault, 0, version))).toEqual({
      ok: false,
      reason: 'StaleDecision',
    })
    await outcomes(opened, 5, worse, start, 'more')
    expect(await alertsOf(opened)).toMatchObject([
      {
        kind: 'model-demoted',
        subject: 'slippage',
        raisedAt: start,
        sentence: expect.stringContaining(`over ${fewestScored} outcomes (0.2000 against 0.1000 on average)`),
      },
    ])
  })

  it('that says the same as its challenger, or loses less, stays', async () => {
    const opened = openLedger()
    await outcomes(opened, fewestScored, drift())
    await outcomes(opened, fewestScored, drift([0, 5, 10], [0, 5, 20]), start, 'better')
    expect(await opened.ledger().standing(sampleQuestion(0))).toMatchObject({ demoted: [] })
    expect(await alertsOf(opened)).toEqual([])
  })

  it('is judged by the last thirty days', async () => {
    const opened = openLedger()
    await outcomes(opened, fewestScored - 1)
    const later = start + 31 * day
    await outcomes(opened, 1, worse, later, 'later')
    const { scores, demotions } = await opened.ledger().models()
    expect(scores.find(({ kind }) => kind === 'slippage')).toMatchObject({ outcomes: 1 })
    expect(demotions).toEqual([])
  })

  it('decides again once a person says so, and starts anew', async () => {
    const opened = openLedger()
    expect(await opened.ledger().reinstateModel('slippage')).toBe(false)
    await outcomes(opened, fewestScored)
    const { version } = await opened.ledger().status()
    expect(await opened.ledger().reinstateModel('volatility')).toBe(false)
    expect(await opened.ledger().reinstateModel('slippage')).toBe(true)
    const standing = await opened.ledger().standing(sampleQuestion(0))
    expect(standing).toMatchObject({ demoted: [], version: version + 1 })
    expect(standing.calibration.outcomes).toBe(fewestScored)
    expect((await opened.ledger().models()).scores).toMatchObject([{ outcomes: 0 }, { kind: 'slippage', outcomes: 0 }])
    await outcomes(opened, fewestScored - 1, worse, start, 'anew')
    expect((await opened.ledger().models()).demotions).toEqual([])
  })
})

describe('a forecast of volatility', () => {
  const series = 'candles:0x01'
  /** A price that goes up and down by a thousandth: variance 12e-6 an hour. */
  const bars = (from: number, count: number): Bar[] =>
    Array.from({ length: count }, (_, index) => {
      const openTime = from + index * barSeconds
      const close = (openTime / barSeconds) % 2 === 0 ? 2_500 : 2_500 * Math.exp(0.001)
      return { openTime, open: close, high: close, low: close, close, volume: 1 }
    })
  const realised = 12e-6
  const annual = (hourly: number) => Math.sqrt(hourly * 8_760)
  const note = (madeAt: number, champion = annual(realised), challenger = annual(4 * realised)): ForecastNote => {
    return { shadow: null, volatility: { series, madeAt, champion, challenger } }
  }
  const scoreOf = async ({ ledger }: Opened) =>
    (await ledger().models()).scores.find(({ kind }) => kind === 'volatility')

  it('is judged by the hour that followed, once', async () => {
    const opened = openLedger()
    expect(await opened.ledger().noteForecast(note(start + 10))).toBe(false)
    // Another one of the same hour is not remembered.
    await opened.ledger().noteForecast(note(start + 3_000, 9, 9))
    await opened.ledger().keepBars(series, bars(start - 300, 12), start + 3_300)
    expect(await scoreOf(opened)).toMatchObject({ outcomes: 0 })
    await opened.ledger().keepBars(series, bars(start - 300, 14), start + 3_900)
    const score = await scoreOf(opened)
    expect(score).toMatchObject({ outcomes: 1 })
    expect(score?.champion).toBeCloseTo(0, 9)
    expect(score?.challenger).toBeCloseTo(0.25 - Math.log(0.25) - 1, 9)
    await opened.ledger().keepBars(series, bars(start + 3_600, 12), start + 7_500)
    expect(await scoreOf(opened)).toMatchObject({ outcomes: 1 })
  })

  it('waits for bars that are missing, and is forgotten where they never come', async () => {
    const opened = openLedger()
    await opened.ledger().noteForecast(note(start))
    await opened.ledger().noteForecast(note(start + 3_600))
    // Ten of twelve bars of the first hour, eleven of the second.
    await opened.ledger().keepBars(series, [...bars(start, 10), ...bars(start + 3_600, 11)], start + 7_500)
    expect(await scoreOf(opened)).toMatchObject({ outcomes: 1 })
    await opened.ledger().keepBars(series, bars(start + 3_000, 1), start + 7_500)
    expect(await scoreOf(opened)).toMatchObject({ outcomes: 2 })

    const gone = openLedger()
    await gone.ledger().noteForecast(note(start))
    await gone.ledger().keepBars(series, bars(start, 10), start + 5 * 3_600)
    await gone.ledger().keepBars(series, bars(start + 3_000, 2), start + 5 * 3_600)
    expect(await scoreOf(gone)).toMatchObject({ outcomes: 0 })
  })

  it('costs its champion the decision where it is worse', async () => {
    const opened = openLedger()
    const hours = fewestScored + 1
    for (let index = 0; index < hours; index++) {
      const madeAt = start + index * 3_600
      await opened.ledger().noteForecast(note(madeAt, annual(4 * realised), annual(realised)))
      await opened.ledger().keepBars(series, bars(madeAt, 12), madeAt + 3_600)
    }
    expect((await opened.ledger().standing(sampleQuestion(0))).demoted).toEqual(['volatility'])
    expect(await alertsOf(opened)).toMatchObject([{ kind: 'model-demoted', subject: 'volatility' }])
  })
})

describe('own fills', () => {
  const champion = [0, 5, 20]

  /** Fills the sample order so much below its quote. */
  async function filled(opened: Opened, slot: number, driftBps: number, changes = {}) {
    const { version } = await opened.ledger().status()
    const reservation = sampleReservation(opened.vault, slot, version, {
      blockNumber: 101n,
      executor: { balance: 1n, nonce: slot },
    })
    const forecast = { model: 'm', value: 1, low: 1, high: 1, note: '' }
    const each = { champion: forecast, challenger: forecast, floor: forecast }
    const fee = { model: 'm', blocksAhead: 1, median: 1n, quantile90: 1n, quantile99: 1n, note: '' }
    const forecasts = {
      ...{ volatility: forecast, volatilities: { hour: each, day: each }, slippageBps: forecast },
      ...{ drift: drift(champion), gas: { nextBlock: fee, endOfLife: fee } },
    }
    const decision = { ...reservation.decision, forecasts }
    const result = await opened.ledger().reserve({ ...reservation, decision })
    if (!result.ok) throw new Error(result.reason)
    await opened.ledger().commit(result.orderId, sampleTransaction(String(slot + 1)))
    const settled = settlement(result.orderId, { amountOut: drifted(driftBps), mandateFilled: 1n, ...changes })
    await opened.ledger().settle({ ...settled, final: false })
    await opened.ledger().settle(settled)
    await opened.ledger().settle(settled)
  }

  it('are compared with the quantiles they were sent with, each once, and teach nothing', async () => {
    const opened = openLedger()
    await filled(opened, 0, 12)
    await filled(opened, 1, -4)
    expect((await opened.ledger().models()).fills).toEqual([
      { sell: usdc, buy: weth, seconds: 48, model: 'champion@1', fills: 2, misses: [1, 1, 0], meanDriftBps: 4 },
    ])
    expect(await calibrationOf(opened)).toEqual(uncalibrated())
    expect((await opened.ledger().models()).scores.map(({ outcomes }) => outcomes)).toEqual([0, 0])
  })

  it('that never were are not counted', async () => {
    const opened = openLedger()
    await filled(opened, 0, 12, { outcome: 'refused-on-chain', amountIn: 0n, amountOut: 0n })
    expect((await opened.ledger().models()).fills).toEqual([])
  })
})

describe('visits of markets', () => {
  it('are claimed once in their time', async () => {
    const { ledger } = openLedger()
    expect(await ledger().claimVisits(['a', 'b'], 1_800, start)).toEqual(['a', 'b'])
    expect(await ledger().claimVisits(['a', 'c'], 1_800, start + 60)).toEqual(['c'])
    expect(await ledger().claimVisits(['a', 'b', 'c'], 1_800, start + 1_800)).toEqual(['a', 'b'])
  })
})
