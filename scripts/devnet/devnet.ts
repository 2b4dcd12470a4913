import type { Address } from 'viem'
import { devnet as localChain } from '../../shared/chain/chains/424242.ts'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import type { RelayName } from '../../shared/chain/relays.ts'
import { type DevnetAccounts, devnetAccounts } from './accounts.ts'
import type { Anvil } from './anvil.ts'
import { BlockAuction } from './block-builders.ts'
import { BlockClock, Builder } from './builder.ts'
import { ChainState } from './chain-state.ts'
import { DevnetError } from './errors.ts'
import { replaceFeeds } from './feed-replacement.ts'
import { startFork } from './fork.ts'
import { LaggingNode } from './lagging-node.ts'
import { Market, readFeeds } from './market.ts'
import { NodeMethods } from './node-methods.ts'
import { OperatorMethods } from './operator-methods.ts'
import { startOrigin } from './origin.ts'
import { PublicSightings } from './pool-readers.ts'
import { defaultVolatility, PricePath } from './price-path.ts'
import { PrivateOrders } from './private-orders.ts'
import { Providers } from './providers.ts'
import { RpcProxy } from './proxy.ts'
import { PublicPool } from './public-pool.ts'
import { seededRandom } from './random.ts'
import { ReadGate } from './read-gate.ts'
import { RelayFaultBoard } from './relay-faults.ts'
import { openEndpoints } from './relays/open-endpoints.ts'
import { relayUrlsOf } from './relays/relay-urls.ts'
import { RpcFaultBoard } from './rpc-faults.ts'
import { devnetPoolsAddress } from './world.ts'
import { worldPools } from './world-pools.ts'

export interface DevnetOptions {
  /** 0: any free one. Default 8545. */
  port?: number
  /** A chain to fork instead of building a world; must be one of shared/chain/chains. */
  forkUrl?: string
  /** Chain seconds per real second. Default 12; on a real fork 1, and nothing else unless `replaceFeeds`. */
  speed?: number
  /** Default 'portcullis'. The same seed and the same requests give the same market. */
  seed?: string
  /** Whether blocks are made by the clock (the default), or only when told (`devnet_mine`, `control.mine`). */
  automine?: boolean
  /** Whether the price moves by itself. Feeds are kept fresh and pools in line either way. Default true. */
  market?: boolean
  /** WETH's volatility per year, 0.6 unless told. */
  volatility?: number
  /** On a real fork: our feeds in the place of the real ones, held at the fork's prices. */
  replaceFeeds?: boolean
  /** Progress, a line at a time. */
  log?: (line: string) => void
}

/** The same as the `devnet_…` methods, for whoever started the chain. */
export interface DevnetControl {
  /** Makes blocks now; returns the newest one's number. */
  mine(blocks?: number): Promise<number>
  setAutomine(on: boolean): Promise<void>
  /** USD per whole token; feeds and pools follow in the next block. */
  setPrice(symbol: string, usd: number): void
  setMarket(moving: boolean): void
  /** How many of a sender's transactions the public pool has shown. */
  publicSightings(sender: Address): number
  setLeak(on: boolean): void
  /** Base units of a token (symbol or address), or wei for "ETH"; in force when it resolves. */
  fund(token: string, to: Address, amount: bigint): Promise<void>
}

export interface Devnet {
  rpcUrl: string
  /** Flashbots' JSON-RPC. */
  relayUrl: string
  /** Where each kind of relay is. */
  relayUrls: Record<RelayName, string>
  chain: ChainDefinition
  accounts: DevnetAccounts
  control: DevnetControl
  /** Chain seconds per real second, as it really is. */
  speed: number
  /** Timestamp of the newest block. */
  chainTime(): Promise<number>
  /** Ends exactly what was started; again does nothing. */
  stop(): Promise<void>
  /** Resolves when a chain process ends that nobody stopped. */
  failed: Promise<DevnetError>
}

const defaultPort = 8545
const defaultSpeed = 12

/** Starts the local chain. Throws {@link DevnetError}, having stopped everything, when it cannot. */
export async function startDevnet(options: DevnetOptions = {}): Promise<Devnet> {
  const closers: (() => Promise<unknown>)[] = []
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= closeAll(closers)
    return stopping
  }
  try {
    const running = await start(options, closers, () => stopping !== undefined)
    return { ...running, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function closeAll(closers: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const close of closers.toReversed()) await close()
}

async function start(
  options: DevnetOptions,
  closers: (() => Promise<unknown>)[],
  isStopping: () => boolean,
): Promise<Omit<Devnet, 'stop'>> {
  const log = options.log ?? (() => undefined)
  const proxy = await RpcProxy.listen(options.port ?? defaultPort)
  closers.push(() => proxy.close())
  const accounts = devnetAccounts()
  const anvils: Anvil[] = []
  const keep = (anvil: Anvil) => {
    anvils.push(anvil)
    closers.push(() => anvil.stop())
  }
  let forkUrl = options.forkUrl
  if (forkUrl === undefined) {
    log('Building the world: tokens, price feeds, Uniswap v2 and v3 pools')
    const origin = await startOrigin(accounts)
    keep(origin)
    forkUrl = origin.rpc.url
  }
  const { anvil, chain } = await startFork(forkUrl, accounts)
  keep(anvil)
  log(`Forked ${chain.name}`)

  const isReal = chain.id !== localChain.id
  const speed = chosenSpeed(options, isReal, log)
  const state = new ChainState(anvil.rpc, chain.id)
  const gate = new ReadGate()
  const pool = new PublicPool(state)
  const sightings = new PublicSightings(pool)
  const orders = new PrivateOrders()
  const seed = options.seed ?? defaultSeed
  const random = seededRandom(`builders ${seed}`)
  const auction = new BlockAuction(seededRandom(`auction ${seed}`))
  const market = await openMarket(options, state, pool, chain, accounts)
  const { blockSeconds } = chain
  const beforeBlock = async (slot: Parameters<Market['act']>[0]) => market?.act(slot)
  const builder = await Builder.start({ state, gate, pool, orders, random, auction, blockSeconds, beforeBlock })
  const clock = new BlockClock(
    () => builder.produce(),
    (blockSeconds * 1000) / speed,
    (error) => {
      if (!isStopping()) log(`A block could not be made: ${error instanceof Error ? error.message : String(error)}`)
    },
  )
  closers.push(() => clock.stop())
  const relayFaults = new RelayFaultBoard()
  const node = new NodeMethods(state, pool)
  const endpoints = openEndpoints({
    ...{ state, gate, builder, auction, orders, pool, node, seed },
    faults: relayFaults,
  })
  const mintable = !isReal
  const rpcFaults = new RpcFaultBoard()
  const providers = new Providers(node, new LaggingNode(node, anvil.rpc, () => builder.head.number), rpcFaults)
  const operator = new OperatorMethods({
    ...{
      state,
      chain,
      gate,
      builder,
      clock,
      pool,
      orders,
      sightings,
      relayFaults,
      rpcFaults,
      auction,
      market,
      mintable,
      speed,
    },
  })
  // The first block: the price feeds are fresh in it, and nobody waits for anything the fork has to fetch.
  await builder.produce()
  proxy.open({ gate, providers, endpoints, operator })
  if (options.automine ?? true) clock.start()
  const rpcUrl = `http://127.0.0.1:${proxy.port}`
  return {
    ...{ rpcUrl, relayUrl: `${rpcUrl}/relay`, relayUrls: relayUrlsOf(rpcUrl), chain, accounts, speed },
    control: controlOf(operator, clock, sightings),
    chainTime: () => gate.read(async () => builder.head.timestamp),
    failed: firstFailure(anvils, isStopping),
  }
}

const defaultSeed = 'portcullis'

function chosenSpeed(options: DevnetOptions, isReal: boolean, log: (line: string) => void): number {
  const speed = options.speed ?? (isReal ? 1 : defaultSpeed)
  if (!(speed > 0 && speed <= 1000)) throw new DevnetError('bad-option', 'The speed must be above 0 and at most 1000.')
  if (!isReal || options.replaceFeeds === true || speed === 1) return speed
  log('Real price feeds go stale on a faster clock: the speed stays 1 (--replace-feeds allows more)')
  return 1
}

/** The market of our own world; on a real fork only a feed keeper, and only where it was asked for. */
async function openMarket(
  options: DevnetOptions,
  state: ChainState,
  pool: PublicPool,
  chain: ChainDefinition,
  accounts: DevnetAccounts,
): Promise<Market | undefined> {
  const isReal = chain.id !== localChain.id
  if (isReal && options.replaceFeeds !== true) return undefined
  const posted = await readFeeds(state, chain)
  if (isReal) await replaceFeeds(state, chain, accounts)
  const prices = new Map([...posted].map(([symbol, { usd }]) => [symbol, usd]))
  const seed = options.seed ?? defaultSeed
  const path = new PricePath(prices, seed, options.volatility ?? defaultVolatility)
  const { feedKeeper, market: account } = accounts
  const arbitrage = isReal ? undefined : { account, trader: devnetPoolsAddress(accounts), pools: worldPools(chain) }
  const known = isReal ? new Map() : posted
  const parts = { state, pool, chain, path, posted: known, feedKeeper, arbitrage }
  return new Market(parts, !isReal && (options.market ?? true))
}

function controlOf(operator: OperatorMethods, clock: BlockClock, sightings: PublicSightings): DevnetControl {
  return {
    mine: (blocks = 1) => operator.mine(blocks),
    setAutomine: async (on) => (on ? clock.start() : clock.stop()),
    setPrice: (symbol, usd) => {
      operator.setPrice(symbol, usd)
    },
    setMarket: (moving) => {
      operator.setMarket(moving)
    },
    publicSightings: (sender) => sightings.count(sender),
    setLeak: (on) => {
      operator.setLeak(on)
    },
    fund: (token, to, amount) => operator.fund(token, to, amount),
  }
}

/** Never settles when everything ends because it was told to. */
function firstFailure(anvils: readonly Anvil[], isStopping: () => boolean): Promise<DevnetError> {
  return new Promise((resolve) => {
    for (const anvil of anvils) {
      anvil.ended.then(
        (errors) => {
          if (isStopping()) return
          const reason = errors === '' ? '' : `: ${errors.split('\n').at(-1)}`
          resolve(new DevnetError('anvil-stopped', `An anvil process ended by itself${reason}.`))
        },
        () => undefined,
      )
    }
  })
}
