import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pairProberAbi } from '../../scripts/devnet/generated/pairProber.ts'
import { v3ProberAbi } from '../../scripts/devnet/generated/v3Prober.ts'
import { maximum, minimum } from '../../shared/chain/units.ts'
import { type ConcentratedSwap, highestLimit, Ladder, lowestLimit } from '../../shared/routing/ladder.ts'
import { swapFeePips } from '../../shared/routing/pool-fee.ts'
import { exactQuotes } from '../../shared/routing/pool-quote.ts'
import { maximumTick, minimumTick, sqrtPriceAtTick } from '../../shared/routing/tick-math.ts'
import { inputOfPair, reservesOf, roomOf } from '../../shared/routing/v2.ts'
import type { ConcentratedPool, V2Pool } from '../../shared/schema/pool.ts'
import { Random } from '../unit/random.ts'
import { anyMagnitude } from '../unit/routing/random-pools.ts'
import { ask, type ProbedChain, startProbedChain } from './probed-chain.ts'
import { type ProbedPool, v2Pairs, v3Pools, v4Pools } from './probed-pools.ts'
import { boundless, type SwapCase, swapCases } from './swap-cases.ts'

// The exact arithmetic against the genuine contracts: what a swap takes, what it gives and where it leaves the pool, to the
// last bit. The pools are read from the chain, every swap starts from the same state and is taken back.

let probed: ProbedChain
beforeAll(async () => {
  probed = await startProbedChain()
})
afterAll(() => probed.anvil.stop())

/** Cases that ran and pools they ran on, by kind. */
const counts: Record<string, number> = {}
function count(name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

/** What a swap came to, both amounts unsigned. */
interface Result {
  amountIn: bigint
  amountOut: bigint
  sqrtPriceX96: bigint
  tick: number
  liquidity: bigint
}

async function onChain({ encoded, prober }: ProbedPool, cases: readonly SwapCase[]): Promise<(Result | 'refused')[]> {
  const swaps = cases.map(({ zeroForOne, exactInput, amount, limit }) => ({
    zeroForOne,
    amount: exactInput ? amount : -amount,
    limit,
  }))
  const outcomes = await ask(probed, prober, v3ProberAbi, 'probe', [encoded, swaps])
  return outcomes.map(({ done, amount0, amount1, state }, index) => {
    if (!done) return 'refused'
    const [amountIn, owed] = cases[index]?.zeroForOne ? [amount0, amount1] : [amount1, amount0]
    return { amountIn, amountOut: -owed, ...state }
  })
}

const mostOfV4 = 2n ** 127n - 1n

/** The manager keeps account in 128 bits, and refuses what goes beyond. */
function isBeyondAccount(pool: ConcentratedPool, { amountIn, amountOut }: Result): boolean {
  return pool.venue === 'UniswapV4' && (amountIn > mostOfV4 || amountOut > mostOfV4)
}

function kindOf(pool: ConcentratedPool, swap: SwapCase, ours: Result): string {
  return isBeyondAccount(pool, ours) ? 'beyond 128 bits' : swap.kind
}

interface Difference {
  swap: SwapCase
  outcome: Result | 'refused' | undefined
  ours: Result
}

async function compare(one: ProbedPool, random: Random): Promise<void> {
  const { pool } = one
  countPool(pool)
  for (const zeroForOne of [true, false]) {
    const cases = swapCases(random, pool, zeroForOne)
    const outcomes = await onChain(one, cases)
    const ladder = new Ladder(pool, zeroForOne)
    const [window, windowed] = anyWindow(random, pool, zeroForOne)
    const takesAll = swapFeePips(pool, zeroForOne) === 1_000_000
    const differences = cases.flatMap((swap, index): Difference[] => {
      const ours = swapOn(ladder, swap)
      const outcome = outcomes[index]
      const same = takesAll ? givesNothing(swap, outcome, ours) : isSame(pool, swap, outcome, ours)
      if (isInexact(pool, swap, ours)) count('an input whose product with the √price exceeds 256 bits')
      countCase(pool, takesAll ? 'fee takes all' : kindOf(pool, swap, ours), ours)
      if (!same) return [{ swap, outcome, ours }]
      const inWindow = swapOn(windowed, swap)
      return isWithin(window, swap, ladder, inWindow) ? [] : [{ swap, outcome, ours: inWindow }]
    })
    expect(differences.slice(0, 3), `${differences.length} differences in ${describePool(pool)}`).toEqual([])
  }
}

function swapOn(ladder: Ladder, { exactInput, amount, limit }: SwapCase): ConcentratedSwap {
  return exactInput ? ladder.exactInput(amount, limit) : ladder.exactOutput(amount, limit)
}

/** The pool as somebody sees it who knows only the ticks around the price, not always to a multiple of the spacing. */
function anyWindow(random: Random, pool: ConcentratedPool, zeroForOne: boolean): [ConcentratedPool, Ladder] {
  const distance = () => Math.floor(10 ** (random.unit() * 5))
  const tickLower = Math.max(pool.tick - distance(), minimumTick)
  const tickUpper = Math.min(pool.tick + 1 + distance(), maximumTick)
  const ticks = pool.ticks.filter(({ index }) => index >= tickLower && index <= tickUpper)
  const window = { ...pool, tickLower, tickUpper, ticks }
  return [window, new Ladder(window, zeroForOne)]
}

/** A window gives the whole pool's answer; or says that it ends, and then stays inside and gives no more. */
function isWithin(window: ConcentratedPool, swap: SwapCase, whole: Ladder, ours: ConcentratedSwap): boolean {
  const expected = swapOn(whole, swap)
  const [lowest, highest] = [sqrtPriceAtTick(window.tickLower), sqrtPriceAtTick(window.tickUpper)]
  const end = swap.zeroForOne ? maximum(lowest, lowestLimit) : minimum(highest, highestLimit)
  // By rounding, all the output up to the end may be had before it, or only at the stop beyond it, which we do not know.
  const reachesEnd = !swap.exactInput && swap.amount >= whole.exactOutput(boundless, end).amountOut
  const stays = expected.sqrtPriceX96 > lowest && expected.sqrtPriceX96 < highest && !reachesEnd
  count(stays ? 'a swap within a window' : 'a swap to the end of a window')
  if (isDeepStrictEqual(ours, expected)) return true
  const isInside = ours.sqrtPriceX96 >= lowest && ours.sqrtPriceX96 <= highest
  const isLess = ours.amountOut <= expected.amountOut && (ours.amountIn <= expected.amountIn || reachesEnd)
  return !stays && ours.exhausted && isInside && isLess
}

/** Within the first stretch, beyond 256 bits: the chain takes a less exact form of its formula there. */
function isInexact({ sqrtPriceX96 }: ConcentratedPool, swap: SwapCase, ours: ConcentratedSwap): boolean {
  const withinStretch = ours.steps === 1 && ours.crossings === 0 && !ours.exhausted
  return withinStretch && swap.exactInput && swap.zeroForOne && (swap.amount * sqrtPriceX96) >> 256n !== 0n
}

/** Where the fee is the whole input, the chain keeps it or refuses; we leave the pool alone. */
function givesNothing(swap: SwapCase, outcome: Result | 'refused' | undefined, ours: ConcentratedSwap): boolean {
  const untouched = ours.amountIn === 0n && ours.amountOut === 0n && ours.exhausted === swap.amount > 0n
  return untouched && (outcome === 'refused' || outcome?.amountOut === 0n)
}

/** Byte for byte; and what the pool must refuse it refused. */
function isSame(
  pool: ConcentratedPool,
  swap: SwapCase,
  outcome: Result | 'refused' | undefined,
  ours: ConcentratedSwap,
): boolean {
  const isRefused = swap.kind === 'limit or amount refused' || isBeyondAccount(pool, ours)
  if (isRefused) return outcome === 'refused'
  if (outcome === undefined || outcome === 'refused') return false
  const keys = ['amountIn', 'amountOut', 'sqrtPriceX96', 'tick', 'liquidity'] as const
  const used = swap.exactInput ? outcome.amountIn : outcome.amountOut
  const isExact = keys.every((key) => outcome[key] === ours[key]) && ours.exhausted === used < swap.amount
  return isExact && ours.crossings === crossedTicks(pool, swap.zeroForOne, outcome.tick)
}

/** Initialised ticks between where a pool stands and where the chain left it. */
function crossedTicks({ tick, ticks }: ConcentratedPool, zeroForOne: boolean, after: number): number {
  const [low, high] = zeroForOne ? [after, tick] : [tick, after]
  return ticks.filter(({ index }) => low < index && index <= high).length
}

function countCase({ venue }: ConcentratedPool, kind: string, { crossings, steps, exhausted }: ConcentratedSwap): void {
  count(`${venue}: ${kind}`)
  if (crossings > 0) count('a tick was crossed')
  if (steps > crossings + 1) count('the walk stopped at the end of a bitmap word')
  if (exhausted) count('the amount was not used up')
}

function countPool({ tick, sqrtPriceX96, liquidity, ticks }: ConcentratedPool): void {
  count('pools')
  if (tick < minimumTick + 4000 || tick > maximumTick - 4000) count('pools at an extreme price')
  if (liquidity === 0n) count('pools standing in a gap')
  if (liquidity === 1n) count('pools with a liquidity of 1')
  if (liquidity > 2n ** 100n) count('pools with a huge liquidity')
  const here = ticks.find(({ index }) => sqrtPriceAtTick(index) === sqrtPriceX96)
  if (here?.index === tick) count('pools standing on a tick, reached from below')
  if (here?.index === tick + 1) count('pools standing on a tick, reached from above')
}

function describePool(pool: ConcentratedPool): string {
  const fees = [swapFeePips(pool, true), swapFeePips(pool, false)]
  return `${pool.venue} with fees ${fees}, spacing ${pool.tickSpacing}, ${pool.ticks.length} ticks, at ${pool.tick}`
}

test('v3 pools of every tier', async () => {
  const random = new Random(31)
  for (const one of await v3Pools(probed, random, 32)) await compare(one, random)
})

test('v4 pools of any static fee and spacing, with protocol fees', async () => {
  const random = new Random(41)
  for (const one of await v4Pools(probed, random, 32)) await compare(one, random)
})

/** A swap proposed to a pair, and the reserves after it; null where the pair must refuse it. */
interface Proposal {
  swap: { zeroForOne: boolean; amountIn: bigint; amountOut: bigint }
  after: { reserve0: bigint; reserve1: bigint } | null
}

function accepted(pool: V2Pool, zeroForOne: boolean, amountIn: bigint, amountOut: bigint): Proposal {
  const [in0, in1] = zeroForOne ? [amountIn, -amountOut] : [-amountOut, amountIn]
  const after = { reserve0: pool.reserve0 + in0, reserve1: pool.reserve1 + in1 }
  return { swap: { zeroForOne, amountIn, amountOut }, after }
}

function refused(zeroForOne: boolean, amountIn: bigint, amountOut: bigint): Proposal {
  return { swap: { zeroForOne, amountIn, amountOut }, after: null }
}

/** A pair says yes or no: to exactly what we quote it must say yes, to a unit more for it or a unit less it must say no. */
function pairProposals(random: Random, pool: V2Pool, zeroForOne: boolean): Proposal[] {
  const quotes = exactQuotes(pool, zeroForOne)
  const [reserveIn, reserveOut] = reservesOf(pool, zeroForOne)
  const proposals: Proposal[] = []
  const inputs = Array.from({ length: 22 }, () => anyMagnitude(random, 16n * reserveIn + 4000n))
  const room = roomOf(pool, zeroForOne)
  for (const asked of [...inputs, 1n, room, room + 1n].filter((amount) => amount > 0n)) {
    const { amountIn, amountOut, exhausted } = quotes.ofInput(asked)
    count(
      `UniswapV2: ${exhausted ? 'input beyond the reserve' : amountOut === 0n ? 'input for nothing' : 'exact input'}`,
    )
    if (exhausted) proposals.push(refused(zeroForOne, asked, 1n))
    if (amountOut > 0n) proposals.push(accepted(pool, zeroForOne, amountIn, amountOut))
    if (amountIn > 0n) proposals.push(refused(zeroForOne, amountIn, amountOut + 1n))
  }
  const outputs = Array.from({ length: 22 }, () => anyMagnitude(random, 2n * reserveOut))
  for (const asked of [...outputs, 1n, reserveOut - 1n, reserveOut].filter((amount) => amount > 0n)) {
    const needed = inputOfPair(pool, zeroForOne, asked)
    count(`UniswapV2: ${needed === null ? 'output refused' : 'exact output'}`)
    // The most that fits is not enough.
    if (needed === null) proposals.push(refused(zeroForOne, room, asked))
    else proposals.push(accepted(pool, zeroForOne, needed, asked), refused(zeroForOne, needed - 1n, asked))
  }
  return proposals
}

test('v2 pairs with tiny, huge and lopsided reserves', async () => {
  const random = new Random(21)
  for (const pool of await v2Pairs(probed, random)) {
    for (const zeroForOne of [true, false]) {
      const proposals = pairProposals(random, pool, zeroForOne)
      const swaps = proposals.map(({ swap }) => swap)
      const outcomes = await ask(probed, probed.pairProber, pairProberAbi, 'probe', [pool.pool, swaps])
      const expected = proposals.map(({ after }) => ({
        done: after !== null,
        ...(after ?? { reserve0: 0n, reserve1: 0n }),
      }))
      expect(outcomes, `${pool.reserve0} and ${pool.reserve1}`).toEqual(expected)
    }
  }
})

/** Fewer of a kind would mean that the random pools no longer reach it. */
const leastCounts: Record<string, number> = {
  'UniswapV3: exact input': 1500,
  'UniswapV3: exact output': 1500,
  'UniswapV3: input past the depth': 50,
  'UniswapV3: output past the depth': 50,
  'UniswapV3: input to a tick': 600,
  'UniswapV3: output to a tick': 600,
  'UniswapV3: limit at a tick': 600,
  'UniswapV3: input to a limit': 500,
  'UniswapV3: output to a limit': 500,
  'UniswapV3: limit or amount refused': 300,
  'UniswapV4: exact input': 1400,
  'UniswapV4: exact output': 1400,
  'UniswapV4: input past the depth': 50,
  'UniswapV4: output past the depth': 50,
  'UniswapV4: input to a tick': 600,
  'UniswapV4: output to a tick': 600,
  'UniswapV4: limit at a tick': 600,
  'UniswapV4: input to a limit': 500,
  'UniswapV4: output to a limit': 500,
  'UniswapV4: limit or amount refused': 300,
  'UniswapV4: beyond 128 bits': 20,
  'UniswapV4: fee takes all': 100,
  'UniswapV2: exact input': 500,
  'UniswapV2: input for nothing': 100,
  'UniswapV2: input beyond the reserve': 100,
  'UniswapV2: exact output': 600,
  'UniswapV2: output refused': 200,
}

const leastReached: Record<string, number> = {
  pools: 60,
  'pools at an extreme price': 10,
  'pools standing in a gap': 5,
  'pools standing on a tick, reached from below': 5,
  'pools standing on a tick, reached from above': 5,
  'pools with a liquidity of 1': 2,
  'pools with a huge liquidity': 5,
  'a tick was crossed': 6000,
  'an input whose product with the √price exceeds 256 bits': 12,
  'the walk stopped at the end of a bitmap word': 2000,
  'the amount was not used up': 4000,
  'a swap within a window': 4000,
  'a swap to the end of a window': 4000,
}

test('at least 10,000 swaps, enough of every kind', () => {
  const swaps = Object.keys(leastCounts).map((name) => counts[name] ?? 0)
  expect(swaps.reduce((sum, ran) => sum + ran, 0)).toBeGreaterThanOrEqual(10_000)
  for (const [name, least] of Object.entries({ ...leastCounts, ...leastReached })) {
    expect(counts[name] ?? 0, name).toBeGreaterThanOrEqual(least)
  }
})
