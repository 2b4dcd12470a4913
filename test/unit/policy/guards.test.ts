import { describe, expect, it } from 'vitest'
import type { DraftOrder, GuardInput } from '../../../shared/policy/guard.ts'
import { firstRefusal, guards, judgeAll } from '../../../shared/policy/guards.ts'
import { oracleMinimumOut, oracleQuote } from '../../../shared/policy/oracle-bound.ts'
import { type Changes, inputWith, start, usd, usdc, usdcToken, wethToken } from '../decide/world.ts'

const at = start + 17

function guardInput(changes: Changes = {}): GuardInput {
  const { snapshot, mandate, mandateId } = inputWith(changes)
  const { chainId, vaultAddress, vault, assets, mandate: progress } = snapshot
  return { chainId, vaultAddress, vault, assets, mandateId, mandate, progress, caller: vault.executor, at }
}

const priced = oracleQuote(guardInput().assets, usdcToken, wethToken)
if (!priced.ok) throw new Error('The world has prices.')
const leastOut = oracleMinimumOut(priced.quote, usdc(40_000), 60)

const fineOrder: DraftOrder = {
  amountIn: usdc(40_000),
  minimumOut: leastOut,
  deadline: at + 36,
  executionIndex: 0,
  epoch: 1,
  legs: [usdc(25_000), usdc(15_000)],
}

const refusal = (changes: Changes, order: Partial<DraftOrder> = {}, more: Partial<GuardInput> = {}) =>
  firstRefusal(judgeAll({ ...guardInput(changes), ...more }, { ...fineOrder, ...order }))?.reason

describe('the mirror of the vault’s guards', () => {
  it('lets through what is in order', () => {
    expect(refusal({})).toBeUndefined()
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
    ['WorstPrice', { mandate: { worstPrice: 10n ** 48n / 3000n } }, {}],
    ['LegsMismatch', {}, { legs: [] }],
    ['LegsMismatch', {}, { legs: [usdc(40_000), 0n] }],
    ['LegsMismatch', {}, { legs: [usdc(39_999)] }],
    ['LegsMismatch', {}, { legs: Array.from({ length: 17 }, () => usdc(40_000) / 17n) }],
    ['CheckpointStale', { vault: { checkpointFresh: false } }, {}],
    ['CheckpointStale', { vault: { checkpointAt: at - 86_401 } }, {}],
    ['CheckpointStale', { limits: { maximumCheckpointAge: 0 } }, {}],
    ['AssetUnknown', {}, {}, { assets: [] }],
    ['BelowOracleBound', {}, { minimumOut: leastOut - 1n }],
    ['BelowOracleBound', { limits: { maximumSlippageBps: 59 } }, {}],
    ['BelowOracleBound', { mandate: { slippageBps: 0 } }, { minimumOut: 10n ** 30n }],
    ['VolumeExceeded', { vault: { volumeUsedUsd: usd(360_000) + 1n } }, {}],
    ['VolumeExceeded', { limits: { volumeCapacityUsd: 0n } }, {}],
    ['ReviewRequired', { limits: { automaticLimitUsd: usd(40_000) - 1n } }, {}],
  ]
  it.each(cases)('%s', (reason, changes, order, more = {}) => {
    expect(refusal(changes, order, more)).toBe(reason)
  })

  it.each([
    [
      { vault: { checkpointFresh: false, checkpointAt: at - 60 } },
      `The one of ${at - 60} was followed by a deposit or`,
    ],
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
    const assets = guardInput().assets.map((asset) => ({
      ...asset,
      verdict: { reason: 'PriceStale' as const, low: 0n, high: 0n, updatedAt: 0 },
    }))
    expect(refusal({}, {}, { assets })).toBe('PriceStale')
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
      'prices',
    ])
  })
})
