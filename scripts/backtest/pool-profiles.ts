import { basename } from 'node:path'
import { isAddressEqual } from 'viem'
import type { TokenDefinition } from '../../shared/chain/chains/chain.ts'
import { maximumTick, minimumTick, sqrtPriceAtTick } from '../../shared/routing/tick-math.ts'
import type { V2Pool, V3Pool } from '../../shared/schema/pool.ts'
import { readPoolFile } from '../bench/routing/pool-file.ts'
import { addressOfPool, tokenOf } from '../bench/routing/pool-set.ts'
import { liquidityProfile, type Position } from '../devnet/liquidity-profile.ts'
import { type PoolPlan, poolPlans, startingPrices } from '../devnet/pool-plan.ts'
import { liquidityForDepth, poolPrice, tickAt } from '../devnet/price.ts'
import { seededRandom } from '../devnet/random.ts'
import { tickSpacing } from '../devnet/world-pools.ts'
import { BacktestError } from './backtest-error.ts'
import { mirrored, type PoolProfile, priceOf } from './liquidity.ts'
import type { Pair } from './pair.ts'

/** Pools to trade with, and where they are from, for people. */
export interface Liquidity {
  profiles: PoolProfile[]
  source: string
  /** Pools of the file that do not trade the pair itself. */
  leftOut: number
}

/**
 * The pools of a file that trade the pair.
 *
 * @throws BacktestError where the file cannot be read or has none
 */
export function recordedLiquidity(path: string, pair: Pair): Liquidity {
  let pools: ReturnType<typeof readPoolFile>['pools']
  try {
    pools = readPoolFile(path).pools
  } catch (error) {
    throw new BacktestError(error instanceof Error ? error.message : String(error))
  }
  const [base, quote] = [tokenOf(pair.base.symbol).address, tokenOf(pair.quote.symbol).address]
  const profiles = pools.flatMap((pool) => {
    if (pool.venue !== 'UniswapV2' && pool.venue !== 'UniswapV3') return []
    const isPair = [pool.token0, pool.token1].every(
      (token) => isAddressEqual(token, base) || isAddressEqual(token, quote),
    )
    return isPair ? [profileOf(pool, isAddressEqual(pool.token0, base), pair)] : []
  })
  if (profiles.length === 0) {
    throw new BacktestError(`${path} has no pool that trades ${pair.base.symbol} for ${pair.quote.symbol}.`)
  }
  return { profiles, source: basename(path), leftOut: pools.length - profiles.length }
}

/** The pool with the chain's own tokens, turned round where they come in another order there. */
function profileOf(pool: V2Pool | V3Pool, baseIsToken0: boolean, { base, quote }: Pair): PoolProfile {
  const isTurned = baseIsToken0 !== BigInt(base.address) < BigInt(quote.address)
  const turned = isTurned ? mirrored(pool) : pool
  const [token0, token1] = inOrder(base, quote)
  const named = { ...turned, token0: token0.address, token1: token1.address }
  return { pool: named, price: priceOf(named) }
}

/**
 * Without a file: the pools of the pair in the project's local world, whose depths and shapes are those of Ethereum's in
 * January 2026.
 *
 * @throws BacktestError where that world has no pool of the pair
 */
export function builtInLiquidity(pair: Pair): Liquidity {
  const plans = poolPlans.filter(
    ({ tokens }) => tokens.includes(pair.base.symbol) && tokens.includes(pair.quote.symbol),
  )
  if (plans.length === 0) {
    const names = `${pair.base.symbol} and ${pair.quote.symbol}`
    throw new BacktestError(`Nothing is built in for pools of ${names}: give them by --pools FILE.`)
  }
  const profiles = plans.map((plan, index) => plannedPool(plan, index, pair))
  return { profiles, source: 'built in: the local world’s pools', leftOut: 0 }
}

function plannedPool({ venue, feePips, depthUsd }: PoolPlan, index: number, { base, quote }: Pair): PoolProfile {
  const [token0, token1] = inOrder(base, quote)
  const priced = ({ symbol, decimals }: TokenDefinition) => ({ decimals, usd: startingPrices[symbol] ?? 1 })
  const price = poolPrice(priced(token0), priced(token1))
  const liquidity = liquidityForDepth(depthUsd, priced(token0), priced(token1))
  const facts = { pool: addressOfPool(index), token0: token0.address, token1: token1.address, feePips }
  if (venue === 'UniswapV2') {
    const root = Math.sqrt(price)
    const reserve0 = BigInt(Math.round(Number(liquidity) / root))
    const reserve1 = BigInt(Math.round(Number(liquidity) * root))
    return { pool: { venue, ...facts, reserve0, reserve1 }, price }
  }
  const spacing = tickSpacing(feePips)
  const tick = tickAt(price)
  const shape = { tick, tickSpacing: spacing, feePips, isStable: false, liquidity }
  const ticks = ticksOf(liquidityProfile(shape, seededRandom(`backtest ${base.symbol} ${quote.symbol} ${index}`)))
  const active = ticks.reduce((sum, { index: at, liquidityNet }) => (at <= tick ? sum + liquidityNet : sum), 0n)
  const known = { tickLower: minimumTick, tickUpper: maximumTick, ticks }
  const state = { tickSpacing: spacing, tick, sqrtPriceX96: sqrtPriceAtTick(tick), liquidity: active }
  return { pool: { venue, ...facts, ...state, ...known }, price }
}

function inOrder(base: TokenDefinition, quote: TokenDefinition): [token0: TokenDefinition, token1: TokenDefinition] {
  return BigInt(base.address) < BigInt(quote.address) ? [base, quote] : [quote, base]
}

function ticksOf(positions: readonly Position[]): V3Pool['ticks'] {
  const nets = new Map<number, bigint>()
  for (const { tickLower, tickUpper, liquidity } of positions) {
    nets.set(tickLower, (nets.get(tickLower) ?? 0n) + liquidity)
    nets.set(tickUpper, (nets.get(tickUpper) ?? 0n) - liquidity)
  }
  const ticks = [...nets].filter(([, net]) => net !== 0n).map(([index, liquidityNet]) => ({ index, liquidityNet }))
  return ticks.sort((one, other) => one.index - other.index)
}
