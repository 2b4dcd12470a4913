import type { Decision, Reason } from '../../shared/schema/decision.ts'
import { lifeBlocks } from '../../workers/agent/decide/bounds.ts'
import type { DecisionContext } from '../../workers/agent/decide/context.ts'
import { decide } from '../../workers/agent/decide/decide.ts'
import { passingReasons, retryAfter } from '../../workers/agent/retry.ts'
import { seededRandom } from '../devnet/random.ts'
import type { TreasuryLimits } from '../devnet/treasury.ts'
import { decisionInputAt, deepestPool, type Moment, type ParentOrder } from './decision-input.ts'
import { type Included, includeAt, trades } from './inclusion.ts'
import type { WindowMarket } from './market.ts'
import type { Liquidity } from './pool-profiles.ts'
import { PoolsNow } from './pools-now.ts'
import { SimulatedVault } from './simulated-vault.ts'

/** What the world around an order is like, beside its market. */
export interface ExecutionTerms {
  liquidity: Liquidity
  /** In which half of what a trade moved a pool is taken back by arbitrage, seconds. */
  refillSeconds: number
  /** Blocks from decision to inclusion: drawn between the two. */
  latencyBlocks: { least: number; most: number }
  limits: TreasuryLimits
  seed: string
}

/** How one decision, or one order's life, ended: what the guards did is counted by it. */
export interface Ending {
  /** A verdict of `decide()`, or expired: the order was sent and no block could hold it. */
  verdict: Decision['verdict'] | 'expired'
  /** What shrank an order that trades; None where nothing did. */
  reason: Reason
}

export interface Fill extends Included {
  slot: number
  /** Wei per gas. */
  gasPrice: bigint
}

/** A parent order's life. */
export interface ParentRun {
  fills: Fill[]
  endings: Ending[]
  /** Base units. */
  sold: bigint
  total: bigint
}

/** Works one parent order from its start to its mandate's end, tick by tick as the worker would. */
export function runParent(
  order: ParentOrder,
  market: WindowMarket,
  context: DecisionContext,
  terms: ExecutionTerms,
): ParentRun {
  const { mandate, configuration, pair } = order
  const { start, intervalSeconds } = configuration
  const vault = new SimulatedVault(mandate, terms.limits, pair, market)
  const pools = new PoolsNow(terms.liquidity, pair, market.path, start, terms.refillSeconds)
  const worker = new Worker(order, market, context, terms, vault, pools)
  for (let slot = 0; start + slot * intervalSeconds <= mandate.end; slot++) {
    if (vault.progress.filled >= mandate.total) break
    worker.work(slot)
  }
  return { fills: worker.fills, endings: worker.endings, sold: vault.progress.filled, total: mandate.total }
}

class Worker {
  readonly fills: Fill[] = []
  readonly endings: Ending[] = []
  readonly #order: ParentOrder
  readonly #market: WindowMarket
  readonly #context: DecisionContext
  readonly #terms: ExecutionTerms
  readonly #vault: SimulatedVault
  readonly #pools: PoolsNow
  readonly #twapPool: Moment['twapPool']
  readonly #block: number

  constructor(
    order: ParentOrder,
    market: WindowMarket,
    context: DecisionContext,
    terms: ExecutionTerms,
    vault: SimulatedVault,
    pools: PoolsNow,
  ) {
    this.#order = order
    this.#market = market
    this.#context = context
    this.#terms = terms
    this.#vault = vault
    this.#pools = pools
    this.#twapPool = deepestPool(pools.at(market.start))
    this.#block = order.pair.chain.blockSeconds
  }

  /** One slice: tried again while its reason passes by itself or its order expired, until the next slice's time. */
  work(slot: number): void {
    const { start, intervalSeconds } = this.#order.configuration
    const scheduledAt = start + slot * intervalSeconds
    const until = Math.min(scheduledAt + intervalSeconds, this.#order.mandate.end)
    let expiredAttempts = 0
    for (let at = this.#blockFrom(scheduledAt); at < until; ) {
      const moment = this.#moment({ at, slot, scheduledAt, expiredAttempts })
      const input = decisionInputAt(this.#order, moment)
      const decision = decide(input, this.#context)
      const { verdict, shrunkBy, reason } = decision
      this.endings.push({ verdict, reason: shrunkBy ?? reason })
      if (!trades(decision)) {
        if (!passingReasons.has(reason)) return
        at = this.#blockFrom(at + retryAfter(at - scheduledAt, this.#block))
        continue
      }
      const expired = this.#send(moment, input, decision)
      if (expired === null) return
      this.endings.push({ verdict: 'expired', reason: expired })
      expiredAttempts += 1
      // The key is free once nothing can take the order's death back.
      at = this.#blockFrom(decision.order.deadline + this.#order.pair.chain.confirmations * this.#block)
    }
  }

  /** Hands the order to the builders until its deadline; null when it filled, or why the last block could not hold it. */
  #send(
    moment: Moment,
    ...[input, decision]: [Parameters<typeof includeAt>[1], Parameters<typeof includeAt>[2]]
  ): Reason | null {
    const { least, most } = this.#terms.latencyBlocks
    const { start } = this.#order.configuration
    // The same draw for the same block whatever the strategy, so that they differ in nothing else.
    const random = seededRandom(`latency ${this.#terms.seed} ${start} ${moment.at}`)
    const latency = least + Math.floor(random.uniform() * (most - least + 1))
    let refusal: Reason = 'DeadlinePassed'
    for (let blocks = latency; blocks <= Math.max(latency, 1 + lifeBlocks); blocks++) {
      const at = moment.at + blocks * this.#block
      const then = this.#moment({ ...moment, at })
      const inclusion = includeAt(this.#order, input, decision, then)
      if (!inclusion.ok) {
        refusal = inclusion.reason
        continue
      }
      this.#book(moment.slot, inclusion.included)
      return null
    }
    return refusal
  }

  #book(slot: number, included: Included): void {
    const { at, amountIn, amountOut, worth, quote, after } = included
    const { mandate } = this.#order
    this.#vault.fill(mandate, quote, amountIn, amountOut, worth, at)
    for (const pool of after) this.#pools.leave(pool, at)
    this.fills.push({ ...included, slot, gasPrice: this.#market.gas.price(at) })
  }

  #moment(of: Pick<Moment, 'at' | 'slot' | 'scheduledAt' | 'expiredAttempts'>): Moment {
    return { ...of, vault: this.#vault, market: this.#market, pools: this.#pools.at(of.at), twapPool: this.#twapPool }
  }

  /** The first block at or after a time. */
  #blockFrom(time: number): number {
    return Math.ceil(time / this.#block) * this.#block
  }
}
