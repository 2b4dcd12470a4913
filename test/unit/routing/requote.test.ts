import { zeroAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { outputOfLegs } from '../../../shared/routing/requote.ts'
import { planRoute } from '../../../shared/routing/route.ts'
import { outputOfPair } from '../../../shared/routing/v2.ts'
import type { V2Pool } from '../../../shared/schema/pool.ts'
import { planOf } from '../../../workers/agent/decide/plan.ts'
import { Random } from '../random.ts'
import { networkPools, networkTokens, unitsFor } from './networks.ts'
import { pair } from './pools.ts'

const addresses = networkTokens.map(({ address }) => address)

describe('legs quoted again', () => {
  it('give on the same pools what their plan expected, to the unit', () => {
    const random = new Random(2026)
    let [severalLegs, onTheWay] = [0, 0]
    for (let round = 0; round < 150; round++) {
      const pools = networkPools(random, networkTokens, 60)
      const [sold, bought] = [networkTokens[random.integer(0, 4)], networkTokens[random.integer(0, 4)]]
      if (sold === undefined || bought === undefined || sold === bought) continue
      const [sell, buy] = [sold.address, bought.address]
      const amount = { kind: 'exactInput', amountIn: unitsFor(sold, 10 ** (3 + random.unit() * 3)) } as const
      const route = planRoute({ pools, sell, buy, amount, intermediates: addresses })
      if (route === null) continue
      const { legs, expectedOut } = planOf(route)
      expect(outputOfLegs(pools, legs, sell, buy), `round ${round}`).toBe(expectedOut)
      if (legs.length > 1) severalLegs += 1
      if (legs.some((leg) => leg.sell !== sell)) onTheWay += 1
    }
    expect(severalLegs).toBeGreaterThan(30)
    expect(onTheWay).toBeGreaterThan(30)
  })

  const [a, b, c] = addresses
  if (a === undefined || b === undefined || c === undefined) throw new Error('Too few tokens.')
  const first: V2Pool = { ...pair(1, 10n ** 12n, 10n ** 12n), token0: a, token1: b }
  const second: V2Pool = { ...pair(2, 10n ** 12n, 10n ** 12n), token0: b, token1: c }
  const third: V2Pool = { ...pair(3, 10n ** 12n, 10n ** 12n), token0: b, token1: c }
  const leg = (pool: V2Pool, amountIn: bigint) => ({
    ...{ venue: 'UniswapV2' as const, pool: pool.pool, feePips: 3000, tickSpacing: 0, hooks: zeroAddress },
    ...{ sell: pool.token0, buy: pool.token1, amountIn },
  })
  const legs = [leg(first, 1_000_000n), leg(second, 300_000n), leg(third, 600_000n)]

  it('divide what arrives on the way as the plan divided what it expected', () => {
    // More of the token on the way than the plan thought: 900,000 was planned.
    const richer = { ...first, reserve1: 2n * 10n ** 12n }
    const arrived = outputOfPair(richer, true, 1_000_000n)
    expect(arrived).toBeGreaterThan(1_900_000n)
    const share = (arrived * 300_000n) / 900_000n
    const expected = outputOfPair(second, true, share) + outputOfPair(third, true, arrived - share)
    expect(outputOfLegs([third, richer, second], legs, a, c)).toBe(expected)
  })

  it('give nothing where a pool is gone, is used twice, or cannot take its leg', () => {
    expect(outputOfLegs([first, second], legs, a, c)).toBeNull()
    expect(outputOfLegs([first, second], [...legs.slice(0, 2), leg(second, 600_000n)], a, c)).toBeNull()
    expect(outputOfLegs([{ ...first, reserve1: 1n }, second, third], legs, a, c)).toBeNull()
    expect(outputOfLegs([first, second, third], [], a, c)).toBeNull()
  })
})
