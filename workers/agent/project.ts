import { and, eq, inArray, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { Address } from 'viem'
import { alerts, decisions, executions, strategies } from '../database/schema.ts'
import type { Agent } from './agent.ts'
import { ledgerOf } from './ledger-address.ts'
import type { OutboxEntry, ProjectedOrder, ProjectedRecord } from './ledger-types.ts'
import { logAlert, logLine } from './log-line.ts'

/** Entries taken at a time; each is one statement of a batch. */
const batchSize = 20

/**
 * Does the ledger's errands: records and orders into the database, statuses, and slices that need another attempt into the
 * queue. At least once: what fails here stays in the ledger's outbox, and its alarm comes back to it.
 *
 * @returns how many errands were done
 */
export async function project(agent: Agent, vault: Address): Promise<number> {
  const ledger = ledgerOf(agent.bindings, agent.chain.id, vault)
  let done = 0
  for (;;) {
    const entries = await ledger.outbox(batchSize)
    const last = entries.at(-1)
    if (last === undefined) break
    await write(agent, vault, entries)
    for (const entry of entries) if (entry.kind === 'alert') logAlert(vault, entry.alert)
    await requeue(agent, vault, entries)
    await ledger.acknowledge(last.sequence)
    done += entries.length
  }
  if (done > 0) logLine('info', 'project', { vault, count: done })
  return done
}

async function write(agent: Agent, vault: Address, entries: readonly OutboxEntry[]): Promise<void> {
  const statements = entries.flatMap((entry): BatchItem<'sqlite'>[] => {
    if (entry.kind === 'record') return [writeRecord(agent, vault, entry.record)]
    if (entry.kind === 'order') return [writeOrder(agent, vault, entry.order)]
    if (entry.kind === 'alert') return [writeAlert(agent, vault, entry)]
    if (entry.kind === 'strategy') return [writeStatus(agent, entry.strategyId, entry.status)]
    return []
  })
  const [first, ...rest] = statements
  if (first !== undefined) await agent.database.batch([first, ...rest])
}

/** A ledger's errands are numbered once and for all, so the number says which alert it is. */
function writeAlert(agent: Agent, vault: Address, { sequence, alert }: OutboxEntry & { kind: 'alert' }) {
  return agent.database
    .insert(alerts)
    .values({ id: `ledger:${vault}:${sequence}`, vault, ...alert })
    .onConflictDoNothing()
}

/** The log never changes, so a record that is there already is the same one. */
function writeRecord(agent: Agent, vault: Address, record: ProjectedRecord) {
  return agent.database
    .insert(decisions)
    .values({ vault, ...record })
    .onConflictDoNothing()
}

function writeOrder(agent: Agent, vault: Address, order: ProjectedOrder) {
  const { slippageBps, predictedSlippageBps, ...rest } = order
  const row = {
    ...rest,
    vault,
    slippageBps: slippageBps === null ? null : String(slippageBps),
    predictedSlippageBps: String(predictedSlippageBps),
  }
  const { id: _id, ...changes } = row
  return agent.database
    .insert(executions)
    .values(row)
    .onConflictDoUpdate({
      target: executions.id,
      set: changes,
      setWhere: sql`${executions.revision} < ${row.revision}`,
    })
}

type ProjectedStatus = (OutboxEntry & { kind: 'strategy' })['status']

/** A status only moves along its way: nothing returns from filled or ended, and only a latched strategy is re-enabled. */
const statusesBefore: Record<ProjectedStatus, ('active' | 'latched')[]> = {
  active: ['latched'],
  latched: ['active'],
  filled: ['active', 'latched'],
  ended: ['active', 'latched'],
}

function writeStatus(agent: Agent, strategyId: string, status: ProjectedStatus) {
  const over = status === 'filled' || status === 'ended'
  return agent.database
    .update(strategies)
    .set({ status, updatedAt: agent.clock.now(), ...(over ? { nextDue: null } : {}) })
    .where(and(eq(strategies.id, strategyId), inArray(strategies.status, statusesBefore[status])))
}

async function requeue(agent: Agent, vault: Address, entries: readonly OutboxEntry[]): Promise<void> {
  const due = entries.flatMap((entry) =>
    entry.kind === 'tick' ? [{ strategyId: entry.strategyId, slot: entry.slot, scheduledAt: entry.scheduledAt }] : [],
  )
  if (due.length === 0) return
  const minute = Math.floor(agent.clock.now() / 60) * 60
  await agent.bindings.TICKS.send({ type: 'tick', vault, chainId: agent.chain.id, minute, due })
}
