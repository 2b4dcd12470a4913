import type { Address } from 'viem'
import type { BuilderName } from '../block-builders.ts'
import type { Builder } from '../builder.ts'
import type { ChainState } from '../chain-state.ts'
import type { JsonRpcRequest } from '../json-rpc.ts'
import type { EndpointName } from '../relay-faults.ts'
import type { OrderDesk } from './order-desk.ts'

/** One place that takes private orders over JSON-RPC, and passes them to builders. */
export interface Endpoint {
  readonly name: EndpointName
  /** Whether a request must carry a signature, may carry one (which then must be good), or is not asked for any. */
  readonly signature: 'required' | 'optional' | 'ignored'
  /** Methods that bring an order. */
  readonly orderMethods: ReadonlySet<string>
  /** Whose endpoint it is; undefined where it shares with every builder. */
  readonly builder?: BuilderName
  /** Throws a JsonRpcError in the endpoint's own words. `signer`: who proved to have sent it. */
  answer(request: JsonRpcRequest, signer: Address | undefined): Promise<unknown>
  /** How a result is wrapped, where it is not as JSON-RPC has it. */
  envelope?(id: JsonRpcRequest['id'], result: unknown): unknown
  /** What a plain GET of a path below the endpoint shows; undefined where there is nothing. */
  page?(path: string): unknown
}

export interface EndpointParts {
  state: ChainState
  builder: Builder
  desk: OrderDesk
}

export function parametersOf({ params }: JsonRpcRequest): readonly unknown[] {
  return Array.isArray(params) ? params : []
}
