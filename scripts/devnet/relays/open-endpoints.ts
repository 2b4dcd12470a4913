import type { BlockAuction } from '../block-builders.ts'
import type { Builder } from '../builder.ts'
import type { ChainState } from '../chain-state.ts'
import type { NodeMethods } from '../node-methods.ts'
import type { PrivateOrders } from '../private-orders.ts'
import type { PublicPool } from '../public-pool.ts'
import { seededRandom } from '../random.ts'
import type { ReadGate } from '../read-gate.ts'
import { type EndpointName, endpointNames, type RelayFaultBoard } from '../relay-faults.ts'
import { BuilderNet } from './buildernet.ts'
import type { Endpoint, EndpointParts } from './endpoint.ts'
import { EndpointServer } from './endpoint-server.ts'
import { FlashbotsRelay } from './flashbots.ts'
import { MevBlocker } from './mev-blocker.ts'
import { OrderDesk } from './order-desk.ts'
import { Sequencer } from './sequencer.ts'
import { Titan } from './titan.ts'

export interface MarketParts {
  state: ChainState
  gate: ReadGate
  builder: Builder
  auction: BlockAuction
  orders: PrivateOrders
  pool: PublicPool
  node: NodeMethods
  faults: RelayFaultBoard
  seed: string
}

/** Every endpoint of the local chain, by its name, which is its path, too. */
export function openEndpoints(parts: MarketParts): Map<EndpointName, EndpointServer> {
  const { state, gate, builder, auction, orders, pool, node, seed } = parts
  const open = (name: EndpointName): [EndpointName, EndpointServer] => {
    const faults = parts.faults.of(name)
    const random = seededRandom(`leaks of ${name} ${seed}`)
    const desk = new OrderDesk(name, { orders, pool, head: () => builder.head.number, random, faults })
    return [name, new EndpointServer(endpointOf(name, { state, builder, desk }, node), { gate, auction, faults })]
  }
  return new Map(endpointNames.map(open))
}

function endpointOf(name: EndpointName, parts: EndpointParts, node: NodeMethods): Endpoint {
  switch (name) {
    case 'relay':
      return new FlashbotsRelay(parts)
    case 'mev-blocker':
      return new MevBlocker(parts, node)
    case 'titan':
      return new Titan(parts)
    case 'builder':
      return new BuilderNet(parts)
    case 'sequencer':
      return new Sequencer(parts)
  }
}
