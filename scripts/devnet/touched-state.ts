import { z } from 'zod'
import { type RpcClient, toQuantity } from './json-rpc.ts'

/** What the transactions of some blocks looked at or changed, and how it was in the block before them. */
export interface TouchedState {
  accounts: { address: string; balance: string; nonce: string; code: string }[]
  slots: { address: string; slot: string; value: string }[]
}

const traceSchema = z.record(z.string(), z.object({ storage: z.record(z.string(), z.string()).optional() }))
const text = z.string()

/** Reads it before the blocks after `ancestor` are undone; `hashes` are all transactions in them. */
export async function touchedState(rpc: RpcClient, hashes: readonly string[], ancestor: number): Promise<TouchedState> {
  const slotsOf = new Map<string, Set<string>>()
  for (const hash of hashes) {
    const trace = traceSchema.parse(await rpc.request('debug_traceTransaction', [hash, { tracer: 'prestateTracer' }]))
    for (const [address, { storage = {} }] of Object.entries(trace)) {
      const slots = slotsOf.get(address) ?? new Set()
      for (const slot of Object.keys(storage)) slots.add(slot)
      slotsOf.set(address, slots)
    }
  }
  const at = toQuantity(ancestor)
  const read = async (method: string, ...params: string[]) => text.parse(await rpc.request(method, [...params, at]))
  const before: TouchedState = { accounts: [], slots: [] }
  for (const [address, slots] of slotsOf) {
    before.accounts.push({
      address,
      balance: await read('eth_getBalance', address),
      nonce: await read('eth_getTransactionCount', address),
      code: await read('eth_getCode', address),
    })
    for (const slot of slots) before.slots.push({ address, slot, value: await read('eth_getStorageAt', address, slot) })
  }
  return before
}

/**
 * Puts back what a rollback forgot: on a fork, anvil undoes only what it had loaded before the blocks that it undoes, so a
 * slot that one of them was the first to write keeps its value.
 */
export async function restore(rpc: RpcClient, { accounts, slots }: TouchedState): Promise<void> {
  const put = async (read: string, write: string, key: readonly string[], value: string) => {
    if ((await rpc.request(read, [...key, 'latest'])) !== value) await rpc.request(write, [...key, value])
  }
  for (const { address, balance, nonce, code } of accounts) {
    await put('eth_getBalance', 'anvil_setBalance', [address], balance)
    await put('eth_getTransactionCount', 'anvil_setNonce', [address], nonce)
    await put('eth_getCode', 'anvil_setCode', [address], code)
  }
  for (const { address, slot, value } of slots) {
    await put('eth_getStorageAt', 'anvil_setStorageAt', [address, slot], value)
  }
}
