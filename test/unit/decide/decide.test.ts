import { getAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { modelInUseId } from '../../../models/model-in-use.ts'
import { canonicalJson } from '../../../shared/audit/canonical-json.ts'
import { oracleMinimumOut, oracleQuote } from '../../../shared/policy/oracle-bound.ts'
import { Ladder } from '../../../shared/routing/ladder.ts'
import { quotePool } from '../../../shared/routing/pool-quote.ts'
import { decisionInputSchema, decisionSchema } from '../../../shared/schema/decision.ts'
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
  usd,
  usdc,
  usdcToken,
  wethToken,
} from './world.ts'

const context = contextFor(chain)
const decideWith = (changes: Parameters<typeof inputWith>[0] = {}) => decide(inputWith(changes), context)
/** Shallow enough that both pools take part. */
const shallow = { pools: [deepPool(4n * 10n ** 17n), pairPool()] }

describe('a slice that trades', () => {
  it('is allowed, with a plan, an order, all guards and a sentence', () => {
    const decision = decideWith()
    expect(decision).toMatchObject({ verdict: 'allow', reason: 'None', wanted: usdc(40_000) })
    expect(decision.guards).toHaveLength(21)
    expect(decision.guards.every(({ reason }) => reason === 'None')).toBe(true)
    expect(decision.order).toMatchObject({
      amountIn: usdc(40_000),
      executionIndex: 0,
      epoch: 1,
      deadline: start + 5 + 48,
      modelId: modelInUseId,
      sellHint: 0,
      buyHint: 17,
    })
    expect(decision.sentence).toMatch(
      /^Sell at most 40,000 USDC for at least 13\.\d+ WETH, 0\.\d+ % below oracle, using 10 % of the volume meter\.$/,
    )
  })

  it('demands as much as drift allows: above the oracle bound, below what the pools give by a block’s move', () => {
    const input = inputWith({ snapshot: shallow })
    const { plan, order, forecasts } = decide(input, context)
    const priced = oracleQuote(input.snapshot.assets, usdcToken, wethToken)
    if (plan === null || order === null || forecasts === null || !priced.ok) throw new Error('It should have traded.')
    expect(plan.legs).toHaveLength(2)
    expect(order.minimumOut).toBeGreaterThanOrEqual(oracleMinimumOut(priced.quote, order.amountIn, 60))
    // At least four basis points under the exact output: more than the usual move of 12 seconds at 59 % a year.
    expect(order.minimumOut * 10_000n).toBeLessThanOrEqual(plan.expectedOut * 9_997n)
    expect(order.minimumOut * 10_000n).toBeGreaterThan(plan.expectedOut * 9_900n)
    for (const leg of plan.legs) {
      const pool = input.snapshot.pools.find((candidate) => candidate.pool === leg.pool)
      expect(pool && quotePool(pool, true, leg.amountIn).amountOut).toBe(leg.expectedOut)
    }
  })

  it('gives the same bytes from input that went through JSON, and itself goes through JSON unchanged', () => {
    for (const changes of [
      {},
      { snapshot: shallow },
      { vault: { paused: true } },
      { slot: 3, progress: { filled: 5n } },
    ]) {
      const input = inputWith(changes)
      const decision = decide(input, context)
      const wire = JSON.stringify(z.encode(decisionInputSchema, input))
      const again = decide(z.decode(decisionInputSchema, JSON.parse(wire)), context)
      expect(canonicalJson(again)).toBe(canonicalJson(decision))
      const stored = JSON.stringify(z.encode(decisionSchema, decision))
      expect(z.decode(decisionSchema, JSON.parse(stored))).toEqual(decision)
      expect(canonicalJson(JSON.parse(stored))).toBe(canonicalJson(decision))
    }
  })

  it('ends its life with the mandate', () => {
    expect(decideWith({ mandate: { end: start + 30 } }).order?.deadline).toBe(start + 30)
  })
})

describe('nothing is traded', () => {
  const [usdcAsset, wethAsset] = calmSnapshot.assets
  if (usdcAsset === undefined || wethAsset === undefined) throw new Error('The world has no assets.')
  const stale = { assets: [usdcAsset, { ...wethAsset, verdict: noPrice('PriceStale') }] }
  const quarantined = { assets: [usdcAsset, { ...wethAsset, listing: 'Quarantined' as const }] }
  const standing = { refillAmount: usdc(100_000), refillPeriod: 86_400 }

  const cases: [situation: string, changes: Changes, verdict: string, reason: string][] = [
    ['a price is stale', { snapshot: stale }, 'refuse', 'PriceStale'],
    ['a stale price is graver than a pause', { snapshot: stale, vault: { paused: true } }, 'refuse', 'PriceStale'],
    ['an asset is not listed', { snapshot: { assets: [usdcAsset] } }, 'refuse', 'AssetUnknown'],
    ['an asset is in quarantine', { snapshot: quarantined }, 'refuse', 'AssetQuarantined'],
    ['the vault is paused', { vault: { paused: true } }, 'wait', 'Paused'],
    ['the strategy is paused', { strategy: { paused: true } }, 'wait', 'StrategyPaused'],
    ['the breaker is tripped', { vault: { tripped: true, incident: 4 } }, 'refuse', 'Tripped'],
    ['the vault is suspended', { vault: { suspended: true } }, 'refuse', 'Suspended'],
    ['the vault is not sealed', { vault: { isSealed: false } }, 'refuse', 'NotSealed'],
    ['the strategy is latched', { strategy: { status: 'latched' } }, 'latch', 'Latched'],
    ['no mandate is open', { progress: { open: false } }, 'refuse', 'MandateMissing'],
    ['the mandate is closed', { progress: { closed: true } }, 'refuse', 'MandateClosed'],
    ['the mandate is another strategy’s', { mandate: { strategy: `0x${'6'.repeat(64)}` } }, 'refuse', 'MandateMissing'],
    [
      'the configuration was changed',
      { mandate: { configurationHash: `0x${'0'.repeat(64)}` } },
      'refuse',
      'MandateMissing',
    ],
    ['the mandate has latched', { progress: { latched: true, poorFills: 3 } }, 'refuse', 'MandateLatched'],
    ['there is a new treasurer', { vault: { treasurerEpoch: 1 } }, 'refuse', 'MandateLatched'],
    ['the mandate has not started', { mandate: { start: start + 50 } }, 'wait', 'MandateNotStarted'],
    ['the mandate has ended', { mandate: { end: start + 6 } }, 'refuse', 'MandateEnded'],
    ['all executions are used', { progress: { executionCount: 50 } }, 'refuse', 'ExecutionsExhausted'],
    ['the key has expired', { vault: { executorExpiry: start + 17 } }, 'refuse', 'ExecutorExpired'],
    ['the vault does not allow the model', { snapshot: { modelActive: false } }, 'refuse', 'ModelInactive'],
    ['the checkpoint is stale', { vault: { checkpointFresh: false } }, 'wait', 'CheckpointStale'],
    ['the last execution was just now', { progress: { lastExecution: start - 200 } }, 'wait', 'TooSoon'],
    ['the mandate is filled', { progress: { filled: usdc(200_000) } }, 'wait', 'NotDue'],
    ['a live order holds the slice', { reserved: usdc(40_000) }, 'wait', 'NotDue'],
    ['there is no pool', { snapshot: { pools: [] } }, 'refuse', 'NoPools'],
    [
      'the vault is empty',
      { snapshot: { assets: [{ ...usdcAsset, balance: 3n }, wethAsset] } },
      'refuse',
      'InsufficientBalance',
    ],
    ['the volume meter is full', { vault: { volumeUsedUsd: usd(399_900) } }, 'wait', 'VolumeExceeded'],
    ['the loss meter is full', { vault: { lossUsedUsd: usd(3_999) } }, 'wait', 'LossExceeded'],
    ['the size cap is zero', { limits: { sizeCapUsd: 0n } }, 'refuse', 'SizeCapExceeded'],
    ['the vault has a sentinel', { vault: { sentinelRequired: true } }, 'refuse', 'SentinelRequired'],
    [
      'a standing mandate has not refilled',
      { mandate: standing, snapshot: { refill: { used: usdc(100_000), updatedAt: start } } },
      'wait',
      'RefillExceeded',
    ],
    ['the executor has no gas', { snapshot: { executor: { balance: 1000n, nonce: 0 } } }, 'refuse', 'GasUnaffordable'],
    ['a bound of zero forbids', { limits: { maximumSlippageBps: 0 } }, 'refuse', 'BelowOracleBound'],
    ['the worst price is above the market', { mandate: { worstPrice: 10n ** 48n / 2900n } }, 'refuse', 'WorstPrice'],
  ]
  it.each(cases)('when %s', (_, changes, verdict, reason) => {
    const decision = decideWith(changes)
    expect(decision).toMatchObject({ verdict, reason, plan: null, order: null })
    expect(decision.sentence).toMatch(/^[A-Z].*\.$/)
    // The guards that need no order have spoken all the same.
    expect(decision.guards.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['gate', 'mandate', 'prices']))
  })

  it('says what made the checkpoint stale', () => {
    const { sentence } = decideWith({ vault: { checkpointFresh: false } })
    expect(sentence).toContain('was followed by a deposit, a withdrawal or a change of policy.')
  })

  it('when the oracle is far above the pools, at any size', () => {
    const dear = { ...usdcAsset, verdict: { ...usdcAsset.verdict, low: usd(2), high: usd(2) } }
    const decision = decideWith({ snapshot: { assets: [dear, wethAsset] } })
    expect(decision).toMatchObject({ verdict: 'refuse', reason: 'BelowOracleBound', order: null })
    expect(decision.sentence).toContain('less than the oracle')
  })

  it('when a model gives no number', () => {
    const { volatility, slippage } = context
    const drift = { ...slippage.champion, quantiles: () => [0, 1, Number.NaN] }
    const none = {
      ...volatility.champion,
      forecast: () => ({ model: 'x', value: 1, low: 0, high: Number.NaN, note: '' }),
    }
    for (const broken of [
      { ...context, slippage: { ...slippage, champion: drift } },
      { ...context, volatility: { ...volatility, champion: none } },
    ]) {
      expect(decide(inputWith(), broken)).toMatchObject({ verdict: 'refuse', reason: 'ForecastUnavailable' })
    }
  })

  it('by the word of a champion that the ledger has demoted', () => {
    const { volatility } = context
    const wild = { ...volatility.champion, forecast: () => ({ model: 'x', value: 5, low: 5, high: 5, note: '' }) }
    const decided = { ...context, volatility: { ...volatility, champion: wild } }
    expect(decide(inputWith(), decided).forecasts?.volatility.model).toBe('x')
    const demoted = decide(inputWith({ demoted: ['volatility'] }), decided)
    expect(demoted.forecasts?.volatility.model).toBe('volatility/ewma@2')
  })

  it('and a snapshot of another chain is the caller’s fault', () => {
    expect(() => decideWith({ snapshot: { chainId: 1 } })).toThrow(RangeError)
  })
})

describe('a slice that is made smaller or shown to people', () => {
  it('goes to reviewers above the automatic limit, whole', () => {
    const decision = decideWith({ limits: { automaticLimitUsd: usd(39_999) } })
    expect(decision).toMatchObject({ verdict: 'review', reason: 'ReviewRequired', order: { amountIn: usdc(40_000) } })
    expect(decision.sentence).toContain('the automatic limit is 39,999 USD')
  })

  it('shrinks to what the volume meter leaves, to the unit', () => {
    const decision = decideWith({ vault: { volumeUsedUsd: usd(375_000) } })
    expect(decision).toMatchObject({
      verdict: 'shrink',
      reason: 'None',
      shrunkBy: 'VolumeExceeded',
      order: { amountIn: usdc(25_000) },
    })
    expect(decision.sentence).toMatch(/Shrunk from 40,000 USDC: the volume meter has no more room\.$/)
  })

  it('shrinks to the size cap that volatility leaves', () => {
    const decision = decideWith({ limits: { sizeCapUsd: usd(30_000) } })
    expect(decision).toMatchObject({
      verdict: 'shrink',
      shrunkBy: 'SizeCapExceeded',
      order: { amountIn: usdc(30_000) },
    })
    expect(decision.sentence).toMatch(/Shrunk from 40,000 USDC: the vault’s size cap allows no more\.$/)
  })

  it('shrinks to what a standing mandate has refilled', () => {
    const mandate = { refillAmount: usdc(100_000), refillPeriod: 86_400 }
    const decision = decideWith({ mandate, snapshot: { refill: { used: usdc(90_000), updatedAt: start + 5 } } })
    expect(decision).toMatchObject({ verdict: 'shrink', shrunkBy: 'RefillExceeded', order: { amountIn: usdc(10_000) } })
    // A day later all of it is there again.
    const later = decideWith({ mandate, snapshot: { refill: { used: usdc(90_000), updatedAt: start + 5 - 86_400 } } })
    expect(later).toMatchObject({ verdict: 'allow', order: { amountIn: usdc(40_000) } })
  })

  it('shrinks to the booked balance', () => {
    const [usdcAsset, ...others] = calmSnapshot.assets
    if (usdcAsset === undefined) throw new Error('The world has no assets.')
    const assets = [{ ...usdcAsset, booked: usdc(30_000) }, ...others]
    expect(decideWith({ snapshot: { assets } })).toMatchObject({
      verdict: 'shrink',
      reason: 'None',
      shrunkBy: 'InsufficientBalance',
      order: { amountIn: usdc(30_000) },
    })
  })

  it('shrinks to a share of the pools’ depth', () => {
    const decision = decideWith({ snapshot: { pools: [deepPool(10n ** 17n)] } })
    expect(decision).toMatchObject({ verdict: 'shrink', reason: 'None', shrunkBy: 'DepthExceeded' })
    expect(decision.order?.amountIn).toBeGreaterThan(usdc(2_000))
    expect(decision.order?.amountIn).toBeLessThan(usdc(39_000))
  })

  it('hardly moves the pool whose average guards the trade, and takes another one as far as its depth', () => {
    const guarding = deepPool(5n * 10n ** 17n)
    const other = { ...guarding, pool: getAddress('0x0000000000000000000000000000000000000501') }
    const [alone, both] = [[guarding], [guarding, other]].map((pools) => decideWith({ snapshot: { pools } }).plan)
    const priceAfter = (plan: typeof alone) => {
      const leg = plan?.legs.find(({ pool }) => pool === guarding.pool)
      return new Ladder(guarding, true).exactInput(leg?.amountIn ?? 0n).sqrtPriceX96
    }
    // Ten basis points of price are five of its root.
    const least = (guarding.sqrtPriceX96 * 999_499n) / 1_000_000n
    expect(priceAfter(alone)).toBeGreaterThan(least)
    expect(priceAfter(both)).toBeGreaterThan(least)
    expect(both?.amountIn).toBeGreaterThan(2n * (alone?.amountIn ?? 0n))
  })

  it('calls volatile what its context does', () => {
    const wild = inputWith({ market: marketWith(3) })
    expect(decide(wild, context)).toMatchObject({ verdict: 'shrink', shrunkBy: 'VolatilityGate' })
    expect(decide(wild, { ...context, calmVolatility: Number.POSITIVE_INFINITY }).verdict).toBe('allow')
    expect(decide(inputWith(), { ...context, calmVolatility: 0.2 }).shrunkBy).toBe('VolatilityGate')
  })

  it('shrinks in a volatile market, more so the wilder it is', () => {
    const some = decideWith({ market: marketWith(2) })
    const more = decideWith({ market: marketWith(3) })
    expect(some).toMatchObject({ verdict: 'shrink', reason: 'None', shrunkBy: 'VolatilityGate' })
    expect(some.order?.amountIn).toBeLessThan(usdc(40_000))
    expect(more.order?.amountIn).toBeLessThan(some.order?.amountIn ?? 0n)
  })

  it('halves a slice until its cost fits the bound', () => {
    // Not the pool whose average guards the trade: that one may hardly be moved.
    const pools = [{ ...deepPool(5n * 10n ** 17n), pool: getAddress('0x0000000000000000000000000000000000000501') }]
    const tight = decideWith({ snapshot: { pools }, mandate: { slippageBps: 20, maximumSlice: usdc(100_000) } })
    expect(tight).toMatchObject({ verdict: 'shrink', reason: 'None', shrunkBy: 'BelowOracleBound' })
    expect(tight.order?.amountIn).toBe(usdc(20_000))
  })
})

describe('whatever the world looks like', () => {
  it('an order that trades passes every guard, and stays between bound and pools', () => {
    const random = new Random(31)
    let traded = 0
    for (let round = 0; round < 150; round++) {
      const input = inputWith({
        slot: random.integer(0, 6),
        progress: { filled: usdc(random.integer(0, 200_000)), lastExecution: start - random.integer(0, 900) },
        vault: { volumeUsedUsd: usd(random.integer(0, 400_000)), paused: random.unit() < 0.1 },
        limits: { automaticLimitUsd: usd(random.integer(5_000, 200_000)), maximumSlippageBps: random.integer(5, 100) },
        reserved: random.unit() < 0.2 ? usdc(random.integer(0, 50_000)) : 0n,
        snapshot: { pools: [deepPool(random.magnitude(18) + 10n ** 16n), pairPool(random.integer(1_000, 9_000_000))] },
      })
      const decision = decide(input, context)
      const { order, plan } = decision
      const trades = decision.verdict === 'allow' || decision.verdict === 'shrink'
      expect(order !== null && plan !== null).toBe(trades || decision.verdict === 'review')
      if (!trades || order === null || plan === null) continue
      traded += 1
      expect(decision.guards.filter(({ reason }) => reason !== 'None')).toEqual([])
      expect(order.amountIn).toBe(plan.amountIn)
      expect(order.amountIn).toBeLessThanOrEqual(decision.wanted)
      expect(order.minimumOut).toBeLessThan(plan.expectedOut)
      expect(plan.expectedOut).toBeLessThanOrEqual(plan.upperBound)
    }
    expect(traded).toBeGreaterThan(30)
  })
})
