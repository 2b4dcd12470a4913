import { zeroAddress, zeroHash } from 'viem'
import { describe, expect, it } from 'vitest'
import type { PoolView } from '../../../workers/agent/lens-call.ts'
import { type BookedPool, largestInputs } from '../../../workers/agent/pool-book.ts'
import { poolQuery, windowsTooSmall } from '../../../workers/agent/pool-window.ts'

const [low, high] = [
  '0x1111111111111111111111111111111111111111',
  '0x2222222222222222222222222222222222222222',
] as const
const pool = '0x3333333333333333333333333333333333333333'
const id = `0x${'44'.repeat(32)}` as const
const booked: BookedPool = {
  candidate: { venue: 'UniswapV3', pool, feePips: 500 },
  ...{ pair: [low, high], key: 'UniswapV3', kept: null },
}
const selling = largestInputs([], { sell: low, buy: high, largestInput: 5n })

function viewWith(changes: Partial<PoolView>): PoolView {
  return {
    ...{ venue: 1, pool, exists: true, token0: low, token1: high, feePips: 500, id, hooks: zeroAddress },
    ...{ protocolFee0: 0, protocolFee1: 0, reserve0: 0n, reserve1: 0n, tickSpacing: 10, sqrtPriceX96: 2n ** 96n },
    ...{ tick: 0, liquidity: 1n, tickLower: -2560, tickUpper: 2559, ticks: [], ticksKnown: false },
    ...{ reached0: true, reached1: true },
    ...changes,
  }
}

describe('pool windows', () => {
  it('are asked for on the side that is sold, four times as far as the slice goes: it may take a quarter of what is there', () => {
    expect(poolQuery(booked, selling)).toMatchObject({ venue: 1, pool, amount0: 20n, amount1: 0n, words: 1 })
    const reverse = largestInputs([], { sell: high, buy: low, largestInput: 5n })
    expect(poolQuery(booked, reverse)).toMatchObject({ amount0: 0n, amount1: 20n })
  })

  it('of v4 pools are asked for by the key', () => {
    const key = {
      token0: low,
      token1: high,
      tickSpacing: 10,
      hooks: '0x0000000000000000000000000000000000000020',
    } as const
    const query = poolQuery({ ...booked, candidate: { venue: 'UniswapV4', pool, feePips: 500, key } }, selling)
    expect(query).toMatchObject({ ...key, venue: 2, pool, feePips: 500, knownTicks: zeroHash })
  })

  it('that are too small are named, v4 pools by their id', () => {
    const views = [
      viewWith({}),
      viewWith({ reached0: false, tickLower: -209 }),
      viewWith({ venue: 2, reached1: false, tickUpper: 209 }),
      // No slice may move a price further than that.
      viewWith({ reached0: false, tickLower: -210 }),
      viewWith({ reached1: false, tickUpper: 210 }),
      viewWith({ reached0: false, exists: false }),
      viewWith({ venue: 0, reached0: false, reached1: false }),
    ]
    expect(windowsTooSmall(views)).toEqual([pool, id])
  })
})
