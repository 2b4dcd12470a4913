import { type Finding, type GuardInput, pass, refuse } from './guard.ts'

/** Mirrors `Gate.requireFreshCheckpoint`, at the time of the order: an age limit of zero forbids. */
export function checkpointFresh({ vault, at }: GuardInput): Finding {
  const { maximumCheckpointAge } = vault.limits
  const isYoung = maximumCheckpointAge !== 0 && at - vault.checkpointAt <= maximumCheckpointAge
  if (vault.checkpointFresh && isYoung) return pass
  const checkpoint = `The one of ${vault.checkpointAt}`
  // The vault calls a young checkpoint stale for one reason only.
  if (isYoung) return refuse('CheckpointStale', `${checkpoint} was followed by a deposit or withdrawal.`)
  return refuse('CheckpointStale', `${checkpoint} is older than ${maximumCheckpointAge} s.`)
}
