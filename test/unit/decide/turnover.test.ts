import { describe, expect, it } from 'vitest'
import type { WindowBars } from '../../../shared/schema/bars.ts'
import type { PairMarket, PriceWindow } from '../../../shared/schema/price-history.ts'
import type { StrategyConfiguration } from '../../../shared/schema/strategy.ts'
import { contextFor } from '../../../workers/agent/decide/context.ts'
import { decide } from '../../../workers/agent/decide/decide.ts'
import { chain, inputWith, start, twapConfiguration, usdc } from './world.ts'

const context = contextFor(chain)
const pov = { ...twapConfiguration, kind: 'pov' as const, slices: 5, participationBps: 100 }

function windowOf(bars: WindowBars, turnover: number | null): PriceWindow {
  return {
    bars,
    present: bars,
    moved: bars,
    absolute: 0,
    downside: 0.5,
    realised: 1e-5,
    range: null,
    logReturn: 0,
    turnover,
  }
}

/** Six million dollars an hour in the last hour, a fifth of that over the day; more in the last minutes. */
const measured: PairMarket = {
  base: chain.wrappedNative,
  source: 'candles',
  until: start,
  windows: [windowOf(2, 90e6), windowOf(12, 6e6), windowOf(72, 2e6), windowOf(288, 1.2e6)],
  weighted: null,
  discarded: 0,
}

function decideWith(market: PairMarket | undefined, change: Partial<StrategyConfiguration> = {}) {
  const configuration = { ...pov, ...change } as StrategyConfiguration
  return decide({ ...inputWith({ configuration }), ...(market === undefined ? {} : { market }) }, context)
}

describe("a share of the market's turnover", () => {
  it('is of the last hour’s, for the time of one interval', () => {
    // 6,000,000 an hour is 1,000,000 in ten minutes: one per cent.
    expect(decideWith(measured)).toMatchObject({ verdict: 'allow', wanted: usdc(10_000) })
  })

  it('is of a longer window where the interval is longer than an hour', () => {
    expect(decideWith(measured, { intervalSeconds: 7_200 }).wanted).toBe(usdc(40_000))
    expect(decideWith(measured, { intervalSeconds: 21_601 }).wanted).toBe(72_003_333_333n)
    // Longer than any window: the longest one says.
    expect(decideWith(measured, { intervalSeconds: 172_800, participationBps: 1 }).wanted).toBe(usdc(5_760))
  })

  it('is counted in the token that the price is in, whichever side that is', () => {
    // 2,000 WETH of 3,000 USD an hour, where the market tells the price of USDC: the same six million, to a millionth of a WETH.
    const inWeth = { ...measured, base: pov.sell, windows: [windowOf(12, 2_000)] }
    expect(decideWith(inWeth).wanted).toBe(usdc(10_000) - 10n)
  })

  it('is nothing where nobody knows it, and the decision says so', () => {
    const silent = { ...measured, windows: measured.windows.map((window) => ({ ...window, turnover: null })) }
    const old = { ...measured, until: start - 3_600 }
    const none: PairMarket = { ...measured, source: 'none', windows: [] }
    for (const market of [undefined, silent, old, none]) {
      expect(decideWith(market)).toMatchObject({ verdict: 'wait', reason: 'NotDue', wanted: 0n })
      expect(decideWith(market).sentence).toBe(
        'Nothing is due now. It sells a share of the market’s turnover, and that is not known now.',
      )
    }
    const quiet = { ...measured, windows: [windowOf(12, 0)] }
    expect(decideWith(quiet).sentence).toBe('Nothing is due now.')
  })

  it('is nothing where a source tells of more than all numbers hold', () => {
    const endless = { ...measured, windows: [windowOf(12, 1.7e308)] }
    expect(decideWith(endless)).toMatchObject({ verdict: 'wait', reason: 'NotDue', wanted: 0n })
  })

  it('concerns no strategy that does not ask for it', () => {
    const twap = inputWith()
    const silent = { ...measured, windows: measured.windows.map((window) => ({ ...window, turnover: null })) }
    expect(decide({ ...twap, market: measured }, context)).toEqual(decide({ ...twap, market: silent }, context))
  })
})
