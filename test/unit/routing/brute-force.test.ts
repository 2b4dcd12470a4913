import { expect, it } from 'vitest'
import { exactQuotes } from '../../../shared/routing/pool-quote.ts'
import { planRoute } from '../../../shared/routing/route.ts'
import type { Pool } from '../../../shared/schema/pool.ts'
import { Random } from '../random.ts'
import { concentrated, pair, token0, token1 } from './pools.ts'

// Every way to cut a small input into whole units, priced by exact quotes: nothing of the solver is in it.

/** Output of each whole input up to the largest; −1 where the pool cannot take it. */
function outputs(pool: Pool, zeroForOne: boolean, largest: number): bigint[] {
  const quotes = exactQuotes(pool, zeroForOne)
  return Array.from({ length: largest + 1 }, (_, units) => {
    const { amountOut, exhausted } = quotes.ofInput(BigInt(units))
    return exhausted && units > 0 ? -1n : amountOut
  })
}

function bestOf(tables: readonly bigint[][], units: number): bigint {
  const [first, ...rest] = tables
  if (first === undefined) return units === 0 ? 0n : -1n
  let best = -1n
  for (let part = 0; part <= units; part++) {
    const here = first[part] ?? -1n
    const there = rest.length === 0 && part < units ? -1n : bestOf(rest, units - part)
    if (here >= 0n && there >= 0n && here + there > best) best = here + there
  }
  return best
}

/** Two or three pools whose one side has few units of great worth, so that a handful of them moves the price. */
function scarcePools(random: Random, count: number): Pool[] {
  return Array.from({ length: count }, (_, index): Pool => {
    const number = index + 1
    if (random.unit() < 0.5) {
      const units = random.integer(300, 20_000)
      const price = BigInt(Math.round(1e13 * (1 + random.unit() * 0.02)))
      return pair(number, BigInt(units), BigInt(units) * price, random.unit() < 0.5 ? 3000 : 500)
    }
    // 1.0001^299,333 is about 10^13.
    const tick = 299_333 + random.integer(-100, 100)
    const at = Math.floor(tick / 10) * 10
    return concentrated(number, {
      feePips: 500,
      tickSpacing: 10,
      tick,
      positions: Array.from({ length: 4 }, () => ({
        lower: at - random.integer(1, 30) * 10,
        upper: at + random.integer(1, 30) * 10,
        // In the scarce token: units · √price.
        liquidity: BigInt(random.integer(2_000, 90_000)) * 3_162_277n,
      })),
    })
  })
}

it.each([
  [2, 2_000, 30],
  [3, 120, 30],
])('%i pools and up to %i units: no way to cut the input gives more', (count, most, rounds) => {
  const random = new Random(500 + count)
  let compared = 0
  let split = 0
  let pairsOnly = 0
  for (let round = 0; round < rounds; round++) {
    const pools = scarcePools(random, count)
    const units = random.integer(2, most)
    const amount = { kind: 'exactInput', amountIn: BigInt(units) } as const
    const route = planRoute({ pools, sell: token0, buy: token1, amount })
    if (route === null || route.partial) continue
    const best = bestOf(
      pools.map((pool) => outputs(pool, true, units)),
      units,
    )
    compared += 1
    if (route.legs.length > 1) split += 1
    expect(best).toBeLessThanOrEqual(route.upperBound)
    // A v3 pool rounds what is left after its fee down to a whole unit: each such leg may lose one. Beyond that,
    // the shares are off by less than a unit each, which moves such scarce pools by a little.
    const rounding = route.legs.filter(({ pool }) => pool.venue === 'UniswapV3').length
    const lost = Number(best - route.expectedOut) / (Number(best) / units)
    expect(lost, `round ${round}: ${units} units`).toBeLessThanOrEqual(rounding + 0.05)
    if (rounding === 0) pairsOnly += 1
  }
  expect(compared).toBeGreaterThan(20)
  expect(split).toBeGreaterThan(10)
  expect(pairsOnly).toBeGreaterThan(5)
})
