import { activeFaults, blocksFault, type FaultTable, faultsOff, flagFault, setFault } from './faults.ts'

/** How a provider misbehaves. Each path of the proxy's JSON-RPC is a provider of its own, by its first segment. */
export interface RpcFaults {
  down: boolean
  throttle: boolean
  html: boolean
  /** Blocks. */
  lag: number
  lie: boolean
}

/** The chain keeps the states of its newest 128 blocks. */
const mostLag = 100

export const rpcFaultTable: FaultTable<RpcFaults> = {
  down: flagFault('closes the connection without an answer'),
  throttle: flagFault('answers 429'),
  html: flagFault('answers 502 with a page'),
  lag: blocksFault(mostLag, 'knows nothing of the newest blocks, that many of them'),
  lie: flagFault('changes the amounts that eth_call answers, balances by a hundredth, and nonces by one'),
}

/** The faults of every provider; all are off at first. */
export class RpcFaultBoard {
  readonly #settings = new Map<string, RpcFaults>()

  /** As they are now; `path`: the first segment, without a slash. */
  of(path: string): Readonly<RpcFaults> {
    return this.#settings.get(path) ?? faultsOff(rpcFaultTable)
  }

  /** Throws a JsonRpcError for what it cannot mean; otherwise returns the provider's faults that are on. */
  set(path: string, fault: string, value: unknown): Record<string, unknown> {
    const settings = { ...this.of(path) }
    setFault(rpcFaultTable, settings, fault, value)
    this.#settings.set(path, settings)
    return activeFaults(rpcFaultTable, settings)
  }

  /** By path, those that are on. */
  active(): Record<string, Record<string, unknown>> {
    const on = [...this.#settings].map(([path, faults]) => [path, activeFaults(rpcFaultTable, faults)] as const)
    return Object.fromEntries(on.filter(([, faults]) => Object.keys(faults).length > 0))
  }
}
