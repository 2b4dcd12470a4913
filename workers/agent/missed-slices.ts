import type { Hex } from 'viem'
import { missedSlices } from '../database/schema.ts'
import type { Agent } from './agent.ts'
import { logLine } from './log-line.ts'

/** Writes down that a slice never happened, and says so. The first reason stands. */
export async function recordMissed(agent: Agent, strategyId: Hex, slot: number, reason: string): Promise<void> {
  logLine('warn', 'dispatch.missed', { strategyId, slot, reason })
  await agent.database
    .insert(missedSlices)
    .values({ strategyId, slot, reason, recordedAt: agent.clock.now() })
    .onConflictDoNothing()
}
