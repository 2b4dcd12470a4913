import { CurrencyAmount, Token } from '@uniswap/sdk-core'
import { Pool as ReferencePool } from '@uniswap/v3-sdk'
import { describe, expect, it } from 'vitest'
import { type ConcentratedSwap, Ladder } from '../../../shared/routing/ladder.ts'
import type { V3Pool } from '../../../shared/schema/pool.ts'
import { Random } from '../random.ts'
import { concentrated, token0, token1 } from './pools.ts'
import { anyMagnitude, randomPool } from './random-pools.ts'

// A second opinion beside the contracts: Uniswap's own SDK on the same pools, each swap from where the last one ended.

const tiers = [
  { feePips: 100, tickSpacing: 1 },
  { feePips: 500, tickSpacing: 10 },
  { feePips: 3000, tickSpacing: 60 },
  { feePips: 10_000, tickSpacing: 200 },
]
const poolsOfTier = 9
const swapsOfPool = 14
const boundless = 2n ** 250n

const reference0 = new Token(1, token0, 18)
const reference1 = new Token(1, token1, 18)

function referenceOf({ feePips, sqrtPriceX96, liquidity, tick, ticks }: V3Pool): ReferencePool {
  const list = ticks.map(({ index, liquidityNet }) => {
    const liquidityGross = liquidityNet < 0n ? -liquidityNet : liquidityNet
    return { index, liquidityNet: liquidityNet.toString(), liquidityGross: liquidityGross.toString() }
  })
  return new ReferencePool(reference0, reference1, feePips, sqrtPriceX96.toString(), liquidity.toString(), tick, list)
}

function randomV3Pool(random: Random, number: number, feePips: number, tickSpacing: number): V3Pool {
  const { sqrtPriceX96, tick, positions } = randomPool(random, feePips, tickSpacing, 250)
  const named = positions.map(({ tickLower, tickUpper, liquidity }) => ({
    lower: tickLower,
    upper: tickUpper,
    liquidity,
  }))
  return { ...concentrated(number, { feePips, tickSpacing, tick, positions: named }), sqrtPriceX96 }
}

/** The swap by the reference: the other amount, and the pool afterwards. */
async function byReference(pool: V3Pool, zeroForOne: boolean, exactInput: boolean, amount: bigint) {
  const given = exactInput === zeroForOne ? reference0 : reference1
  const specified = CurrencyAmount.fromRawAmount(given, amount.toString())
  const reference = referenceOf(pool)
  const [other, after] = await (exactInput ? reference.getOutputAmount(specified) : reference.getInputAmount(specified))
  return {
    other: BigInt(other.quotient.toString()),
    sqrtPriceX96: BigInt(after.sqrtRatioX96.toString()),
    tick: after.tickCurrent,
    liquidity: BigInt(after.liquidity.toString()),
  }
}

function byLadder({ amountIn, amountOut, sqrtPriceX96, tick, liquidity }: ConcentratedSwap, exactInput: boolean) {
  return { other: exactInput ? amountOut : amountIn, sqrtPriceX96, tick, liquidity }
}

/** One swap of a random kind and size by both; the pool afterwards, and the ticks crossed. Null where there is nothing left. */
async function compareSwap(random: Random, pool: V3Pool): Promise<{ after: V3Pool; crossings: number } | null> {
  const exactInput = random.unit() < 0.5
  const depthOf = (ladder: Ladder) =>
    exactInput ? ladder.exactInput(boundless).amountIn : ladder.exactOutput(boundless).amountOut
  const directions = random.unit() < 0.5 ? [true, false] : [false, true]
  for (const zeroForOne of directions) {
    const ladder = new Ladder(pool, zeroForOne)
    const depth = depthOf(ladder)
    // At one end of all liquidity there is only the way back.
    if (depth < 2n) continue
    const amount = anyMagnitude(random, depth - 1n)
    const swap = exactInput ? ladder.exactInput(amount) : ladder.exactOutput(amount)
    expect(swap.exhausted).toBe(false)
    expect(byLadder(swap, exactInput)).toEqual(await byReference(pool, zeroForOne, exactInput, amount))
    const { sqrtPriceX96, tick, liquidity, crossings } = swap
    return { after: { ...pool, sqrtPriceX96, tick, liquidity }, crossings }
  }
  return null
}

describe('swaps by @uniswap/v3-sdk', () => {
  for (const { feePips, tickSpacing } of tiers) {
    it(`fee ${feePips}: the same amounts and the same pool afterwards`, async () => {
      const random = new Random(feePips)
      const ran = { swaps: 0, crossings: 0 }
      for (let number = 1; number <= poolsOfTier; number++) {
        let pool = randomV3Pool(random, number, feePips, tickSpacing)
        for (let count = 0; count < swapsOfPool; count++) {
          const compared = await compareSwap(random, pool)
          if (compared === null) break
          pool = compared.after
          ran.swaps += 1
          ran.crossings += compared.crossings
        }
      }
      expect(ran.swaps).toBeGreaterThanOrEqual(100)
      expect(ran.crossings).toBeGreaterThanOrEqual(20)
    })
  }
})
