/// <reference types="@cloudflare/vitest-plugin/types" />
import { abortAllDurableObjects } from 'cloudflare:test'
import type { VaultLedger } from '../../workers/agent/vault-ledger.ts'
import type { Env } from '../../workers/environment.ts'

/** Where the world ends: before the call is made, while it is under way, or after it was answered. */
export type Moment = 'before' | 'during' | 'after'
type LedgerMethod = Exclude<keyof VaultLedger & string, 'fetch' | 'env' | 'ctx'>

class Crash extends Error {
  override readonly name = 'Crash'
}

/**
 * Bindings whose ledger and worker die together at one call, once: every object is aborted in the middle of what it does
 * (not drained), and the caller never sees an answer.
 */
export function crashingAt(env: Env, method: LedgerMethod, moment: Moment): { env: Env; crashed: () => boolean } {
  let crashed = false
  const interrupted = async (call: () => Promise<unknown>): Promise<never> => {
    crashed = true
    if (moment === 'after') await call()
    if (moment === 'during') call().catch(() => undefined)
    await abortAllDurableObjects()
    throw new Crash(`${moment} ${method}`)
  }
  return {
    env: withLedgerCalls(env, (name, call) => (name === method && !crashed ? interrupted(call) : call())),
    crashed: () => crashed,
  }
}

/** Bindings that let `around` see, delay or replace every call to a ledger. */
export function withLedgerCalls(
  env: Env,
  around: (method: string, call: () => Promise<unknown>, parameters: readonly unknown[]) => Promise<unknown>,
): Env {
  const namespace = env.VAULT_LEDGER
  const get: typeof namespace.get = (id, options) =>
    new Proxy(namespace.get(id, options), {
      get: (stub, name) => {
        const member: unknown = Reflect.get(stub, name)
        if (typeof name !== 'string' || typeof member !== 'function') return member
        return (...parameters: unknown[]) =>
          around(name, async () => Reflect.apply(member, stub, parameters), parameters)
      },
    })
  return {
    ...env,
    VAULT_LEDGER: new Proxy(namespace, {
      get: (target, name) => {
        if (name === 'get') return get
        const member: unknown = Reflect.get(target, name)
        return typeof member === 'function' ? member.bind(target) : member
      },
    }),
  }
}
