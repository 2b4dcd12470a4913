import type { Address } from 'viem'
import { z } from 'zod'
import { address, bytes32, timestamp } from '../../shared/schema/primitives.ts'
import { alerts } from '../database/schema.ts'
import type { Env } from '../environment.ts'
import { type Agent, openAgent } from './agent.ts'
import { ledgerOf } from './ledger-address.ts'
import { logAlert, logLine } from './log-line.ts'
import { visitMarket } from './market-visit.ts'
import { recordMissed } from './missed-slices.ts'
import { project } from './project.ts'
import { requote } from './requote.ts'
import { retryAfter } from './retry.ts'
import { readStrategy, type StoredStrategy } from './strategy-rows.ts'
import { tick } from './tick.ts'
import type { TickEnd } from './tick-endings.ts'
import { track } from './track.ts'

const dueSchema = z.object({ strategyId: bytes32, slot: z.int().min(0), scheduledAt: timestamp })
type Due = z.output<typeof dueSchema>

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('tick'), vault: address, chainId: z.int(), minute: timestamp, due: z.array(dueSchema) }),
  z.object({ type: z.literal('track'), vault: address, chainId: z.int() }),
  z.object({
    type: z.literal('requote'),
    vault: address,
    chainId: z.int(),
    shadowId: z.string(),
    tries: z.int().min(0),
  }),
  z.object({ type: z.literal('visit'), vault: address, chainId: z.int(), strategyId: bytes32 }),
])
type AgentMessage = z.output<typeof messageSchema>

/** Longest delay the queue is asked for, real seconds. */
const longestDelaySeconds = 3_600

/**
 * Takes a batch from the queue. Vaults side by side, the messages of one vault one after the other; each message is acknowledged or
 * retried by itself. Ends of ticks are no failures: only what broke (database, ledger, a fault of ours) is retried.
 */
export async function consume(env: Env, batch: MessageBatch<unknown>): Promise<void> {
  const agent = openAgent(env)
  if (batch.queue.endsWith('dead-letters')) return bury(agent, batch)
  const byVault = new Map<string, { message: Message<unknown>; body: AgentMessage }[]>()
  for (const message of batch.messages) {
    const body = messageSchema.safeParse(message.body)
    if (!body.success || body.data.chainId !== agent.chain.id) {
      // Nothing would make this message readable: it is not retried.
      logLine('error', 'queue.dead', { messageId: message.id, reason: 'not a message of this agent' })
      message.ack()
      continue
    }
    const { vault } = body.data
    byVault.set(vault, [...(byVault.get(vault) ?? []), { message, body: body.data }])
  }
  await Promise.all([...byVault.values()].map((messages) => consumeInSequence(agent, lessonsLast(messages))))
}

/** An order waits for nobody: how forecasts turned out is learned after it. */
function lessonsLast<M extends { body: AgentMessage }>(messages: readonly M[]): M[] {
  const isLesson = ({ body: { type } }: M) => type === 'requote' || type === 'visit'
  return [...messages.filter((message) => !isLesson(message)), ...messages.filter(isLesson)]
}

async function consumeInSequence(
  agent: Agent,
  messages: readonly { message: Message<unknown>; body: AgentMessage }[],
): Promise<void> {
  for (const { message, body } of messages) {
    try {
      await carryOut(agent, body)
      message.ack()
    } catch (error) {
      logLine('error', 'queue.retry', { messageId: message.id, vault: body.vault, error })
      message.retry({ delaySeconds: Math.min(60, 2 ** message.attempts) })
    }
  }
}

function carryOut(agent: Agent, message: AgentMessage): Promise<void> {
  const { vault } = message
  switch (message.type) {
    case 'tick':
      return tickAll(agent, vault, message.minute, message.due)
    case 'track':
      return track(agent, vault)
    case 'requote':
      return requote(agent, vault, message.shadowId, message.tries)
    case 'visit':
      return visitMarket(agent, message.strategyId)
  }
}

/** Decides the due slices in sequence; those whose reason passes by itself come back later, while their window lasts. */
async function tickAll(agent: Agent, vault: Address, minute: number, due: readonly Due[]): Promise<void> {
  const later: { due: Due; delaySeconds: number }[] = []
  for (const slice of due) {
    const stored = await readStrategy(agent, slice.strategyId)
    if (stored === null) {
      logLine('warn', 'tick.end', {
        vault,
        strategyId: slice.strategyId,
        reason: 'the strategy does not exist any more',
      })
      continue
    }
    const end = await tick(agent, { stored, slot: slice.slot, scheduledAt: slice.scheduledAt })
    if (!end.again) continue
    const delaySeconds = delayOf(agent, stored, slice, end)
    if (delaySeconds === null) await recordMissed(agent, slice.strategyId, slice.slot, end.reason)
    else later.push({ due: slice, delaySeconds })
  }
  await project(agent, vault)
  for (const { due: slice, delaySeconds } of later) {
    const { strategyId, slot } = slice
    logLine('info', 'tick.later', { vault, strategyId, slot, delaySeconds })
    await agent.bindings.TICKS.send(
      { type: 'tick', vault, chainId: agent.chain.id, minute, due: [slice] },
      { delaySeconds },
    )
  }
}

/** Real seconds until the slice is worth another look; null once the next slice's time has come, which catches up. */
function delayOf(agent: Agent, stored: StoredStrategy, slice: Due, end: TickEnd): number | null {
  const { intervalSeconds } = stored.strategy.configuration
  const waited = Math.max(0, end.decidedAt - slice.scheduledAt)
  const wait = retryAfter(waited, agent.chain.blockSeconds)
  if (waited + wait >= intervalSeconds) return null
  return Math.min(longestDelaySeconds, Math.ceil(agent.clock.realMilliseconds(wait) / 1000))
}

/** A message may fail for good after its order went out; that slice was not missed. */
async function recordBuried(agent: Agent, vault: Address, due: readonly Due[]): Promise<void> {
  const ledger = ledgerOf(agent.bindings, agent.chain.id, vault)
  for (const { strategyId, slot } of due) {
    if (!(await ledger.isTaken(strategyId, slot))) await recordMissed(agent, strategyId, slot, 'dead letter')
  }
}

/** Named by the message, so that a dead letter that comes twice is one alert. */
async function raiseDeadLetter(agent: Agent, messageId: string, vault: Address | null): Promise<void> {
  const alert = {
    kind: 'dead-letter' as const,
    subject: messageId,
    sentence: 'A message failed every retry and was given up; slices it carried are recorded as missed.',
    raisedAt: agent.clock.now(),
  }
  await agent.database
    .insert(alerts)
    .values({ id: `dead-letter:${messageId}`, vault, ...alert })
    .onConflictDoNothing()
  logAlert(vault, alert)
}

/** Messages that failed every retry: their slices are written down as missed, and somebody is told. */
async function bury(agent: Agent, batch: MessageBatch<unknown>): Promise<void> {
  for (const message of batch.messages) {
    const body = messageSchema.safeParse(message.body)
    logLine('error', 'queue.dead', { messageId: message.id, ...(body.success ? { vault: body.data.vault } : {}) })
    try {
      if (body.success && body.data.type === 'tick') {
        await recordBuried(agent, body.data.vault, body.data.due)
      }
      await raiseDeadLetter(agent, message.id, body.success ? body.data.vault : null)
      message.ack()
    } catch (error) {
      logLine('error', 'queue.retry', { messageId: message.id, error })
      message.retry({ delaySeconds: 60 })
    }
  }
}
