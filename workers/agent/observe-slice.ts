import type { Hex } from 'viem'
import { modelName } from '../../models/forecaster.ts'
import { modelInUseId } from '../../models/model-in-use.ts'
import type { DecisionInput, Reason } from '../../shared/schema/decision.ts'
import type { Agent } from './agent.ts'
import { orderSeconds } from './decide/bounds.ts'
import { ledgerOf } from './ledger-address.ts'
import type { SliceStanding } from './ledger-types.ts'
import type { LogFields } from './log-line.ts'
import { describeMarket, type KnownMarket, pairMarket } from './market-history.ts'
import { newMeter } from './meter.ts'
import { observe } from './observe.ts'
import {
  openProviders,
  openQuorum,
  ProviderRefused,
  ProvidersDisagree,
  ProviderUnavailable,
  type Quorum,
} from './providers.ts'
import { holds, readPauses } from './strategy-rows.ts'
import type { Slice } from './tick-endings.ts'
import { stage } from './tick-stage.ts'

/** What the ledger knows of a slice: before anything is observed, so that a change meanwhile is noticed. */
export function readStanding({ bindings, chain, context }: Agent, { stored, slot }: Slice): Promise<SliceStanding> {
  const { strategy, mandate, mandateId } = stored
  const { champion, challenger } = context.slippage
  const drift = {
    ...{ sell: mandate.sell, buy: mandate.buy, seconds: orderSeconds(chain.blockSeconds) },
    ...{ champion: modelName(champion), challenger: modelName(challenger) },
  }
  return ledgerOf(bindings, chain.id, strategy.vault).standing({ strategyId: strategy.id, slot, mandateId, drift })
}

export interface Observed {
  input: DecisionInput
  known: KnownMarket
  windowTooSmall: readonly Hex[]
}
export type Observation = ({ ok: true; quorum: Quorum } & Observed) | { ok: false; reason: Reason; sentence: string }

/** Pauses are read from the database and the ledger: whichever heard of one first stops the slice. */
export async function observeSlice(agent: Agent, slice: Slice, standing: SliceStanding): Promise<Observation> {
  const meter = newMeter()
  const { vault, id } = slice.stored.strategy
  const work = async (): Promise<Observation> => {
    const flags = [...(await readPauses(agent, vault)), ...standing.pausedScopes]
    try {
      const quorum = await openQuorum(openProviders(agent.environment, meter))
      return { ok: true, quorum, ...(await lookAt(agent, quorum, slice, standing, holds(flags, id))) }
    } catch (error) {
      return unobservable(error)
    }
  }
  return stage('tick.observe', slice, work, (observed) => ({
    ...meter,
    ...(observed.ok
      ? { blockNumber: observed.input.snapshot.blockNumber, ...describeLook(observed) }
      : { reason: observed.reason, sentence: observed.sentence }),
  }))
}

/** Everything that a decision about the slice is made from, at the quorum's block; what the ledger may keep of it is kept. */
export async function lookAt(
  agent: Agent,
  quorum: Quorum,
  { stored, slot, scheduledAt }: Slice,
  standing: SliceStanding,
  paused: boolean,
): Promise<Observed> {
  const { strategy, mandate, mandateId } = stored
  const { sell, buy, maximumSlice: largestInput } = mandate
  const subject = { vault: strategy.vault, mandateId, sell, buy, largestInput, modelId: modelInUseId }
  const ledger = ledgerOf(agent.bindings, agent.chain.id, strategy.vault)
  const recall = async (keys: string[]) => ledger.pools(keys)
  const { snapshot, windowTooSmall, keep } = await observe(quorum, agent.chain, subject, recall)
  await ledger.keepPools(keep)
  const known = await pairMarket(agent.chain, agent.environment.CANDLE_SOURCES, ledger, snapshot, mandate)
  const { reserved, expiredAttempts, calibration, demoted, latched } = standing
  const now = { ...strategy, paused, status: latched ? ('latched' as const) : strategy.status }
  const input = {
    ...{ strategy: now, mandate, mandateId, slot, scheduledAt },
    ...{ snapshot, market: known.market, calibration, demoted },
    ...{ reserved, expiredAttempts },
  }
  return { input, known, windowTooSmall }
}

function describeLook({ known: { market, withoutCandles }, windowTooSmall }: Observed): LogFields {
  return {
    market: describeMarket(market),
    ...(withoutCandles === null ? {} : { candles: withoutCandles }),
    ...(windowTooSmall.length === 0 ? {} : { windowTooSmall }),
  }
}

/** What the providers' failure means for the slice; anything else is a fault of ours and is thrown on. */
export function unobservable(error: unknown): Observation & { ok: false } {
  if (error instanceof ProvidersDisagree)
    return { ok: false, reason: 'ProvidersDisagree', sentence: `${error.message}.` }
  if (error instanceof ProviderUnavailable || error instanceof ProviderRefused) {
    return { ok: false, reason: 'ProviderUnavailable', sentence: `${error.message}.` }
  }
  throw error
}
