import { type Finding, type GuardInput, pass, refuse } from './guard.ts'

/** Mirrors `Gate.requireFreshCheckpoint`, at the time of the order: an age limit of zero forbids. */
export function checkpointFresh({ vault, at }: GuardInput): Finding {
  const { maximumCheckpointAge } = vault.limits
  const isYoung = maximumCheckpointAge !== 0 && at - vault.checkpointAt <= maximumCheckpointAge
  if (vault.checkpointFresh && isYoung) return pass
  const checkpoint = `The one of ${vault.checkpointAt}`
  // A young checkpoint is stale because value or policy moved without a trade.
  if (isYoung) {
    return refuse('CheckpointStale', `${checkpoint} was followed by a deposit, a withdrawal or a change of policy.`)
  }
  return refuse('CheckpointStale', `${checkpoint} is older than ${maximumCheckpointAge} s.`)
}
