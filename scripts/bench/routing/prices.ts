import type { Address } from 'viem'
import { q96 } from '../../../shared/routing/tick-math.ts'
import type { RoutablePool } from '../../../shared/schema/pool.ts'
import { type BenchToken, type PoolSet, stableSymbols } from './pool-set.ts'

/** Dollars per base unit of each token. */
export type Prices = ReadonlyMap<Address, number>

/** How two tokens trade in a pool: base units of `token1` per one of `token0`, and what backs that price, in both tokens. */
interface Rate {
  token0: Address
  token1: Address
  price: number
  depth0: number
  depth1: number
}

/**
 * Stable tokens count a dollar; every other token is priced by the deepest pool that joins it with one already priced.
 * Throws one sentence where a token that is traded stays without a price.
 */
export function pricesOf(set: PoolSet): Prices {
  const prices = new Map<Address, number>()
  for (const { symbol, address, decimals } of set.tokens) {
    if (stableSymbols.includes(symbol) && decimals !== null) prices.set(address, 1 / 10 ** decimals)
  }
  const rates = set.pools.flatMap(ratesOf)
  for (let next = deepest(rates, prices); next !== null; next = deepest(rates, prices))
    prices.set(next.token, next.price)
  const unpriced = set.pairs.flat().find(({ address }) => !prices.has(address))
  if (unpriced !== undefined) {
    throw new Error(
      `${set.name}: no pool leads from ${unpriced.symbol} to one of ${stableSymbols.join(', ')}, so nothing says what it is worth.`,
    )
  }
  return prices
}

/** Base units worth so many dollars. */
export function amountWorth(prices: Prices, token: BenchToken, dollars: number): bigint {
  return BigInt(Math.round(dollars / (prices.get(token.address) ?? Number.NaN)))
}

/** Where a set has no WETH. */
const usualEtherPrice = 3000

/** Dollars of one ether by the set's own pools. */
export function etherPrice(set: PoolSet, prices: Prices): number {
  const weth = set.tokens.find(({ symbol }) => symbol === 'WETH')
  const price = weth === undefined ? undefined : prices.get(weth.address)
  return price === undefined ? usualEtherPrice : price * 1e18
}

function ratesOf(pool: RoutablePool): Rate[] {
  // Stable tokens have their price already.
  if (pool.venue === 'StableSwap') return []
  const { token0, token1 } = pool
  if (pool.venue === 'UniswapV2') {
    const [depth0, depth1] = [Number(pool.reserve0), Number(pool.reserve1)]
    return depth0 > 0 && depth1 > 0 ? [{ token0, token1, price: depth1 / depth0, depth0, depth1 }] : []
  }
  const rootPrice = Number(pool.sqrtPriceX96) / q96
  const liquidity = Number(pool.liquidity)
  if (liquidity === 0 || rootPrice === 0) return []
  return [{ token0, token1, price: rootPrice ** 2, depth0: liquidity / rootPrice, depth1: liquidity * rootPrice }]
}

function deepest(rates: readonly Rate[], prices: Prices): { token: Address; price: number } | null {
  let best: { token: Address; price: number; dollars: number } | null = null
  for (const { token0, token1, price, depth0, depth1 } of rates) {
    const [price0, price1] = [prices.get(token0), prices.get(token1)]
    if ((price0 === undefined) === (price1 === undefined)) continue
    const found =
      price0 === undefined
        ? { token: token0, price: (price1 ?? 0) * price, dollars: (price1 ?? 0) * depth1 }
        : { token: token1, price: price0 / price, dollars: price0 * depth0 }
    if (best === null || found.dollars > best.dollars) best = found
  }
  return best
}
