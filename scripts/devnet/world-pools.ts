import type { Address } from 'viem'
import type { ChainDefinition, TokenDefinition } from '../../shared/chain/chains/chain.ts'
import { poolCandidates } from '../../shared/chain/pool-address.ts'
import { type PoolPlan, poolPlans } from './pool-plan.ts'

/** A pool of the world: its plan, and where it is. */
export interface WorldPool {
  address: Address
  venue: PoolPlan['venue']
  feePips: number
  depthUsd: number
  token0: TokenDefinition
  token1: TokenDefinition
}

export function tokenBySymbol(chain: ChainDefinition, symbol: string): TokenDefinition {
  const token = chain.tokens.find((candidate) => candidate.symbol === symbol)
  if (token === undefined) throw new Error(`${chain.name} has no token ${symbol}`)
  return token
}

/** Every planned pool at its CREATE2 address. */
export function worldPools(chain: ChainDefinition): WorldPool[] {
  return poolPlans.map((plan) => {
    const first = tokenBySymbol(chain, plan.tokens[0])
    const second = tokenBySymbol(chain, plan.tokens[1])
    const inOrder = BigInt(first.address) < BigInt(second.address)
    const [token0, token1] = inOrder ? [first, second] : [second, first]
    const address = poolAddress(chain, plan, token0.address, token1.address)
    return { address, venue: plan.venue, feePips: plan.feePips, depthUsd: plan.depthUsd, token0, token1 }
  })
}

function poolAddress(chain: ChainDefinition, plan: PoolPlan, token0: Address, token1: Address): Address {
  const candidates = poolCandidates(chain, token0, token1)
  const found = candidates.find(({ venue, feePips }) => venue === plan.venue && feePips === plan.feePips)
  if (found === undefined) throw new Error(`${chain.name} has no ${plan.venue} factory for ${plan.feePips} pips`)
  return found.pool
}

/** Uniswap v3's own spacing per fee tier. */
export function tickSpacing(feePips: number): number {
  const spacing = new Map([
    [100, 1],
    [500, 10],
    [3000, 60],
    [10_000, 200],
  ]).get(feePips)
  if (spacing === undefined) throw new Error(`no tick spacing is known for a fee of ${feePips} pips`)
  return spacing
}
