import { RelayError, relayErrorFrom } from './errors.ts'
import { nothingReported, publicStepName, type Rung } from './relay.ts'
import { alreadyKnown } from './wordings.ts'

/** A node that passes transactions on to everybody. */
interface PublicNode {
  /** @throws an error with the node's words where it refuses */
  request(method: string, params: readonly unknown[]): Promise<unknown>
}

/**
 * The public pool, as a rung that only an order of a public step is ever given: through every node that takes it, since here
 * everybody may know. A node's simulation was asked before; nothing can be cancelled.
 */
export function publicPool(nodes: readonly PublicNode[]): Rung {
  return {
    name: publicStepName,
    simulate: async () => null,
    send: async ({ bytes }) => {
      const answers = await Promise.allSettled(nodes.map((node) => publish(node, bytes)))
      if (answers.some((answer) => answer.status === 'fulfilled')) return
      const refusals = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []))
      // One that did not answer may have passed it on: that weighs more than another's refusal.
      throw refusals.find((refusal) => refusal instanceof RelayError && refusal.name === 'Unknown') ?? refusals[0]
    },
    status: async () => nothingReported,
    cancel: async () => false,
  }
}

async function publish(node: PublicNode, bytes: string): Promise<void> {
  try {
    await node.request('eth_sendRawTransaction', [bytes])
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (alreadyKnown(message)) return
    // A node that does not answer may have passed it on all the same.
    if (!(error instanceof Error) || error.name !== 'ProviderRefused') {
      throw new RelayError('Unknown', publicStepName, message, { cause: error })
    }
    throw relayErrorFrom(publicStepName, message)
  }
}
