import type { Reason } from '../../shared/schema/decision.ts'

/** Reasons that pass by themselves: the slice is tried again while its window lasts. */
export const passingReasons: ReadonlySet<Reason> = new Set<Reason>([
  'OrderInFlight',
  'StaleDecision',
  'ProvidersDisagree',
  'ProviderUnavailable',
  'SignerUnavailable',
  'SimulationReverted',
  'CheckpointStale',
  'PriceStale',
  'PriceDisagreement',
  'TwapUnavailable',
  'SequencerDown',
  'TooSoon',
  'FeeCapReached',
])

/** Chain seconds until a slice is worth another look: a block at first, and the longer it has waited the longer. */
export function retryAfter(waited: number, blockSeconds: number): number {
  return Math.max(blockSeconds, Math.floor(waited / 2))
}
