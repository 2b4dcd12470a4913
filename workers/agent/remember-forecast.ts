import type { Decision } from '../../shared/schema/decision.ts'
import type { Agent } from './agent.ts'
import { ledgerOf } from './ledger-address.ts'
import { logLine } from './log-line.ts'
import type { Observed } from './observe-slice.ts'
import { shadowBlocks, shadowOf } from './shadow-quote.ts'

type Foretold = Pick<Decision, 'plan'> & {
  forecasts: Pick<NonNullable<Decision['forecasts']>, 'drift' | 'volatilities'> | null
}

/**
 * Has the ledger remember what was forecast, and asks for the plan to be quoted again at the end of an order's life. Never fails: a
 * lost outcome costs the models a lesson, and nobody a trade.
 *
 * @param subject what it was forecast for; the block makes it unique
 */
export async function rememberForecast(
  agent: Agent,
  subject: string,
  { input, known }: Pick<Observed, 'input' | 'known'>,
  { plan, forecasts }: Foretold,
): Promise<void> {
  if (forecasts === null) return
  const { bindings, chain, clock } = agent
  const { snapshot } = input
  const vault = snapshot.vaultAddress
  const shadowId = `${subject}:${snapshot.blockNumber}`
  const { champion, challenger } = forecasts.volatilities.hour
  const volatility = {
    ...{ series: known.series, madeAt: snapshot.timestamp },
    ...{ champion: champion.value, challenger: challenger.value },
  }
  try {
    const note = {
      shadow: shadowOf(shadowId, input, { plan, drift: forecasts.drift }),
      volatility: known.market.source === 'none' ? null : volatility,
    }
    if (!(await ledgerOf(bindings, chain.id, vault).noteForecast(note))) return
    const delaySeconds = Math.ceil(clock.realMilliseconds((1 + shadowBlocks) * chain.blockSeconds) / 1000)
    await bindings.TICKS.send({ type: 'requote', vault, chainId: chain.id, shadowId, tries: 0 }, { delaySeconds })
  } catch (error) {
    logLine('warn', 'shadow.failed', { vault, subject: shadowId, error })
  }
}
