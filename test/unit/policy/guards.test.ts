import { describe, expect, it } from 'vitest'
import type { DraftOrder, GuardInput } from '../../../shared/policy/guard.ts'
import { firstRefusal, guards, judgeAll } from '../../../shared/policy/guards.ts'
import { oracleMinimumOut, oracleQuote } from '../../../shared/policy/oracle-bound.ts'
import type { SectionLeg } from '../../../shared/policy/sections.ts'
import { type Changes, inputWith, noPrice, start, usd, usdc, usdcToken, wethToken } from '../decide/world.ts'

const at = start + 17

function guardInput(changes: Changes = {}): GuardInput {
  const { snapshot, mandate, mandateId } = inputWith(changes)
  const { chainId, vaultAddress, vault, assets, mandate: progress, refill, modelActive } = snapshot
  const caller = vault.executor
  return { chainId, vaultAddress, vault, assets, mandateId, mandate, progress, refill, modelActive, caller, at }
}

const priced = oracleQuote(guardInput().assets, usdcToken, wethToken)
if (!priced.ok) throw new Error('The world has prices.')
const leastOut = oracleMinimumOut(priced.quote, usdc(40_000), 60)

function direct(...amounts: bigint[]): SectionLeg[] {
  return amounts.map((amountIn) => ({ sell: usdcToken, buy: wethToken, amountIn }))
}

/** A token on the way. */
const way = '0x00000000000000000000000000000000000000aA'
const intoWay = (amountIn: bigint): SectionLeg => ({ sell: usdcToken, buy: way, amountIn })
const outOfWay = (amountIn: bigint): SectionLeg => ({ sell: way, buy: wethToken, amountIn })

const fineOrder: DraftOrder = {
  amountIn: usdc(40_000),
  minimumOut: leastOut,
  deadline: at + 36,
  executionIndex: 0,
  epoch: 1,
  legs: direct(usdc(25_000), usdc(15_000)),
  expectedOut: leastOut,
}

/** A standing mandate that has used this much just now. */
const standing = (used: bigint): Changes => ({
  mandate: { refillAmount: usdc(100_000), refillPeriod: 86_400 },
  snapshot: { refill: { used, updatedAt: at } },
})

const refusal = (changes: Changes, order: Partial<DraftOrder> = {}, more: Partial<GuardInput> = {}) =>
  firstRefusal(judgeAll({ ...guardInput(changes), ...more }, { ...fineOrder, ...order }))?.reason

describe('the mirror of the vault’s guards', () => {
  it('lets through what is in order', () => {
    expect(refusal({})).toBeUndefined()
    const legs = [...direct(usdc(10_000)), intoWay(usdc(30_000)), outOfWay(7n), outOfWay(usdc(90_000))]
    expect(refusal({}, { legs })).toBeUndefined()
  })

  const cases: [reason: string, changes: Changes, order: Partial<DraftOrder>, more?: Partial<GuardInput>][] = [
    ['Paused', { vault: { paused: true, tripped: true } }, {}],
    ['Suspended', { vault: { suspended: true, tripped: true } }, {}],
    ['Tripped', { vault: { tripped: true, isSealed: false } }, {}],
    ['NotSealed', { vault: { isSealed: false } }, {}],
    ['NotExecutor', {}, {}, { caller: usdcToken }],
    ['ExecutorExpired', { vault: { executorExpiry: at } }, {}],
    ['WrongEpoch', {}, { epoch: 2 }],
    ['DeadlinePassed', {}, { deadline: at - 1 }],
    ['DeadlineTooFar', {}, { deadline: at + 301 }],
    ['WrongExecutionIndex', {}, { executionIndex: 1 }],
    ['MandateClosed', { progress: { closed: true, open: false } }, {}],
    ['MandateUnknown', { progress: { open: false } }, {}],
    ['MandateUnknown', {}, {}, { mandateId: `0x${'1'.repeat(64)}` }],
    ['MandateNotStarted', { mandate: { start: at + 1 } }, {}],
    ['MandateEnded', { mandate: { end: at - 1 } }, {}],
    ['SliceTooLarge', {}, { amountIn: 0n }],
    ['SliceTooLarge', { mandate: { maximumSlice: usdc(40_000) - 1n } }, {}],
    ['TooSoon', { progress: { lastExecution: at - 299 } }, {}],
    ['MandateExceeded', { progress: { filled: usdc(160_000) + 1n } }, {}],
    ['ExecutionsExhausted', { progress: { executionCount: 50 } }, { executionIndex: 50 }],
    ['MandateLatched', { progress: { latched: true } }, {}],
    ['MandateLatched', { vault: { treasurerEpoch: 1 }, mandate: { start: at + 1 } }, {}],
    ['WorstPrice', { mandate: { worstPrice: 10n ** 48n / 3000n } }, {}],
    ['LegsMismatch', {}, { legs: [] }],
    ['LegsMismatch', {}, { legs: direct(usdc(40_000), 0n) }],
    ['LegsMismatch', {}, { legs: direct(usdc(39_999)) }],
    ['LegsMismatch', {}, { legs: direct(...Array.from({ length: 17 }, () => usdc(40_000) / 17n)) }],
    ['LegsMismatch', {}, { legs: [intoWay(usdc(40_000)), outOfWay(0n)] }],
    ['LegsMismatch', {}, { legs: [intoWay(usdc(39_999)), outOfWay(usdc(1))] }],
    // Eight legs each way are sixteen, but their two heads make it eighteen.
    [
      'LegsMismatch',
      {},
      {
        legs: [
          ...Array.from({ length: 8 }, () => intoWay(usdc(5_000))),
          ...Array.from({ length: 8 }, () => outOfWay(1n)),
        ],
      },
    ],
    ['CheckpointStale', { vault: { checkpointFresh: false } }, {}],
    ['CheckpointStale', { vault: { checkpointAt: at - 86_401 } }, {}],
    ['CheckpointStale', { limits: { maximumCheckpointAge: 0 } }, {}],
    ['ModelInactive', {}, {}, { modelActive: false, assets: [] }],
    ['AssetUnknown', {}, {}, { assets: [] }],
    ['BelowOracleBound', {}, { minimumOut: leastOut - 1n }],
    ['BelowOracleBound', { limits: { maximumSlippageBps: 59 } }, {}],
    ['BelowOracleBound', { mandate: { slippageBps: 0 } }, { minimumOut: 10n ** 30n }],
    ['SizeCapExceeded', { limits: { sizeCapUsd: usd(40_000) - 1n, automaticLimitUsd: 0n } }, {}],
    ['SizeCapExceeded', { limits: { sizeCapUsd: 0n } }, {}],
    ['OutputTooLow', { vault: { volumeUsedUsd: usd(400_000) } }, { expectedOut: leastOut - 1n }],
    ['VolumeExceeded', { vault: { volumeUsedUsd: usd(360_000) + 1n } }, {}],
    ['VolumeExceeded', { limits: { volumeCapacityUsd: 0n } }, {}],
    ['RefillExceeded', standing(usdc(60_000) + 1n), {}],
    ['LossExceeded', { vault: { lossUsedUsd: usd(3_761) } }, {}],
    ['LossExceeded', { limits: { lossCapacityUsd: 0n } }, {}],
    ['SentinelRequired', { vault: { sentinelRequired: true, volumeUsedUsd: usd(400_000) } }, {}],
    ['ReviewRequired', { vault: { sentinelRequired: true }, limits: { automaticLimitUsd: 0n } }, {}],
    ['ReviewRequired', { limits: { automaticLimitUsd: usd(40_000) - 1n } }, {}],
  ]
  it.each(cases)('%s', (reason, changes, order, more = {}) => {
    expect(refusal(changes, order, more)).toBe(reason)
  })

  it.each([
    [{ vault: { checkpointFresh: false, checkpointAt: at - 60 } }, `The one of ${at - 60} was followed by a deposit,`],
    [
      { vault: { checkpointFresh: false, checkpointAt: at - 86_401 } },
      `The one of ${at - 86_401} is older than 86400 s.`,
    ],
  ])('says why the checkpoint is stale: %o', (changes, detail) => {
    expect(firstRefusal(judgeAll(guardInput(changes), fineOrder))?.detail).toContain(detail)
  })

  const edges: [what: string, changes: Changes, order: Partial<DraftOrder>][] = [
    ['deadline now', {}, { deadline: at }],
    ['deadline five minutes ahead', {}, { deadline: at + 300 }],
    ['mandate begins now', { mandate: { start: at } }, {}],
    ['mandate ends now', { mandate: { end: at } }, {}],
    ['slice equal to the largest', { mandate: { maximumSlice: usdc(40_000) } }, {}],
    ['interval just over', { progress: { lastExecution: at - 300 } }, {}],
    ['mandate filled to the unit', { progress: { filled: usdc(160_000) } }, {}],
    ['key expires the next second', { vault: { executorExpiry: at + 1 } }, {}],
    ['checkpoint exactly as old as allowed', { vault: { checkpointAt: at - 86_400 } }, {}],
    ['volume to the last dollar', { vault: { volumeUsedUsd: usd(360_000) } }, {}],
    ['worth exactly the size cap', { limits: { sizeCapUsd: usd(40_000) } }, {}],
    ['refilled to the unit', standing(usdc(60_000)), {}],
    ['loss to the last dollar', { vault: { lossUsedUsd: usd(3_760) } }, {}],
    ['no loss, however full the meter', { vault: { lossUsedUsd: usd(9_000) } }, { expectedOut: 2n * leastOut }],
    ['worth exactly the automatic limit', { limits: { automaticLimitUsd: usd(40_000) } }, {}],
  ]
  it.each(edges)('allows the edge: %s', (_, changes, order) => {
    expect(refusal(changes, order)).toBeUndefined()
  })

  it('refuses more than the vault holds, by books and by balance', () => {
    const { assets } = guardInput()
    for (const field of ['booked', 'balance'] as const) {
      const poorer = assets.map((asset) => ({ ...asset, [field]: usdc(39_999) }))
      expect(refusal({}, {}, { assets: poorer })).toBe('InsufficientBalance')
    }
  })

  it('passes on the oracle’s own reason', () => {
    for (const reason of ['PriceStale', 'PriceOutOfBounds', 'PriceDisagreement', 'TwapUnavailable'] as const) {
      const assets = guardInput().assets.map((asset) => ({ ...asset, verdict: noPrice(reason) }))
      expect(refusal({}, {}, { assets })).toBe(reason)
    }
  })

  it('refuses what is in quarantine, the sold token first, whatever its price', () => {
    const inQuarantine = (...tokens: string[]) =>
      guardInput().assets.map((asset) => ({
        ...asset,
        ...(tokens.includes(asset.token) ? { listing: 'Quarantined' as const } : { verdict: noPrice('PriceStale') }),
      }))
    expect(refusal({}, {}, { assets: inQuarantine(usdcToken, wethToken) })).toBe('AssetQuarantined')
    expect(refusal({}, {}, { assets: inQuarantine(wethToken) })).toBe('AssetQuarantined')
    const unlisted = guardInput().assets.map((asset) => ({ ...asset, listing: 'Unlisted' as const }))
    expect(refusal({}, {}, { assets: unlisted })).toBe('AssetUnknown')
  })

  it('scales the size cap by the more volatile of the two tokens, in the vault’s own parts', () => {
    // What the lens makes of 26 parts in 255, the least that volatility leaves.
    const floor = Math.floor((26 * 10_000) / 255)
    const volatile = (token: string) =>
      guardInput().assets.map((asset) => (asset.token === token ? { ...asset, sizeFactorBps: floor } : asset))
    const cap = (usd(40_000) * 255n) / 26n
    for (const token of [usdcToken, wethToken]) {
      const assets = volatile(token)
      expect(refusal({ limits: { sizeCapUsd: cap + 10n } }, {}, { assets })).toBeUndefined()
      expect(refusal({ limits: { sizeCapUsd: cap - 10n } }, {}, { assets })).toBe('SizeCapExceeded')
    }
  })

  it('lists every rule in the vault’s order even when one refuses, and without an order those that need none', () => {
    const input = guardInput({ vault: { paused: true }, limits: { automaticLimitUsd: 0n } })
    const verdicts = judgeAll(input, fineOrder)
    expect(verdicts.map(({ rule }) => rule)).toEqual(guards.map(({ rule }) => rule))
    expect(verdicts.filter(({ reason }) => reason !== 'None').map(({ reason }) => reason)).toEqual([
      'Paused',
      'ReviewRequired',
    ])
    expect(judgeAll(input, null).map(({ rule }) => rule)).toEqual([
      'gate',
      'executor',
      'mandate',
      'checkpoint',
      'model',
      'prices',
    ])
  })
})
