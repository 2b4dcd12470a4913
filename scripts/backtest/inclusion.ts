import gasOfVault from '../../contracts/snapshots/gas.json' with { type: 'json' }
import { pipsOfOne } from '../../shared/chain/units.ts'
import type { DraftOrder } from '../../shared/policy/guard.ts'
import { firstRefusal, judgeAll } from '../../shared/policy/guards.ts'
import { type OracleQuote, oracleOut, oracleQuote } from '../../shared/policy/oracle-bound.ts'
import { vaultGas } from '../../shared/routing/gas-schedule.ts'
import { Ladder } from '../../shared/routing/ladder.ts'
import { directionOf } from '../../shared/routing/pool-quote.ts'
import { outputOfPair, roomOf } from '../../shared/routing/v2.ts'
import type { Decision, DecisionInput, PlannedLeg, Reason } from '../../shared/schema/decision.ts'
import type { Pool } from '../../shared/schema/pool.ts'
import { assetsAt, type Moment, type ParentOrder } from './decision-input.ts'

/** What a block made of an order that ran. Amounts in base units. */
export interface Included {
  /** Of the block. */
  at: number
  amountIn: bigint
  amountOut: bigint
  /** What the oracle said the input was worth in that block. */
  worth: bigint
  quote: OracleQuote
  /** Pool fees, base units of the sold token. */
  fee: bigint
  gasUsed: number
  /** The pools that were traded with, as the trade left them. */
  after: Pool[]
}

export type Inclusion = { ok: true; included: Included } | { ok: false; reason: Reason }

type Trade = Decision & { order: NonNullable<Decision['order']>; plan: NonNullable<Decision['plan']> }

/** Whether a decision trades by itself, without reviewers. */
export function trades(decision: Decision): decision is Trade {
  const { verdict, order, plan } = decision
  return (verdict === 'allow' || verdict === 'shrink') && order !== null && plan !== null
}

/**
 * What the order would do in a block at `moment.at`, to the unit: its legs on the pools as they stand there, and what the vault
 * says of it. Private orders that would revert are not included, so a refusal costs nothing.
 */
export function includeAt(order: ParentOrder, input: DecisionInput, decision: Trade, moment: Moment): Inclusion {
  const { at, vault, market, twapPool } = moment
  const { plan, order: planned } = decision
  const legs = plan.legs.map((leg) => legOn(leg, moment.pools))
  if (legs.some((leg) => leg === null)) return { ok: false, reason: 'OutputTooLow' }
  const done = legs.flatMap((leg) => leg ?? [])
  const amountOut = done.reduce((sum, leg) => sum + leg.amountOut, 0n)
  const assets = assetsAt(order.pair, vault, market, twapPool, at)
  const draft: DraftOrder = { ...planned, legs: plan.legs, expectedOut: amountOut }
  const state = vault.state(at)
  const { snapshot, mandate, mandateId } = input
  const { chainId, vaultAddress, refill, modelActive } = snapshot
  const guardInput = { chainId, vaultAddress, vault: state, assets, mandateId, mandate, refill, modelActive }
  const verdicts = judgeAll({ ...guardInput, progress: vault.progress, caller: state.executor, at }, draft)
  const refusal = firstRefusal(verdicts)
  if (refusal !== undefined) return { ok: false, reason: refusal.reason }
  const priced = oracleQuote(assets, mandate.sell, mandate.buy)
  if (!priced.ok) return { ok: false, reason: priced.finding.reason }
  const { amountIn } = planned
  const worth = oracleOut(priced.quote, amountIn)
  const fee = done.reduce((sum, leg) => sum + leg.fee, 0n)
  const gasUsed = gasOf(done)
  return {
    ok: true,
    included: {
      at,
      amountIn,
      amountOut,
      worth,
      quote: priced.quote,
      fee,
      gasUsed,
      after: done.map(({ after }) => after),
    },
  }
}

interface DoneLeg {
  amountOut: bigint
  fee: bigint
  crossings: number
  after: Pool
}

/** One leg, exactly as the pool would do it; null where the pool cannot take it. */
function legOn({ pool: address, sell, buy, amountIn, feePips }: PlannedLeg, pools: readonly Pool[]): DoneLeg | null {
  const pool = pools.find((candidate) => candidate.pool === address)
  const zeroForOne = pool === undefined ? null : directionOf(pool, sell, buy)
  if (pool === undefined || zeroForOne === null) throw new RangeError(`The plan trades ${sell} with an unknown pool.`)
  const fee = (amountIn * BigInt(feePips)) / pipsOfOne
  if (pool.venue === 'UniswapV2') {
    if (amountIn > roomOf(pool, zeroForOne)) return null
    const amountOut = outputOfPair(pool, zeroForOne, amountIn)
    const [change0, change1] = zeroForOne ? [amountIn, -amountOut] : [-amountOut, amountIn]
    const after = { ...pool, reserve0: pool.reserve0 + change0, reserve1: pool.reserve1 + change1 }
    return { amountOut, fee, crossings: 0, after }
  }
  const swap = new Ladder(pool, zeroForOne).exactInput(amountIn)
  if (swap.exhausted) return null
  const { amountOut, sqrtPriceX96, tick, liquidity, crossings } = swap
  return { amountOut, fee, crossings, after: { ...pool, sqrtPriceX96, tick, liquidity } }
}

/** As measured of the vault, with one leg; each further leg and each crossed tick adds what they were measured to. */
function gasOf(legs: readonly DoneLeg[]): number {
  const oneLeg = Number(gasOfVault['execute, one v3 leg']) - vaultGas.UniswapV3
  return legs.reduce((gas, { after, crossings }) => gas + vaultGas[after.venue] + vaultGas.crossing * crossings, oneLeg)
}
