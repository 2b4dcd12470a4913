import { type Address, encodeFunctionData, getAddress, parseAbi } from 'viem'
import { z } from 'zod'
import type { ChainDefinition, TokenDefinition } from '../../shared/chain/chains/chain.ts'
import { address, decimalString } from '../../shared/schema/primitives.ts'
import type { BlockClock, Builder } from './builder.ts'
import type { ChainState } from './chain-state.ts'
import { devnetTokenAbi } from './generated/devnetToken.ts'
import { invalidParameters, type JsonRpcRequest, methodNotFound, serverError, toQuantity } from './json-rpc.ts'
import type { Market } from './market.ts'
import type { PublicSightings } from './pool-readers.ts'
import type { PrivateOrders } from './private-orders.ts'
import type { PublicPool } from './public-pool.ts'
import type { ReadGate } from './read-gate.ts'
import type { Relay } from './relay.ts'
import { deepestReorganisation } from './reorganisation.ts'

export interface OperatorParts {
  state: ChainState
  chain: ChainDefinition
  gate: ReadGate
  builder: Builder
  clock: BlockClock
  pool: PublicPool
  orders: PrivateOrders
  sightings: PublicSightings
  relay: Relay
  /** Undefined on a real fork, whose feeds are not ours to move. */
  market: Market | undefined
  /** Tokens of which we can make more; the others exist only as they are on the forked chain. */
  mintable: boolean
  speed: number
}

/** What `npm run devnet -- --help` says of each method. */
export const operatorHelp: readonly (readonly [string, string])[] = [
  ['devnet_mine [blocks]', 'makes blocks at once (1 unless told); returns the newest number'],
  [
    'devnet_reorg [depth]',
    'replaces the newest 1 to 3 blocks (1 unless told) by empty ones; what was in them waits again',
  ],
  ['devnet_skip [seconds]', 'lets time pass without blocks: the next one comes so much later (up to a day)'],
  ['devnet_setAutomine [bool]', 'starts or stops making blocks by the clock'],
  ['devnet_setPrice [symbol, usd]', 'moves the reference price; feeds and pools follow in the next block'],
  ['devnet_market [bool]', 'lets the price move by itself, or holds it'],
  ['devnet_feedKeeper [bool]', 'off: nobody posts to the feeds, so they grow stale'],
  ['devnet_publicSightings [address]', "how many of this sender's transactions the public pool has shown"],
  ['devnet_leak [bool]', 'the relay also publishes what it is given'],
  ['devnet_fund [token, to, amount]', 'gives base units (decimal string) of a token; "ETH" gives wei'],
  ['devnet_status []', 'where the chain, the pool, the relay and the market stand'],
]

const mostBlocks = 10_000
const wethAbi = parseAbi(['function deposit() payable', 'function transfer(address to, uint256 amount) returns (bool)'])
const flag = z.tuple([
  z.union([z.boolean(), z.literal('on'), z.literal('off')]).transform((v) => v === true || v === 'on'),
])
const mineSchema = z.tuple([z.int().min(1).max(mostBlocks)]).or(z.tuple([]).transform((): [number] => [1]))
const depthSchema = z.tuple([z.int().min(1).max(deepestReorganisation)]).or(z.tuple([]).transform((): [number] => [1]))
const skipSchema = z.tuple([z.int().min(0).max(86_400)])
const priceSchema = z.tuple([z.string(), z.coerce.number().positive().finite()])
const fundSchema = z.tuple([z.string(), address, decimalString.transform((text) => BigInt(text))])

/** `devnet_…`: how tests and people steer the local chain. */
export class OperatorMethods {
  readonly #parts: OperatorParts

  constructor(parts: OperatorParts) {
    this.#parts = parts
  }

  async answer({ method, params = [] }: JsonRpcRequest): Promise<unknown> {
    const { builder, clock, relay, sightings } = this.#parts
    switch (method) {
      case 'devnet_mine':
        return this.mine(parsed(mineSchema, params)[0])
      case 'devnet_reorg':
        return builder.reorganise(parsed(depthSchema, params)[0])
      case 'devnet_skip': {
        const [seconds] = parsed(skipSchema, params)
        builder.skip(seconds)
        return seconds
      }
      case 'devnet_setAutomine':
        if (parsed(flag, params)[0]) clock.start()
        else await clock.stop()
        return clock.ticking
      case 'devnet_setPrice': {
        const [symbol, usd] = parsed(priceSchema, params)
        return this.setPrice(symbol, usd)
      }
      case 'devnet_market':
        return this.setMarket(parsed(flag, params)[0])
      case 'devnet_feedKeeper':
        this.#market().posting = parsed(flag, params)[0]
        return this.#market().posting
      case 'devnet_publicSightings':
        return sightings.count(parsed(z.tuple([address]), params)[0])
      case 'devnet_leak':
        relay.faults.leak = parsed(flag, params)[0]
        return relay.faults.leak
      case 'devnet_fund': {
        const [token, to, amount] = parsed(fundSchema, params)
        await this.fund(token, to, amount)
        return builder.head.number
      }
      case 'devnet_status':
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

  /** Gives `to` base units of a token (symbol or address), or wei for "ETH"; in force when it returns. */
  async fund(token: string, to: Address, amount: bigint): Promise<void> {
    const { state, gate } = this.#parts
    if (token.toUpperCase() === 'ETH') {
      const balance = await state.balance(to)
      await gate.exclusive(() => state.rpc.request('anvil_setBalance', [to, toQuantity(balance + amount)]))
      return
    }
    const definition = this.#token(token)
    if (definition.symbol !== 'WETH' && !this.#parts.mintable) {
      throw serverError(
        `${definition.symbol} on a fork of ${this.#parts.chain.name} cannot be made; buy it on the chain`,
      )
    }
    await this.#parts.builder.produce(() => this.#give(definition, to, amount))
  }

  /** From an account nobody has the key of. */
  async #give(token: TokenDefinition, to: Address, amount: bigint): Promise<void> {
    const { rpc } = this.#parts.state
    const giver = getAddress('0x00000000000000000000000000000000000f0dde')
    await rpc.request('anvil_setBalance', [giver, toQuantity(amount + 10n ** 20n)])
    await rpc.request('anvil_impersonateAccount', [giver])
    const send = (data: `0x${string}`, value: bigint) =>
      rpc.request('eth_sendTransaction', [
        {
          from: giver,
          to: token.address,
          data,
          value: toQuantity(value),
          gas: toQuantity(200_000),
          gasPrice: toQuantity(10n ** 11n),
        },
      ])
    if (token.symbol === 'WETH') {
      await send(encodeFunctionData({ abi: wethAbi, functionName: 'deposit' }), amount)
      await send(encodeFunctionData({ abi: wethAbi, functionName: 'transfer', args: [to, amount] }), 0n)
    } else {
      await send(encodeFunctionData({ abi: devnetTokenAbi, functionName: 'mint', args: [to, amount] }), 0n)
    }
    await rpc.request('anvil_stopImpersonatingAccount', [giver])
  }

  #token(text: string): TokenDefinition {
    const token = this.#parts.chain.tokens.find(
      ({ symbol, address: at }) => symbol === text || at.toLowerCase() === text.toLowerCase(),
    )
    if (token === undefined) throw invalidParameters(`this chain has no token ${text}`)
    return token
  }

  #market(): Market {
    if (this.#parts.market !== undefined) return this.#parts.market
    throw serverError('this fork runs on real feeds, which nobody here can move (start it with --replace-feeds)')
  }

  #status() {
    const { chain, builder, clock, pool, orders, relay, market, speed } = this.#parts
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
      relay: { ...orders.waiting(number + 1), leak: relay.faults.leak },
      market:
        market === undefined
          ? null
          : {
              moving: market.moving,
              feedKeeper: market.posting,
              prices: Object.fromEntries(market.path.symbols.map((symbol) => [symbol, market.path.price(symbol)])),
            },
    }
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw invalidParameters(`invalid params: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim())
}
