/** Index of the parameter that names a block, for each method that reads state. */
const indexOf: Readonly<Record<string, number>> = {
  eth_call: 1,
  eth_estimateGas: 1,
  eth_createAccessList: 1,
  eth_simulateV1: 1,
  eth_getBalance: 1,
  eth_getCode: 1,
  eth_getTransactionCount: 1,
  eth_getStorageAt: 2,
  eth_getProof: 2,
}

/** Which parameter names the block whose state a method reads; undefined for methods that read none. */
export function stateBlockIndex(method: string): number | undefined {
  return method === 'debug_traceCall' ? 1 : indexOf[method]
}

/** "pending" means the newest block here: what waits is in the pool, not in anvil. */
export function withoutPending(method: string, params: readonly unknown[]): readonly unknown[] {
  const index = indexOf[method]
  return index !== undefined && params[index] === 'pending' ? params.with(index, 'latest') : params
}

/** Whether a request names a block, and thereby may need the state of an old one; traces always do. */
export function readsOldState(method: string, params: readonly unknown[]): boolean {
  if (method.startsWith('debug_trace') || method.startsWith('trace_')) return true
  const index = indexOf[method]
  const block = index === undefined ? undefined : params[index]
  return block !== undefined && block !== null && block !== 'latest' && block !== 'pending'
}
