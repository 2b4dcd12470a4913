// Uniswap's own search for the best split, `getBestSwapRoute` of its smart order router, without its network: it is given an
// exact quote of every path and every share, which is the best it can be given.
import { z } from 'zod'
import type { BenchCase } from './cases.ts'
import { type Hop, type Path, type PathQuote, pathsOf, quotePath } from './hops.ts'
import { isInstalled, peerModule } from './peers.ts'
import type { BenchToken } from './pool-set.ts'

interface Big {
  toString(): string
}
interface CurrencyAmount {
  quotient: Big
  multiply(share: unknown): CurrencyAmount
}
interface SdkRoute {
  pools: readonly unknown[]
}
interface QuotedRoute {
  route: SdkRoute
  initializedTicksCrossedList: readonly number[]
}
interface GasEstimate {
  gasEstimate: unknown
  gasCostInToken: CurrencyAmount
  gasCostInUSD: CurrencyAmount
}
interface GasModel {
  estimateGasCost(quoted: QuotedRoute): GasEstimate
}
interface BestRoute {
  routes: readonly { route: SdkRoute; amount: CurrencyAmount }[]
}
type GetBestSwapRoute = (
  amount: CurrencyAmount,
  percents: readonly number[],
  quoted: readonly QuotedRoute[],
  tradeType: unknown,
  chainId: number,
  configuration: object,
  portionProvider: unknown,
  gasModelOfV2: undefined,
  gasModelOfV3: GasModel,
) => Promise<BestRoute | null>

const callable = (value: unknown) => typeof value === 'function'
const classOf = <Constructor>() => z.custom<Constructor>(callable)
const functionOf = classOf

const schemas = {
  core: z.object({
    Token: classOf<new (chainId: number, address: string, decimals: number, symbol: string) => object>(),
    Fraction: classOf<new (numerator: number, denominator: number) => object>(),
    TradeType: z.object({ EXACT_INPUT: z.unknown() }),
  }),
  v3: z.object({
    Pool: classOf<
      new (
        one: object,
        other: object,
        fee: number,
        sqrtPrice: unknown,
        liquidity: number,
        tick: number,
      ) => object
    >(),
    encodeSqrtRatioX96: functionOf<(amount1: number, amount0: number) => unknown>(),
  }),
  number: z.object({ BigNumber: z.custom<{ from(value: number | string): unknown }>(callable) }),
  router: z.object({
    V3Route: classOf<new (pools: readonly object[], input: object, output: object) => SdkRoute>(),
    V3RouteWithValidQuote: classOf<new (parameters: object) => QuotedRoute>(),
    CurrencyAmount: z.custom<{ fromRawAmount(token: object, amount: number | string): CurrencyAmount }>(callable),
  }),
  search: z.object({ getBestSwapRoute: functionOf<GetBestSwapRoute>() }),
  portion: z.object({ PortionProvider: classOf<new () => object>() }),
  configuration: z.object({ DEFAULT_ROUTING_CONFIG_BY_CHAIN: functionOf<(chainId: number) => object>() }),
}

const packageName = '@uniswap/smart-order-router'
const inside = `${packageName}/build/main/`
const mainnet = 1
const mostSplits = 7

/** Gas by the router's own model for mainnet: a route, its hops, and the initialised ticks it crosses. */
export function modelGas(hops: number, crossings: number): number {
  return 2_000 + 80_000 * hops + (hops === 1 ? 15_000 : 0) + 31_000 * crossings
}

/** What it found, executed exactly. */
export interface SearchResult {
  amountOut: bigint
  /** By its own model. */
  gas: number
  /** Its search alone, without quotes and without building its objects. */
  searchMilliseconds: number
}

export interface SearchOptions {
  /** The grid of shares it tries: 5 is its default on mainnet, 10 on several other chains. */
  stepPercent: 5 | 10
  /** Base units of the bought token per unit of gas; 0 searches without gas. */
  pricePerGas: number
}

export interface SmartOrderRouter {
  /** Null where it finds no way. */
  search(trade: BenchCase, hops: readonly Hop[], options: SearchOptions): Promise<SearchResult | null>
}

/** Null where it is not installed. */
export function loadSmartOrderRouter(): SmartOrderRouter | null {
  if (!isInstalled(packageName)) return null
  // The package's entry comes first: its modules need one another in that order.
  const router = schemas.router.parse({
    ...(peerModule(packageName) as object),
    ...(peerModule(`${inside}util/amounts.js`) as object),
  })
  const { getBestSwapRoute } = schemas.search.parse(
    peerModule(`${inside}routers/alpha-router/functions/best-swap-route.js`),
  )
  const { PortionProvider } = schemas.portion.parse(peerModule(`${inside}providers/portion-provider.js`))
  const { DEFAULT_ROUTING_CONFIG_BY_CHAIN } = schemas.configuration.parse(
    peerModule(`${inside}routers/alpha-router/config.js`),
  )
  const core = schemas.core.parse(peerModule('@uniswap/sdk-core'))
  const { Pool, encodeSqrtRatioX96 } = schemas.v3.parse(peerModule('@uniswap/v3-sdk'))
  const { BigNumber } = schemas.number.parse(peerModule('@ethersproject/bignumber'))
  const { CurrencyAmount, V3Route, V3RouteWithValidQuote } = router
  const tokenOf = ({ address, decimals, symbol }: BenchToken) =>
    new core.Token(mainnet, address, decimals ?? 18, symbol)

  // To the search a pool is a name that two routes may share: price and liquidity come with the quotes. Its fee is the name.
  const nameOnly = encodeSqrtRatioX96(1, 1)
  const v3PoolProvider = {
    getPoolAddress: (token0: object, token1: object, fee: number) => ({ poolAddress: `pool ${fee}`, token0, token1 }),
  }

  return {
    search: async (trade, hops, { stepPercent, pricePerGas }) => {
      const tokens = new Map(trade.set.tokens.map((token) => [token.address, tokenOf(token)]))
      const sdkToken = (address: BenchToken['address']) =>
        tokens.get(address) ?? fail('a pool of a token outside its set')
      const [input, output] = [sdkToken(trade.sell.address), sdkToken(trade.buy.address)]
      const routes = pathsOf(hops, trade.sell.address, trade.buy.address).map((path) => {
        const pools = path.map(
          ({ index, sell, buy }) => new Pool(sdkToken(sell), sdkToken(buy), index + 1, nameOnly, 1, 0),
        )
        return { path, route: new V3Route(pools, input, output) }
      })
      const gasModel: GasModel = {
        estimateGasCost: ({ route, initializedTicksCrossedList: crossed }) => {
          const gas = modelGas(route.pools.length, sum(crossed))
          return {
            gasEstimate: BigNumber.from(gas),
            gasCostInToken: CurrencyAmount.fromRawAmount(output, BigInt(Math.round(gas * pricePerGas)).toString()),
            gasCostInUSD: CurrencyAmount.fromRawAmount(output, 0),
          }
        },
      }
      const total = CurrencyAmount.fromRawAmount(input, trade.amountIn.toString())
      const percents = Array.from({ length: 100 / stepPercent }, (_, index) => (index + 1) * stepPercent)
      const shares = percents.map((percent) => ({ percent, amount: total.multiply(new core.Fraction(percent, 100)) }))
      const quotedRoute = (route: SdkRoute, share: (typeof shares)[number], quote: PathQuote) =>
        new V3RouteWithValidQuote({
          route,
          rawQuote: BigNumber.from(quote.amountOut.toString()),
          ...share,
          sqrtPriceX96AfterList: [],
          initializedTicksCrossedList: quote.crossings,
          quoterGasEstimate: BigNumber.from(0),
          tradeType: core.TradeType.EXACT_INPUT,
          quoteToken: output,
          gasModel,
          v3PoolProvider,
        })
      const quoted = routes.flatMap(({ path, route }) =>
        shares.flatMap((share) => {
          const quote = quotePath(path, BigInt(share.amount.quotient.toString()))
          return quote.amountOut > 0n ? [quotedRoute(route, share, quote)] : []
        }),
      )
      const configuration = {
        ...DEFAULT_ROUTING_CONFIG_BY_CHAIN(mainnet),
        distributionPercent: stepPercent,
        maxSplits: mostSplits,
      }
      const started = performance.now()
      const best = await getBestSwapRoute(
        total,
        percents,
        quoted,
        core.TradeType.EXACT_INPUT,
        mainnet,
        configuration,
        new PortionProvider(),
        undefined,
        gasModel,
      )
      const searchMilliseconds = performance.now() - started
      if (best === null) return null
      const pathOf = new Map<SdkRoute, Path>(routes.map(({ path, route }) => [route, path]))
      const executed = best.routes.map(({ route, amount }) => {
        const path = pathOf.get(route) ?? fail('a route that was not offered')
        const { amountOut, crossings } = quotePath(path, BigInt(amount.quotient.toString()))
        return { amountOut, gas: modelGas(path.length, sum(crossings)) }
      })
      return {
        amountOut: executed.reduce((all, { amountOut }) => all + amountOut, 0n),
        gas: sum(executed.map(({ gas }) => gas)),
        searchMilliseconds,
      }
    },
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}

function fail(what: string): never {
  throw new Error(`The smart order router was given ${what}.`)
}
