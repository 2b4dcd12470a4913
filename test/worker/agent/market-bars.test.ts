import { evictDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import type { Bar } from '../../../models/market/bar.ts'
import { devnet } from '../../../shared/chain/chains/424242.ts'
import { barSeconds } from '../../../shared/schema/bars.ts'
import { poolMarket } from '../../../workers/agent/market-history.ts'
import { historyAges } from '../../../workers/agent/snapshot-from-view.ts'
import { openLedger } from './ledger-world.ts'

const day = 86_400
/** Midnight. */
const start = 1_800_057_600
const bar = (openTime: number, close = 2_500): Bar => {
  return { openTime, open: close, high: null, low: null, close, volume: null }
}
const bars = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => bar(from + index * barSeconds))
const times = (kept: readonly Bar[]) => kept.map(({ openTime }) => openTime)

describe('bars in a ledger', () => {
  it('are kept once each, the first of a time, in order, and outlive an eviction', async () => {
    const { ledger } = openLedger()
    const at = start + day
    await ledger().keepBars('pool:0x01', bars(start + 1_500, 5), at)
    await ledger().keepBars('pool:0x01', [bar(start + 1_500, 9), ...bars(start, 5), bar(start, 7)], at)
    await evictDurableObject(ledger())
    const kept = await ledger().bars('pool:0x01', at)
    expect(kept).toEqual(bars(start, 10))
    expect(await ledger().bars('pool:0x02', at)).toEqual([])
  })

  it('keep their gaps', async () => {
    const { ledger } = openLedger()
    await ledger().keepBars('pool:0x01', [bar(start), bar(start + 900)], start + 1_200)
    expect(times(await ledger().bars('pool:0x01', start + 1_200))).toEqual([start, start + 900])
  })

  it('are not kept before they have closed, nor where they are no numbers', async () => {
    const { ledger } = openLedger()
    const strange = { ...bar(start + 300), close: Number.NaN }
    await ledger().keepBars('pool:0x01', [bar(start), strange, bar(start + 600)], start + 899)
    expect(times(await ledger().bars('pool:0x01', start + 900))).toEqual([start])
  })

  it('are forgotten after eight days, and a week of them is read', async () => {
    const { ledger } = openLedger()
    for (let passed = 0; passed < 12; passed++) {
      await ledger().keepBars('pool:0x01', bars(start + passed * day, 288), start + (passed + 1) * day)
    }
    const at = start + 12 * day
    expect(times(await ledger().bars('pool:0x01', at))[0]).toBe(at - 2016 * barSeconds - barSeconds)
    expect(await ledger().bars('pool:0x01', at)).toHaveLength(2017)
    // Asked as of then, the days before are gone: today, and eight days before it, are left.
    const old = await ledger().bars('pool:0x01', start + 5 * day)
    expect(times(old)[0]).toBe(start + 4 * day)
  })
})

describe('the market of a pair', () => {
  const [weth, usdc] = [devnet.wrappedNative, '0x10Aeafac83d48E2f9ac4bAAf94311c45fACe1404'] as const
  const pair = { sell: usdc, buy: weth }
  const pool = (digits: string): `0x${string}` => `0x${digits.repeat(20)}`
  /** What the pool's oracle shows at a time of a price that rises by a tick in each bar. */
  const seen = (timestamp: number, address = pool('01')) => {
    const secondsAgo = historyAges(timestamp)
    const since = (ago: number) => BigInt(Math.round((timestamp - ago - start) / barSeconds))
    const tickCumulatives = secondsAgo.map((ago) => 300n * (since(ago) * (since(ago) + 1n)) * 5n)
    return { timestamp, history: { pool: address, secondsAgo, tickCumulatives } }
  }

  it('grows from observation to observation, over gaps', async () => {
    const { ledger } = openLedger()
    const { market: first } = await poolMarket(devnet, ledger(), seen(start + 7_230), pair)
    expect(first).toMatchObject({ source: 'pool', base: usdc })
    // Of an average without one before it nobody knows how the price moved to it.
    expect(first.windows.at(-1)).toMatchObject({ bars: 2016, present: 23 })
    const { market: second } = await poolMarket(devnet, ledger(), seen(start + 14_430), pair)
    expect(second.windows.at(-1)).toMatchObject({ present: 47 })
    const { market: later } = await poolMarket(devnet, ledger(), seen(start + 36_030), pair)
    expect(later.windows.map(({ present }) => present)).toEqual([2, 6, 12, 23, 70, 70])
  })

  it('says what an observation alone says, where nothing is kept', async () => {
    const one = await poolMarket(devnet, openLedger().ledger(), seen(start + 7_230), pair)
    const kept = openLedger()
    await poolMarket(devnet, kept.ledger(), seen(start + 7_230), pair)
    expect(await poolMarket(devnet, kept.ledger(), seen(start + 7_230), pair)).toEqual(one)
  })

  it('keeps no bar that a reorganisation could still change', async () => {
    const { ledger } = openLedger()
    // Two confirmations of twelve seconds: a bar that closed 23 seconds ago is measured and not kept.
    const { market } = await poolMarket(devnet, ledger(), seen(start + 7_223), pair)
    expect(market.windows[0]).toMatchObject({ present: 2 })
    expect(times(await ledger().bars(`pool:${pool('01')}`, start + 7_223)).at(-1)).toBe(start + 6_600)
    await poolMarket(devnet, ledger(), seen(start + 7_224), pair)
    expect(times(await ledger().bars(`pool:${pool('01')}`, start + 7_224)).at(-1)).toBe(start + 6_900)
  })

  it('is of one pool: another one, now the deepest, starts anew', async () => {
    const { ledger } = openLedger()
    await poolMarket(devnet, ledger(), seen(start + 7_230), pair)
    const { market: other } = await poolMarket(devnet, ledger(), seen(start + 14_430, pool('02')), pair)
    expect(other.windows.at(-1)).toMatchObject({ present: 23 })
  })
})
