// Sushi's tines on the same pools: it cuts the input into pieces and routes each along the best way that is left. It reckons
// in doubles with pools of its own; its legs are executed here in exact integers.
import type { Address } from 'viem'
import { z } from 'zod'
import { swapFeePips } from '../../../shared/routing/pool-fee.ts'
import { maximumTick, minimumTick } from '../../../shared/routing/tick-math.ts'
import type { InitialisedTick, RoutablePool } from '../../../shared/schema/pool.ts'
import type { BenchCase } from './cases.ts'
import type { Hop } from './hops.ts'
import { isInstalled, peerModule } from './peers.ts'
import type { BenchToken } from './pool-set.ts'

interface TinesToken {
  name: string
  symbol: string
  address: string
  decimals: number
  chainId: number
}
interface TinesPool {
  address: string
}
interface TinesLeg {
  poolAddress: string
  tokenFrom: TinesToken
  tokenTo: TinesToken
  /** Of what is left of `tokenFrom` when the leg is reached. */
  swapPortion: number
}
interface TinesTick {
  index: number
  DLiquidity: bigint
}

const callable = (value: unknown) => typeof value === 'function'
type Concentrated = new (
  id: string,
  token0: TinesToken,
  token1: TinesToken,
  fee: number,
  reserve0: bigint,
  reserve1: bigint,
  tick: number,
  liquidity: bigint,
  sqrtPriceX96: bigint,
  ticks: TinesTick[],
) => TinesPool
type ConstantProduct = new (
  id: string,
  token0: TinesToken,
  token1: TinesToken,
  fee: number,
  reserve0: bigint,
  reserve1: bigint,
) => TinesPool
type CurvePools = (
  id: string,
  tokens: TinesToken[],
  fee: number,
  amplification: number,
  balances: bigint[],
) => TinesPool[]
type FindRoute = (
  from: TinesToken,
  to: TinesToken,
  amountIn: bigint,
  pools: TinesPool[],
  base: TinesToken,
  gasPrice: number,
  flows: number,
) => { status: string; legs: TinesLeg[] }

const schema = z.object({
  UniV3Pool: z.custom<Concentrated>(callable),
  ConstantProductRPool: z.custom<ConstantProduct>(callable),
  createCurvePoolsForMultipool: z.custom<CurvePools>(callable),
  findMultiRouteExactIn: z.custom<FindRoute>(callable),
})
type Library = z.output<typeof schema>

const packageName = '@sushiswap/tines'
/** The finest it takes. */
const flows = 100
/** Its concentrated pools ask for reserves only to see that they suffice. */
const ample = 10n ** 30n

export interface TinesResult {
  amountOut: bigint
  legs: number
  milliseconds: number
}

export interface Tines {
  /** Null where it finds no way. */
  findRoute(trade: BenchCase, hops: readonly Hop[]): TinesResult | null
}

/** Null where it is not installed. */
export function loadTines(): Tines | null {
  if (!isInstalled(packageName)) return null
  const library = schema.parse(peerModule(packageName))
  return {
    findRoute: (trade, hops) => {
      const tokens = new Map(trade.set.tokens.map((token) => [token.address, tinesToken(token)]))
      const tokenAt = (address: Address) => tokens.get(address) ?? fail('a pool of a token outside its set')
      // Pools of a multi-token pool have names of their own: remember whose they are.
      const indexOf = new Map<string, number>()
      const pools = trade.set.pools.flatMap((pool, index) => {
        const built = tinesPools(library, pool, `pool ${index}`, tokenAt)
        for (const { address } of built) indexOf.set(address, index)
        return built
      })
      const [from, to] = [tokenAt(trade.sell.address), tokenAt(trade.buy.address)]
      const started = performance.now()
      const { status, legs } = library.findMultiRouteExactIn(from, to, trade.amountIn, pools, from, 0, flows)
      const milliseconds = performance.now() - started
      if (status === 'NoWay') return null
      const hopOf = ({ poolAddress, tokenFrom, tokenTo }: TinesLeg) => {
        const index = indexOf.get(poolAddress)
        const found = hops.find(
          (hop) => hop.index === index && hop.sell === tokenFrom.address && hop.buy === tokenTo.address,
        )
        return found ?? fail('a leg of no pool of the set')
      }
      return { amountOut: execute(legs, hopOf, trade), legs: legs.length, milliseconds }
    },
  }
}

function execute(legs: readonly TinesLeg[], hopOf: (leg: TinesLeg) => Hop, { sell, buy, amountIn }: BenchCase): bigint {
  const balances = new Map<string, bigint>([[sell.address, amountIn]])
  for (const leg of legs) {
    const hop = hopOf(leg)
    const held = balances.get(hop.sell) ?? 0n
    const amount = leg.swapPortion >= 1 ? held : (held * BigInt(Math.floor(leg.swapPortion * 2 ** 53))) >> 53n
    balances.set(hop.sell, held - amount)
    balances.set(hop.buy, (balances.get(hop.buy) ?? 0n) + hop.quote(amount).amountOut)
  }
  return balances.get(buy.address) ?? 0n
}

function tinesToken({ symbol, address, decimals }: BenchToken): TinesToken {
  return { name: symbol, symbol, address, decimals: decimals ?? 18, chainId: 1 }
}

function tinesPools(
  { UniV3Pool, ConstantProductRPool, createCurvePoolsForMultipool }: Library,
  pool: RoutablePool,
  id: string,
  tokenAt: (address: Address) => TinesToken,
): TinesPool[] {
  if (pool.venue === 'StableSwap') {
    const amplification = Number(pool.amplification) / Number(pool.amplificationPrecision)
    return createCurvePoolsForMultipool(id, pool.tokens.map(tokenAt), Number(pool.fee) / 1e10, amplification, [
      ...pool.balances,
    ])
  }
  const [token0, token1] = [tokenAt(pool.token0), tokenAt(pool.token1)]
  const fee = swapFeePips(pool, true) / 1e6
  if (pool.venue === 'UniswapV2') {
    return [new ConstantProductRPool(id, token0, token1, fee, pool.reserve0, pool.reserve1)]
  }
  const { tick, liquidity, sqrtPriceX96 } = pool
  const ticks = wholeRange(pool.ticks)
  return [new UniV3Pool(id, token0, token1, fee, ample, ample, tick, liquidity, sqrtPriceX96, ticks)]
}

/** Its walk needs a tick at either end of the range. */
function wholeRange(ticks: readonly InitialisedTick[]): TinesTick[] {
  const known = ticks.map(({ index, liquidityNet }) => ({ index, DLiquidity: liquidityNet }))
  const first = known[0]?.index === minimumTick ? [] : [{ index: minimumTick, DLiquidity: 0n }]
  const last = known.at(-1)?.index === maximumTick ? [] : [{ index: maximumTick, DLiquidity: 0n }]
  return [...first, ...known, ...last]
}

function fail(what: string): never {
  throw new Error(`Tines was given ${what}, or gave it.`)
}
