/** What can keep the local chain from starting, or from being steered; `message` is one plain sentence for people. */
export type DevnetFailure =
  | 'port-in-use'
  | 'fork-unreachable'
  | 'chain-unknown'
  | 'world-missing'
  | 'binary-missing'
  | 'anvil-stopped'
  | 'bad-option'
  | 'world-differs'
  | 'transaction-failed'
  | 'chain-silent'
  | 'call-refused'

export class DevnetError extends Error {
  readonly failure: DevnetFailure

  constructor(failure: DevnetFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DevnetError'
    this.failure = failure
  }
}
