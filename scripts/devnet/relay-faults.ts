import { activeFaults, blocksFault, type FaultTable, faultsOff, flagFault, setFault, shareFault } from './faults.ts'

/** Who takes private orders on the local chain; each listens at the path of its name. */
export const endpointNames = ['relay', 'mev-blocker', 'titan', 'builder', 'sequencer'] as const
export type EndpointName = (typeof endpointNames)[number]

/** How one endpoint misbehaves. Several faults may be on at once; of those that spoil the answer, the first counts. */
export interface RelayFaults {
  down: boolean
  throttle: boolean
  html: boolean
  hang: boolean
  garbage: boolean
  refuse: boolean
  unknown: boolean
  drop: boolean
  /** Blocks. */
  delay: number
  /** Share of the orders, 0 to 1. */
  leak: number
  duplicate: boolean
  late: boolean
}

export const relayFaultTable: FaultTable<RelayFaults> = {
  down: flagFault('closes the connection without an answer, and takes nothing'),
  throttle: flagFault('answers 429, and takes nothing'),
  html: flagFault('answers 502 with a page, and takes nothing'),
  hang: flagFault('takes the order, and never answers'),
  garbage: flagFault('takes the order, and answers 200 with what is no JSON'),
  refuse: flagFault('answers orders with a JSON-RPC error, and takes none'),
  unknown: flagFault('takes the order, answers without a result, and knows nothing of it when asked'),
  drop: flagFault('says yes, and passes nothing on'),
  delay: blocksFault(1000, 'passes orders on that many blocks later'),
  leak: shareFault('publishes that share of the orders, drawn by the seed'),
  duplicate: flagFault('passes everything on twice, a transaction also as a bundle'),
  late: flagFault(
    'holds orders until their window has passed, forgets cancellations, then has builders include them while their nonce ' +
      'is unused, even where they revert',
  ),
}

/** The faults of every endpoint; all are off at first. */
export class RelayFaultBoard {
  readonly #settings: ReadonlyMap<EndpointName, RelayFaults>

  constructor() {
    this.#settings = new Map(endpointNames.map((name) => [name, faultsOff(relayFaultTable)]))
  }

  /** Follows every later change. */
  of(endpoint: EndpointName): Readonly<RelayFaults> {
    return this.#settingsOf(endpoint)
  }

  /** Throws a JsonRpcError for what it cannot mean; otherwise returns the endpoint's faults that are on. */
  set(endpoint: EndpointName, fault: string, value: unknown): Record<string, unknown> {
    setFault(relayFaultTable, this.#settingsOf(endpoint), fault, value)
    return activeFaults(relayFaultTable, this.#settingsOf(endpoint))
  }

  /** By endpoint, those that are on. */
  active(): Record<string, Record<string, unknown>> {
    const on = [...this.#settings].map(([name, faults]) => [name, activeFaults(relayFaultTable, faults)] as const)
    return Object.fromEntries(on.filter(([, faults]) => Object.keys(faults).length > 0))
  }

  #settingsOf(endpoint: EndpointName): RelayFaults {
    const settings = this.#settings.get(endpoint)
    if (settings === undefined) throw new Error(`there is no endpoint ${endpoint}`)
    return settings
  }
}
