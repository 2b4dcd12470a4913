import { type Finding, type GuardInput, pass, refuse } from './guard.ts'

/** Mirrors `Gate.requireFreshCheckpoint`, at the time of the order: an age limit of zero forbids. */
export function checkpointFresh({ vault, at }: GuardInput): Finding {
  const { maximumCheckpointAge } = vault.limits
  const isFresh = vault.checkpointFresh && maximumCheckpointAge !== 0 && at - vault.checkpointAt <= maximumCheckpointAge
  return isFresh ? pass : refuse('CheckpointStale', `The last checkpoint was at ${vault.checkpointAt}.`)
}
