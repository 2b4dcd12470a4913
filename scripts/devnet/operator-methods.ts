import type { Address } from 'viem'
import { z } from 'zod'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { address, decimalString } from '../../shared/schema/primitives.ts'
import { type BlockAuction, builderNames } from './block-builders.ts'
import type { BlockClock, Builder } from './builder.ts'
import type { ChainState } from './chain-state.ts'
import { fund } from './funding.ts'
import { invalidParameters, type JsonRpcRequest, methodNotFound, serverError } from './json-rpc.ts'
import type { Market } from './market.ts'
import { operatorParameters, withUsage } from './operator-parameters.ts'
import { onOff } from './parameters.ts'
import type { PublicSightings } from './pool-readers.ts'
import type { PrivateOrders } from './private-orders.ts'
import type { PublicPool } from './public-pool.ts'
import type { ReadGate } from './read-gate.ts'
import { endpointNames, type RelayFaultBoard } from './relay-faults.ts'
import { deepestReorganisation } from './reorganisation.ts'
import type { RpcFaultBoard } from './rpc-faults.ts'
import type { Sandwich } from './sandwich-book.ts'
import type { Traders } from './traders.ts'

export interface OperatorParts {
  state: ChainState
  chain: ChainDefinition
  gate: ReadGate
  builder: Builder
  clock: BlockClock
  pool: PublicPool
  orders: PrivateOrders
  sightings: PublicSightings
  relayFaults: RelayFaultBoard
  rpcFaults: RpcFaultBoard
  auction: BlockAuction
  /** Undefined on a real fork, whose feeds are not ours to move. */
  market: Market | undefined
  /** Undefined where the world is not ours. */
  traders: Traders | undefined
  /** Tokens of which we can make more; the others exist only as they are on the forked chain. */
  mintable: boolean
  speed: number
}

const mostBlocks = 10_000
const flag = z.tuple([onOff])
const nothing = z.tuple([])
const mineSchema = z.tuple([z.int().min(1).max(mostBlocks).optional()])
const depthSchema = z.tuple([z.int().min(1).max(deepestReorganisation).optional()])
const builderSchema = z.tuple([z.enum(builderNames), onOff])
const relayFaultSchema = z.tuple([z.enum(endpointNames), z.string(), z.unknown().optional()])
const rpcFaultSchema = z.tuple([z.string().regex(/^[\w-]{1,40}$/), z.string(), z.unknown().optional()])
const hashSchema = z.tuple([z.string().regex(/^0x[0-9a-fA-F]{64}$/)])
const skipSchema = z.tuple([z.int().min(0).max(86_400)])
const priceSchema = z.tuple([
  z.string(),
  z.union([z.number(), z.string().transform(Number)]).pipe(z.number().positive()),
])
/** A small one may come as a number, as a person types it. */
const baseUnitAmount = z.union([decimalString, z.int().min(0)]).transform((amount) => BigInt(amount))
const fundSchema = z.tuple([z.string(), address, baseUnitAmount])

/** `devnet_…`: how tests and people steer the local chain. */
export class OperatorMethods {
  readonly #parts: OperatorParts

  constructor(parts: OperatorParts) {
    this.#parts = parts
  }

  /** Throws a JsonRpcError; where a method was called in a wrong way, the message tells the right one. */
  async answer(request: JsonRpcRequest): Promise<unknown> {
    try {
      return await this.#answer(request)
    } catch (error) {
      throw withUsage(request.method, error)
    }
  }

  async #answer({ method, params = [] }: JsonRpcRequest): Promise<unknown> {
    const { builder, clock, relayFaults, auction, sightings } = this.#parts
    switch (method) {
      case 'devnet_mine':
        return this.mine(operatorParameters(mineSchema, params)[0] ?? 1)
      case 'devnet_reorg':
        return builder.reorganise(operatorParameters(depthSchema, params)[0] ?? 1)
      case 'devnet_skip': {
        const [seconds] = operatorParameters(skipSchema, params)
        builder.skip(seconds)
        return seconds
      }
      case 'devnet_setAutomine':
        if (operatorParameters(flag, params)[0]) clock.start()
        else await clock.stop()
        return clock.ticking
      case 'devnet_setPrice': {
        const [symbol, usd] = operatorParameters(priceSchema, params)
        return this.setPrice(symbol, usd)
      }
      case 'devnet_market':
        return this.setMarket(operatorParameters(flag, params)[0])
      case 'devnet_feedKeeper':
        this.#market().posting = operatorParameters(flag, params)[0]
        return this.#market().posting
      case 'devnet_noise':
        return this.setNoise(operatorParameters(flag, params)[0])
      case 'devnet_sandwicher':
        return this.setSandwicher(operatorParameters(flag, params)[0])
      case 'devnet_sandwiches':
        operatorParameters(nothing, params)
        return this.sandwiches()
      case 'devnet_publicSightings':
        return sightings.count(operatorParameters(z.tuple([address]), params)[0])
      case 'devnet_relayFault': {
        const [endpoint, fault, value = true] = operatorParameters(relayFaultSchema, params)
        return relayFaults.set(endpoint, fault, value)
      }
      case 'devnet_rpcFault': {
        const [path, fault, value = true] = operatorParameters(rpcFaultSchema, params)
        return this.#rpcFault(path, fault, value)
      }
      case 'devnet_leak':
        return this.setLeak(operatorParameters(flag, params)[0])
      case 'devnet_privateOrder':
        return this.#privateOrder(operatorParameters(hashSchema, params)[0])
      case 'devnet_builder': {
        const [name, taking] = operatorParameters(builderSchema, params)
        auction.setTaking(name, taking)
        return auction.takesPrivateOrders(name)
      }
      case 'devnet_fund': {
        const [token, to, amount] = operatorParameters(fundSchema, params)
        await this.fund(token, to, amount)
        return builder.head.number
      }
      case 'devnet_status':
        operatorParameters(nothing, params)
        return this.#status()
      default:
        throw methodNotFound(method)
    }
  }

  /** Makes blocks now; returns the newest one's number. */
  async mine(blocks: number): Promise<number> {
    for (let made = 0; made < blocks; made++) await this.#parts.builder.produce()
    return this.#parts.builder.head.number
  }

  /** USD per whole token; a symbol of this chain. */
  setPrice(symbol: string, usd: number): number {
    const { path } = this.#market()
    if (!path.symbols.includes(symbol)) throw invalidParameters(`this chain has no token ${symbol}`)
    path.set(symbol, usd)
    return usd
  }

  setMarket(moving: boolean): boolean {
    const market = this.#market()
    market.moving = moving
    return market.moving
  }

  setNoise(on: boolean): boolean {
    this.#traders().noiseOn = on
    return on
  }

  setSandwicher(on: boolean): boolean {
    this.#traders().sandwicherOn = on
    return on
  }

  /** Every sandwich that is in the chain, oldest first. */
  sandwiches(): Promise<readonly Sandwich[]> {
    return this.#parts.gate.read(() => this.#traders().sandwicher.sandwiches())
  }

  /** Whether /relay publishes whatever it is given. */
  setLeak(on: boolean): boolean {
    this.#parts.relayFaults.set('relay', 'leak', on)
    return on
  }

  /** Gives `to` base units of a token (symbol or address), or wei for "ETH"; in force when it returns. */
  fund(token: string, to: Address, amount: bigint): Promise<void> {
    return fund(this.#parts, token, to, amount)
  }

  #rpcFault(path: string, fault: string, value: unknown): Record<string, unknown> {
    if (endpointNames.some((name) => name === path)) {
      throw invalidParameters(`/${path} takes private orders; its faults are set with devnet_relayFault`)
    }
    return this.#parts.rpcFaults.set(path, fault, value)
  }

  /** A private transaction as each endpoint holds it that was given it. */
  #privateOrder(hash: string) {
    return this.#parts.orders.everywhere(hash).map((order) => ({
      endpoint: order.endpoint,
      builders: [...order.builders],
      firstBlock: order.firstBlock,
      maximumBlock: order.maximumBlock,
      status: order.status,
      preferences: order.preferences ?? null,
    }))
  }

  #market(): Market {
    if (this.#parts.market !== undefined) return this.#parts.market
    throw serverError('this fork runs on real feeds, which nobody here can move (start it with --replace-feeds)')
  }

  #traders(): Traders {
    if (this.#parts.traders !== undefined) return this.#parts.traders
    throw serverError(
      'nobody trades beside you on this fork: noise traders and sandwicher live on the local chain only',
    )
  }

  #status() {
    const { chain, builder, clock, pool, orders, relayFaults, rpcFaults, auction, market, traders, speed } = this.#parts
    const { number, timestamp, baseFeePerGas } = builder.head
    return {
      chainId: chain.id,
      chain: chain.name,
      blockNumber: number,
      chainTime: timestamp,
      baseFeePerGas: baseFeePerGas.toString(),
      speed,
      automine: clock.ticking,
      publicPool: pool.size,
      builders: Object.fromEntries(builderNames.map((name) => [name, { taking: auction.takesPrivateOrders(name) }])),
      privateOrders: orders.waiting(number + 1),
      relayFaults: relayFaults.active(),
      rpcFaults: rpcFaults.active(),
      market:
        market === undefined
          ? null
          : {
              moving: market.moving,
              feedKeeper: market.posting,
              prices: Object.fromEntries(market.path.symbols.map((symbol) => [symbol, market.path.price(symbol)])),
            },
      traders: traders?.status() ?? null,
    }
  }
}
