import type { Hex } from 'viem'
import { planRoute } from '../../shared/routing/route.ts'
import type { Agent } from './agent.ts'
import { forecastOf } from './decide/forecast.ts'
import { gasForecastOf } from './decide/gas.ts'
import { marketOf } from './decide/market.ts'
import { planOf } from './decide/plan.ts'
import { logLine } from './log-line.ts'
import { newMeter } from './meter.ts'
import { lookAt, readStanding, unobservable } from './observe-slice.ts'
import { openProviders, openQuorum } from './providers.ts'
import { rememberForecast } from './remember-forecast.ts'
import { readStrategy, type StoredStrategy } from './strategy-rows.ts'

/** Seconds between two visits of a pair's market: an observation shows two hours of it, so none is missed. */
export const visitSeconds = 1_800

/** Which market a strategy trades in. */
export function marketKey({ mandate: { sell, buy } }: StoredStrategy): string {
  return `${sell}:${buy}`
}

/**
 * Looks at a strategy's market between its slices, and forecasts as if its largest slice were due: so its bars have no gaps, and models
 * are judged by outcomes that no order of ours had a part in. Nothing is decided and nothing recorded; a visit that fails is not made up.
 */
export async function visitMarket(agent: Agent, strategyId: Hex): Promise<void> {
  const stored = await readStrategy(agent, strategyId)
  if (stored === null) return
  const { vault } = stored.strategy
  const slice = { stored, slot: 0, scheduledAt: agent.clock.now() }
  try {
    const standing = await readStanding(agent, slice)
    const quorum = await openQuorum(openProviders(agent.environment, newMeter()))
    const looked = await lookAt(agent, quorum, slice, standing, false)
    const forecasts = forecastOf(looked.input, agent.context)
    const { nextBlock } = gasForecastOf(looked.input, agent.context)
    const amount = { kind: 'exactInput', amountIn: stored.mandate.maximumSlice } as const
    const route = planRoute({ ...marketOf(looked.input, agent.chain, nextBlock.median), amount })
    const plan = route === null ? null : planOf(route)
    await rememberForecast(agent, `visit:${marketKey(stored)}`, looked, { plan, forecasts })
    logLine('info', 'visit', { vault, strategyId, blockNumber: quorum.pin.number })
  } catch (error) {
    logLine('warn', 'visit', { vault, strategyId, reason: unobservable(error).sentence })
  }
}
