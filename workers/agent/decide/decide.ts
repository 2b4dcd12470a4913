import type { ChainDefinition } from '../../../shared/chain/chains/chain.ts'
import type { GuardInput } from '../../../shared/policy/guard.ts'
import { judgeAll } from '../../../shared/policy/guards.ts'
import { oracleQuote, slippageBound } from '../../../shared/policy/oracle-bound.ts'
import { isReachable } from '../../../shared/routing/route.ts'
import type { Decision, DecisionInput, GuardVerdict } from '../../../shared/schema/decision.ts'
import { notOptimal } from './certificate.ts'
import type { DecisionContext } from './context.ts'
import { explainDisagreement } from './disagreement.ts'
import { forecastOf } from './forecast.ts'
import { gasForecastOf } from './gas.ts'
import { marketOf } from './market.ts'
import { gasUnaffordable, orderFor } from './order.ts'
import { orderflowOf } from './orderflow.ts'
import { explain } from './reason-meanings.ts'
import { routeOf } from './route.ts'
import { notDue, scheduleOf } from './schedule.ts'
import { tradeSentence } from './sentence.ts'
import { sizeOf, tooSmall } from './size.ts'
import { standing } from './standing.ts'
import { refuse, refusedBy, type Stop } from './stop.ts'

/**
 * What is to be done about one slice now. Pure: the same input and context give the same bytes on any machine; the only
 * clock is the snapshot's block. Every outcome is a decision, also doing nothing.
 *
 * @throws RangeError when input and context are of different chains: that is a fault of the caller
 */
export function decide(input: DecisionInput, context: DecisionContext): Decision {
  if (input.snapshot.chainId !== context.chain.id) {
    throw new RangeError(`The snapshot is of chain ${input.snapshot.chainId}, the context of ${context.chain.id}.`)
  }
  const guardInput = guardInputOf(input, context)
  const stopAt = (stop: Stop, wanted: bigint, forecasts: Decision['forecasts'] = null) =>
    stopped(context.chain, guardInput, stop, wanted, forecasts)

  // May anything be traded at all?
  const obstacle = standing(input, guardInput)
  if (obstacle !== null) return stopAt(obstacle, 0n)
  const priced = oracleQuote(input.snapshot.assets, input.mandate.sell, input.mandate.buy)
  if (!priced.ok) return stopAt(refusedBy(priced.finding) ?? refuse('PriceInvalid'), 0n)
  const { quote } = priced

  // Forecast.
  const forecast = forecastOf(input, context)
  if (forecast === null) return stopAt(refuse('ForecastUnavailable'), 0n)
  const { volatility, volatilities, drift, disagreement } = forecast
  const gas = gasForecastOf(input, context)

  // Schedule.
  const schedule = scheduleOf(input, quote)
  const { wanted } = schedule
  const early = notDue(input, guardInput, schedule)
  if (early !== null) return stopAt(early, wanted)

  // Size.
  const size = sizeOf(input, wanted, { volatility, calm: context.calmVolatility, disagreement }, quote)
  const dust = tooSmall(size, wanted)
  if (dust !== null) return stopAt(dust, wanted)

  // Route.
  const market = marketOf(input, context.chain, gas.nextBlock.median)
  if (!isReachable(market)) return stopAt(refuse('NoPools'), wanted)
  const { step, boundBps } = orderflowOf(input, slippageBound(guardInput))
  const routed = routeOf({ context, mandate: input.mandate, quote, boundBps, volatility, drift, market }, size, wanted)
  const { slippage } = routed
  const forecasts = slippage === null ? null : { volatility, volatilities, slippageBps: slippage, drift, gas }
  if (!routed.ok) return stopAt(routed.stop, wanted, forecasts)
  const { route } = routed
  const beaten = notOptimal(route.plan)
  if (beaten !== null) return stopAt(beaten, wanted, forecasts)
  const unaffordable = gasUnaffordable(input, context, route.plan.legs.length)
  if (unaffordable !== null) return stopAt(unaffordable, wanted, forecasts)

  // Guard.
  const order = orderFor(input, context, route, step)
  const { legs, expectedOut } = route.plan
  const guards = judgeAll(guardInput, { ...order, legs, expectedOut })
  const judged = { forecasts, wanted, guards }
  const refusals = guards.filter(({ reason }) => reason !== 'None')
  const refusal = refusals.find(({ reason }) => reason !== 'ReviewRequired')
  if (refusal !== undefined) return refused(context.chain, refusal, judged)
  const shrunkBy = route.cap?.reason ?? null
  const sentence = tradeSentence(context.chain, input, { quote, order, wanted, cap: route.cap })
  const trade = { shrunkBy, ...judged, plan: route.plan, order }
  const [review] = refusals
  if (review !== undefined) {
    const { reason, detail } = review
    return { verdict: 'review', reason, sentence: `Waits for reviewers: ${sentence} ${detail}`, ...trade }
  }
  if (disagreement?.needsReview === true) {
    const detail = explainDisagreement(disagreement)
    return {
      verdict: 'review',
      reason: 'ModelsDisagree',
      sentence: `Waits for reviewers: ${sentence} ${detail}`,
      ...trade,
    }
  }
  return { verdict: shrunkBy === null ? 'allow' : 'shrink', reason: 'None', sentence, ...trade }
}

type Judged = Pick<Decision, 'forecasts' | 'wanted' | 'guards'>

function refused(chain: ChainDefinition, { reason, detail }: GuardVerdict, judged: Judged): Decision {
  const nothing = { shrunkBy: null, plan: null, order: null }
  // What the loss meter has no room for now, it has tomorrow.
  return {
    verdict: reason === 'LossExceeded' ? 'wait' : 'refuse',
    reason,
    sentence: explain(chain, reason, detail),
    ...judged,
    ...nothing,
  }
}

function stopped(
  chain: ChainDefinition,
  guardInput: GuardInput,
  { verdict, reason, detail }: Stop,
  wanted: bigint,
  forecasts: Decision['forecasts'],
): Decision {
  const guards = judgeAll(guardInput, null)
  const nothing = { shrunkBy: null, plan: null, order: null }
  return { verdict, reason, sentence: explain(chain, reason, detail), forecasts, wanted, guards, ...nothing }
}

/** What the mirror of the vault's guards is asked about: the next block, with the executor key the vault knows. */
function guardInputOf({ snapshot, mandate, mandateId }: DecisionInput, { chain }: DecisionContext): GuardInput {
  return {
    chainId: snapshot.chainId,
    vaultAddress: snapshot.vaultAddress,
    vault: snapshot.vault,
    assets: snapshot.assets,
    mandateId,
    mandate,
    progress: snapshot.mandate,
    refill: snapshot.refill,
    modelActive: snapshot.modelActive,
    // Whether that key is ours is asked where it signs.
    caller: snapshot.vault.executor,
    at: snapshot.timestamp + chain.blockSeconds,
  }
}
