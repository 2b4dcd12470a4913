import { type HttpAnswer, outage } from './http-answer.ts'
import type { JsonRpcRequest } from './json-rpc.ts'
import type { LaggingNode } from './lagging-node.ts'
import { distorted } from './lies.ts'
import type { NodeMethods } from './node-methods.ts'
import type { RpcFaultBoard } from './rpc-faults.ts'

/** The chain's JSON-RPC as several providers serve it: one chain behind them, each with faults of its own. */
export class Providers {
  readonly #node: NodeMethods
  readonly #lagging: LaggingNode
  readonly #faults: RpcFaultBoard

  constructor(node: NodeMethods, lagging: LaggingNode, faults: RpcFaultBoard) {
    this.#node = node
    this.#lagging = lagging
    this.#faults = faults
  }

  /** What the provider at this path gives instead of any answer; undefined while it answers. */
  outage(path: string): HttpAnswer | undefined {
    return outage(this.#faults.of(path))
  }

  async answer(path: string, request: JsonRpcRequest): Promise<unknown> {
    const { lag, lie } = this.#faults.of(path)
    const result = await (lag > 0 ? this.#lagging.answer(request, lag) : this.#node.answer(request))
    return lie ? distorted(request.method, result) : result
  }
}
