import { describe, expect, it } from 'vitest'
import type { Decision, DecisionInput } from '../../../shared/schema/decision.ts'
import { contextFor } from '../../../workers/agent/decide/context.ts'
import { decide } from '../../../workers/agent/decide/decide.ts'
import { Random } from '../random.ts'
import {
  type Changes,
  calmSnapshot,
  chain,
  deepPool,
  inputWith,
  marketWith,
  noPrice,
  pairPool,
  start,
  twapConfiguration,
  usd,
  usdc,
  wethToken,
} from './world.ts'

const context = contextFor(chain)

function randomInput(random: Random): DecisionInput {
  const chance = (share: number) => random.unit() < share
  const [sold, ...others] = calmSnapshot.assets
  if (sold === undefined) throw new Error('The world has no assets.')
  const missing = noPrice('PriceStale')
  const holdings = chance(0.1) ? random.magnitude(12) : sold.booked
  const asset = { ...sold, booked: holdings, verdict: chance(0.05) ? missing : sold.verdict }
  const pools = [deepPool(random.magnitude(18) + 10n ** 15n), pairPool(random.integer(1_000, 9_000_000))]
  return inputWith({
    slot: random.integer(0, 6),
    reserved: chance(0.2) ? usdc(random.integer(0, 50_000)) : 0n,
    mandate: {
      total: chance(0.2) ? random.magnitude(9) + 1n : usdc(200_000),
      start: chance(0.05) ? start + 100 : start,
      end: chance(0.05) ? start + 10 : start + 100_000,
      worstPrice: chance(0.1) ? 10n ** 48n / BigInt(random.integer(2_950, 3_050)) : twapConfiguration.worstPrice,
    },
    strategy: { paused: chance(0.05), status: chance(0.05) ? 'latched' : 'active' },
    progress: {
      filled: chance(0.5) ? 0n : usdc(random.integer(0, 200_000)),
      lastExecution: start - random.integer(0, 900),
      open: !chance(0.05),
      executionCount: chance(0.05) ? 50 : 0,
    },
    vault: {
      volumeUsedUsd: chance(0.5) ? 0n : usd(random.integer(0, 400_000)),
      paused: chance(0.05),
      suspended: chance(0.05),
      tripped: chance(0.05),
      checkpointFresh: !chance(0.05),
      executorExpiry: chance(0.05) ? start : start + 1_000_000,
    },
    limits: { automaticLimitUsd: usd(random.integer(5_000, 200_000)), maximumSlippageBps: random.integer(5, 100) },
    market: marketWith(0.002 * 10 ** (random.unit() * 6)),
    snapshot: {
      assets: chance(0.03) ? [asset] : [asset, ...others],
      pools: chance(0.05) ? [] : pools,
      executor: { balance: chance(0.05) ? 10n : 10n ** 18n, nonce: 3 },
    },
  })
}

function expectWhole({ sentence, verdict, reason }: Decision): void {
  expect(sentence, `${verdict} ${reason}`).toMatch(/^[A-Z].{10,}\.$/)
  expect(sentence).not.toMatch(/undefined|NaN|null|Infinity|\.\.|\[object/)
}

describe('whatever the world looks like', () => {
  const random = new Random(97)
  const decisions = Array.from({ length: 1500 }, () => decide(randomInput(random), context))
  const tally = new Map<string, number>()
  for (const { verdict, reason } of decisions) {
    const key = `${verdict} ${reason}`
    tally.set(key, (tally.get(key) ?? 0) + 1)
  }

  it('a decision that trades has no reason, and any other has its own', () => {
    for (const decision of decisions) {
      const trades = decision.verdict === 'allow' || decision.verdict === 'shrink'
      expect(decision.reason === 'None', decision.sentence).toBe(trades)
      expect(decision.shrunkBy !== null).toBe(
        decision.verdict === 'shrink' || decision.sentence.includes('Shrunk from'),
      )
    }
  })

  it('plan and order are there exactly when it trades or asks for review', () => {
    for (const { verdict, plan, order } of decisions) {
      const isOrder = verdict === 'allow' || verdict === 'shrink' || verdict === 'review'
      expect([plan !== null, order !== null]).toEqual([isOrder, isOrder])
    }
  })

  it('says so in a whole sentence', () => {
    for (const decision of decisions) expectWhole(decision)
  })

  it('was asked in worlds that lead to every kind of answer', () => {
    const expected = [
      ...['allow None', 'shrink None', 'review ReviewRequired', 'latch Latched'],
      ...['wait Paused', 'wait StrategyPaused', 'wait TooSoon', 'wait NotDue', 'wait VolumeExceeded'],
      ...['wait MandateNotStarted', 'wait CheckpointStale'],
      ...['refuse PriceStale', 'refuse AssetUnknown', 'refuse Tripped', 'refuse Suspended', 'refuse MandateMissing'],
      ...['refuse MandateEnded', 'refuse ExecutionsExhausted', 'refuse ExecutorExpired', 'refuse NoPools'],
      ...['refuse InsufficientBalance', 'refuse DepthExceeded', 'refuse VolatilityGate', 'refuse BelowOracleBound'],
      ...['refuse WorstPrice', 'refuse GasUnaffordable'],
    ]
    expect([...tally.keys()]).toEqual(expect.arrayContaining(expected))
  })
})

describe('each condition of the vault in which nothing trades', () => {
  const assetsWith = (change: object) =>
    calmSnapshot.assets.map((asset) => (asset.token === wethToken ? { ...asset, ...change } : asset))
  const standing = { refillAmount: usdc(100_000), refillPeriod: 86_400 }
  const cases: [told: string, changes: Changes][] = [
    ['wait Paused', { vault: { paused: true } }],
    ['refuse NotSealed', { vault: { isSealed: false } }],
    ['refuse Suspended', { vault: { suspended: true } }],
    ['refuse Tripped: Incident 3.', { vault: { tripped: true, incident: 3 } }],
    ['wait CheckpointStale: followed by a deposit', { vault: { checkpointFresh: false } }],
    ['refuse ModelInactive: The owner has to allow', { snapshot: { modelActive: false } }],
    ['refuse SentinelRequired: cannot speak for it', { vault: { sentinelRequired: true } }],
    ['refuse MandateLatched: with 3 poor fills in a row', { progress: { latched: true, poorFills: 3 } }],
    ['refuse MandateLatched: An earlier treasurer', { vault: { treasurerEpoch: 1 } }],
    [
      'wait RefillExceeded: has not refilled further',
      { mandate: standing, snapshot: { refill: { used: usdc(100_000), updatedAt: start } } },
    ],
    ['refuse AssetQuarantined: It is WETH.', { snapshot: { assets: assetsWith({ listing: 'Quarantined' }) } }],
    [
      'refuse PriceDisagreement: So WETH has no price.',
      { snapshot: { assets: assetsWith({ verdict: noPrice('PriceDisagreement') }) } },
    ],
    ['refuse SizeCapExceeded: size cap allows no more', { snapshot: { assets: assetsWith({ sizeFactorBps: 1 }) } }],
    ['wait LossExceeded: of 4,000 USD', { vault: { lossUsedUsd: usd(3_999) } }],
    ['wait VolumeExceeded: no more room', { vault: { volumeUsedUsd: usd(400_000) } }],
  ]
  it.each(cases)('%s', (told, changes) => {
    const [answer, detail = ''] = told.split(': ')
    const decision = decide(inputWith(changes), context)
    expect(`${decision.verdict} ${decision.reason}`).toBe(answer)
    expect(decision.sentence).toContain(detail)
    expect(decision.order).toBeNull()
    expectWhole(decision)
  })
})

describe('a slice that is not worth it', () => {
  it('is refused by the volatility gate where the market leaves too little of it', () => {
    const decision = decide(inputWith({ market: marketWith(1_000) }), context)
    expect(decision).toMatchObject({ verdict: 'refuse', reason: 'VolatilityGate', shrunkBy: null, order: null })
    expect(decision.sentence).toMatch(/volatile.*too small a slice/)
  })

  it('is too small where the pools would give nothing for it', () => {
    // One base unit of WETH is worth far less than one of USDC.
    const configuration = { ...twapConfiguration, sell: wethToken, buy: twapConfiguration.sell, total: 5n, slices: 5 }
    const assets = calmSnapshot.assets.map((asset) => ({ ...asset, booked: 10n ** 18n, balance: 10n ** 18n }))
    const decision = decide(inputWith({ configuration, snapshot: { assets } }), context)
    expect(decision).toMatchObject({ verdict: 'refuse', reason: 'SliceTooSmall', wanted: 1n })
  })

  it('is refused where the route leaves out pools that would give more', () => {
    const pools = Array.from({ length: 12 }, (_, index) => ({
      ...deepPool(2n * 10n ** 16n),
      pool: `0x${(index + 1).toString(16).padStart(40, '0')}` as const,
    }))
    const decision = decide(inputWith({ snapshot: { pools } }), context)
    expect(decision).toMatchObject({ verdict: 'refuse', reason: 'RouteNotOptimal', plan: null, order: null })
    expectWhole(decision)
    expect(decide(inputWith({ snapshot: { pools: pools.slice(0, 8) } }), context).plan?.legs).toHaveLength(8)
  })
})
