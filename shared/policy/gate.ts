import { type Finding, type GuardInput, pass, refuse } from './guard.ts'

/** Mirrors `Gate.requireOpen`. */
export function gateOpen({ vault }: GuardInput): Finding {
  if (vault.paused) return refuse('Paused', 'The gate is down.')
  if (vault.suspended) return refuse('Suspended', `Suspended since ${vault.suspendedAt}.`)
  if (vault.tripped) return refuse('Tripped', `Incident ${vault.incident} is open.`)
  if (!vault.isSealed) return refuse('NotSealed', 'The configuration is still open.')
  return pass
}
