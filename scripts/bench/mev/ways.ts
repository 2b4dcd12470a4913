import type { Devnet } from '../../devnet/devnet.ts'

/** One way to send the same parent order. */
export interface Way {
  name: string
  /** The worker's RELAY_LADDER on this chain. */
  ladder(devnet: Devnet): string
  /** Share of orders that the relay publishes. */
  leak: number
  /** Below its own quote an order tolerates so much, basis points; null: the agent's own bound. */
  toleranceBps: number | null
}

/** An L2's sequencer is spoken to like any node; a node of this chain shows everybody what it is given. */
const publicLadder = (devnet: Devnet) => `sequencer=${devnet.rpcUrl}`
const privateLadder = (devnet: Devnet) => `flashbots-private=${devnet.relayUrl}`

export const ways: readonly Way[] = [
  { name: 'public, 0.5 % tolerance', ladder: publicLadder, leak: 0, toleranceBps: 50 },
  { name: 'public, our bound', ladder: publicLadder, leak: 0, toleranceBps: null },
  { name: 'private, honest relay', ladder: privateLadder, leak: 0, toleranceBps: null },
  { name: 'private, relay leaks half', ladder: privateLadder, leak: 0.5, toleranceBps: null },
]
