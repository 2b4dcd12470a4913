// The genuine agent with doors for the bench, which decides when a slice is due and when the tracker looks: POST /bench/tick,
// /bench/track and /bench/reinstate. Queue and cron do nothing here, so that nothing happens between two of its steps.
import { z } from 'zod'
import { relayNames } from '../../../shared/chain/relays.ts'
import { address, bytes32, timestamp } from '../../../shared/schema/primitives.ts'
import { type Agent, openAgent } from '../../../workers/agent/agent.ts'
import { ledgerOf } from '../../../workers/agent/ledger-address.ts'
import { readStrategy } from '../../../workers/agent/strategy-rows.ts'
import { tick } from '../../../workers/agent/tick.ts'
import { track } from '../../../workers/agent/track.ts'
import type { Env, QueueMessage } from '../../../workers/environment.ts'
import worker, { VaultLedger } from '../../../workers/index.ts'

// The platform finds the Durable Object by this name.
export { VaultLedger }

const tickSchema = z.object({
  strategyId: bytes32,
  slot: z.int().min(0),
  scheduledAt: timestamp,
  /** What the order tolerates below its own quote, basis points; null: what the agent thinks right. */
  toleranceBps: z.number().nullable(),
})
const vaultSchema = z.object({ vault: address })

/** The agent, or one that leaves everybody the same room below the quote, as interfaces for people do. */
function withTolerance(agent: Agent, toleranceBps: number | null): Agent {
  if (toleranceBps === null) return agent
  const { slippage } = agent.context
  const champion = { ...slippage.champion, quantiles: () => [0, toleranceBps, toleranceBps] }
  return { ...agent, context: { ...agent.context, slippage: { champion, challenger: champion } } }
}

async function answer(path: string, body: unknown, env: Env): Promise<unknown> {
  const agent = openAgent(env)
  switch (path) {
    case 'tick': {
      const { strategyId, slot, scheduledAt, toleranceBps } = tickSchema.parse(body)
      const stored = await readStrategy(agent, strategyId)
      if (stored === null) throw new Error('There is no such strategy.')
      return tick(withTolerance(agent, toleranceBps), { stored, slot, scheduledAt })
    }
    case 'track':
      return (await track(agent, vaultSchema.parse(body).vault)) ?? null
    case 'reinstate': {
      const ledger = ledgerOf(env, agent.chain.id, vaultSchema.parse(body).vault)
      for (const name of relayNames) await ledger.reinstateRelay(name)
      return null
    }
    default:
      throw new Error(`The bench has no door ${path}.`)
  }
}

export default {
  fetch: async (request, env, context) => {
    const { pathname } = new URL(request.url)
    if (!pathname.startsWith('/bench/')) return worker.fetch(request, env, context)
    try {
      return Response.json(await answer(pathname.slice('/bench/'.length), await request.json(), env))
    } catch (error) {
      return new Response(error instanceof Error ? error.message : String(error), { status: 500 })
    }
  },
  queue: async (batch) => batch.ackAll(),
  scheduled: async () => undefined,
} satisfies ExportedHandler<Env, QueueMessage>
