import type { Address } from 'viem'
import { ledgerOf } from '../agent/ledger-address.ts'
import type { LedgerStatus, LiveOrder, PauseFlag } from '../agent/ledger-types.ts'
import type { Env, Environment } from '../environment.ts'

/** The ledger's own account of itself, or null when it does not answer. */
export async function ledgerStatus(env: Env, environment: Environment, vault: Address): Promise<LedgerStatus | null> {
  try {
    return await twice(async () => ledgerOf(env, environment.CHAIN_ID, vault).status())
  } catch (error) {
    logUnreachable(vault, error)
    return null
  }
}

/** `delivered` is false when the ledger did not answer: the minute sweep repeats it, and until then a sent order may land. */
export type Delivery =
  | { vault: Address; delivered: true; live: LiveOrder | null }
  | { vault: Address; delivered: false }

/** Hands a pause flag to one vault's ledger. */
export async function pushPause(
  env: Env,
  environment: Environment,
  vault: Address,
  flag: PauseFlag,
): Promise<Delivery> {
  try {
    return await twice(async () => {
      const { live } = await ledgerOf(env, environment.CHAIN_ID, vault).setPause(flag)
      return { vault, delivered: true, live }
    })
  } catch (error) {
    logUnreachable(vault, error)
    return { vault, delivered: false }
  }
}

/**
 * An object that was moved or restarted under a call breaks that call and answers the next one. Both calls may be repeated:
 * a flag that is set twice is set.
 */
async function twice<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch {
    return call()
  }
}

function logUnreachable(vault: Address, error: unknown): void {
  const reason = error instanceof Error ? error.name : 'unknown'
  console.error(JSON.stringify({ level: 'error', event: 'api.ledger', vault, reason }))
}
