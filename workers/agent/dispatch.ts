import { and, eq } from 'drizzle-orm'
import type { Address } from 'viem'
import type { MandateProgress, VaultState } from '../../shared/schema/snapshot.ts'
import type { StrategyStatus } from '../../shared/schema/strategy.ts'
import { strategies } from '../database/schema.ts'
import type { Env } from '../environment.ts'
import { type Agent, openAgent } from './agent.ts'
import { inTurn } from './decide/turns.ts'
import { type KeptVault, keepAll } from './keeper.ts'
import { ledgerOf } from './ledger-address.ts'
import { callSweep } from './lens-call.ts'
import { logLine } from './log-line.ts'
import { marketKey, visitSeconds } from './market-visit.ts'
import { newMeter } from './meter.ts'
import { recordMissed } from './missed-slices.ts'
import {
  openProviders,
  openQuorum,
  ProviderRefused,
  ProvidersDisagree,
  ProviderUnavailable,
  type Quorum,
} from './providers.ts'
import { mandateProgressFrom, vaultStateFrom } from './snapshot-from-view.ts'
import { readOpenStrategies, readPauses, readVaults, type StoredStrategy } from './strategy-rows.ts'

/** Slots written down one by one when the cron was away; beyond it only the newest are. */
const mostMissedSlots = 100

/**
 * The minute cron. For each vault: asks its ledger for what got stuck, reads its mandates, promotes and finishes strategies,
 * enqueues what is due, and keeps its checkpoint. One vault's trouble is no other's. `minute`: when the cron was to run,
 * seconds; delivering it twice is harmless.
 */
export async function dispatch(env: Env, minute: number): Promise<void> {
  const agent = openAgent(env)
  const vaults = await readVaults(agent)
  const results = await Promise.allSettled(vaults.map((vault) => dispatchVault(agent, vault, minute)))
  for (const [position, result] of results.entries()) {
    const vault = vaults[position]
    if (result.status === 'rejected' && vault !== undefined) {
      logLine('error', 'dispatch.failed', { vault, error: result.reason })
    }
  }
  await keepAll(
    agent,
    results.flatMap((result) => (result.status === 'fulfilled' ? (result.value ?? []) : [])),
  )
}

async function dispatchVault(agent: Agent, vault: Address, minute: number): Promise<KeptVault | null> {
  const started = Date.now()
  // The ledger is asked first and by itself: it needs no provider, and stuck orders must not wait for one.
  const ordersOpen = await sweepLedger(agent, vault)
  const open = await readOpenStrategies(agent, vault)
  const seen = await lookAtChain(agent, vault, open)
  // Without a chain the slices are due by the clock: their ticks write down that nothing could be observed.
  const now = seen?.quorum.pin.timestamp ?? agent.clock.now()
  const due: (Due & { lastExecution: number })[] = []
  const active: StoredStrategy[] = []
  for (const [position, stored] of open.entries()) {
    const progress = seen?.progress[position]
    const { status } = stored.strategy
    const followed = progress === undefined ? status : await followChain(agent, stored, progress, now, ordersOpen)
    if (followed === 'active') active.push(stored)
    const next = followed === 'active' ? nextSlice(stored, now) : null
    if (next !== null) due.push({ ...next, lastExecution: progress?.lastExecution ?? 0 })
  }
  await enqueue(agent, vault, minute, inTurn(due))
  if (seen !== null && due.length === 0) await enqueueVisits(agent, vault, active, now)
  logLine('info', 'dispatch.vault', { vault, minute, due: due.length, durationMs: Date.now() - started })
  return seen === null ? null : { vault, quorum: seen.quorum, state: seen.state }
}

/** Finds what got stuck in the ledger and asks the tracker to look at it. Says whether an order is still open. */
async function sweepLedger(agent: Agent, vault: Address): Promise<boolean> {
  const { chain, bindings } = agent
  const report = await ledgerOf(bindings, chain.id, vault).sweep(await readPauses(agent, vault))
  const waiting = report.openOrders + report.errands
  if (report.alarmWasMissing) logLine('warn', 'sweep.alarm', { vault, count: waiting })
  if (waiting > 0) await bindings.TICKS.send({ type: 'track', vault, chainId: chain.id })
  return report.openOrders > 0
}

interface ChainView {
  quorum: Quorum
  state: VaultState
  /** One for each strategy, in their order. */
  progress: MandateProgress[]
}

/** The vault and its mandates as two providers agree on them; null where they do not. */
async function lookAtChain(agent: Agent, vault: Address, open: readonly StoredStrategy[]): Promise<ChainView | null> {
  try {
    const quorum = await openQuorum(openProviders(agent.environment, newMeter()))
    const mandateIds = open.map(({ mandateId }) => mandateId)
    const [, state, progress] = await callSweep(quorum, vault, mandateIds)
    return { quorum, state: vaultStateFrom(state), progress: progress.map(mandateProgressFrom) }
  } catch (error) {
    const known = [ProviderUnavailable, ProvidersDisagree, ProviderRefused].some((kind) => error instanceof kind)
    if (!known) throw error
    logLine('error', 'dispatch.failed', { vault, error })
    return null
  }
}

async function enqueue(agent: Agent, vault: Address, minute: number, due: readonly Due[]): Promise<void> {
  if (due.length === 0) return
  // First: were the message sent and this cut off, and the strategy over by the next minute, nobody would write of them.
  for (const { strategyId, missed } of due) {
    for (const slot of missed) await recordMissed(agent, strategyId, slot, 'no cron ran in its time')
  }
  const keys = due.map(({ strategyId, slot, scheduledAt }) => ({ strategyId, slot, scheduledAt }))
  await agent.bindings.TICKS.send({ type: 'tick', vault, chainId: agent.chain.id, minute, due: keys })
  // Only now: a crash in between enqueues the slice once more, which is harmless; the other order would lose it.
  for (const slice of due) await advance(agent, slice)
}

/**
 * Markets of strategies that trade are looked at every half hour, in a minute in which no slice is due: an order of ours would be part
 * of what is seen. A visit that gets lost is made up by the next one.
 */
async function enqueueVisits(
  agent: Agent,
  vault: Address,
  active: readonly StoredStrategy[],
  now: number,
): Promise<void> {
  const byMarket = new Map(active.map((stored) => [marketKey(stored), stored.strategy.id]))
  if (byMarket.size === 0) return
  const chainId = agent.chain.id
  const claimed = await ledgerOf(agent.bindings, chainId, vault).claimVisits([...byMarket.keys()], visitSeconds, now)
  for (const [market, strategyId] of byMarket) {
    if (claimed.includes(market)) await agent.bindings.TICKS.send({ type: 'visit', vault, chainId, strategyId })
  }
}

/** Promotes a draft whose mandate is on chain; finishes a strategy whose mandate is done. */
async function followChain(
  agent: Agent,
  { strategy, mandate }: StoredStrategy,
  progress: MandateProgress,
  now: number,
  ordersOpen: boolean,
): Promise<StrategyStatus> {
  const { id: strategyId, vault, status } = strategy
  const over = overStatus(progress, mandate, now)
  // While an order is not confirmed, the mandate's progress may still be taken back.
  if (over !== null && !ordersOpen && (status !== 'draft' || over === 'closed')) {
    await setStatus(agent, strategy, over, { nextDue: null })
    logLine('info', 'dispatch.finished', { vault, strategyId, status: over })
    return over
  }
  if (status !== 'draft' || !progress.open) return status
  await setStatus(agent, strategy, 'active', {})
  logLine('info', 'dispatch.promoted', { vault, strategyId })
  return 'active'
}

function overStatus(
  progress: MandateProgress,
  mandate: StoredStrategy['mandate'],
  now: number,
): 'filled' | 'closed' | 'ended' | null {
  if (progress.filled >= mandate.total) return 'filled'
  if (progress.closed) return 'closed'
  return now > mandate.end || progress.executionCount >= mandate.maximumExecutions ? 'ended' : null
}

async function setStatus(
  agent: Agent,
  { id, status: from }: StoredStrategy['strategy'],
  status: StrategyStatus,
  also: { nextDue?: null },
): Promise<void> {
  await agent.database
    .update(strategies)
    .set({ status, updatedAt: agent.clock.now(), ...also })
    .where(and(eq(strategies.id, id), eq(strategies.status, from)))
}

interface Due {
  strategyId: StoredStrategy['strategy']['id']
  slot: number
  scheduledAt: number
  /** Slots that came and went without the cron. */
  missed: number[]
  /** The due time this follows from, and the next one. */
  from: number
  nextDue: number
}

/**
 * The slice whose time has come, if one has: the newest, since older ones are caught up by it or are missed. Paused
 * strategies are due as well: their tick writes down why nothing is traded.
 */
function nextSlice({ strategy, nextDue }: StoredStrategy, now: number): Due | null {
  const { start, intervalSeconds } = strategy.configuration
  if (nextDue === null || nextDue > now) return null
  const slotAt = (time: number) => Math.max(0, Math.floor((time - start) / intervalSeconds))
  const slot = slotAt(now)
  const oldest = Math.max(slotAt(nextDue), slot - mostMissedSlots)
  return {
    strategyId: strategy.id,
    slot,
    scheduledAt: start + slot * intervalSeconds,
    // A draft's slots before its mandate was opened were never due.
    missed: strategy.status === 'draft' ? [] : Array.from({ length: slot - oldest }, (_, offset) => oldest + offset),
    from: nextDue,
    nextDue: start + (slot + 1) * intervalSeconds,
  }
}

async function advance(agent: Agent, { strategyId, from, nextDue }: Due): Promise<void> {
  await agent.database
    .update(strategies)
    .set({ nextDue, updatedAt: agent.clock.now() })
    .where(and(eq(strategies.id, strategyId), eq(strategies.nextDue, from)))
}
