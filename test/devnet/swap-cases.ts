import { highestLimit, Ladder, lowestLimit } from '../../shared/routing/ladder.ts'
import { maximumTick, minimumTick, sqrtPriceAtTick } from '../../shared/routing/tick-math.ts'
import type { ConcentratedPool } from '../../shared/schema/pool.ts'
import type { Random } from '../unit/random.ts'
import { anyMagnitude, randomBits } from '../unit/routing/random-pools.ts'

export type SwapKind =
  | 'exact input'
  | 'exact output'
  | 'input past the depth'
  | 'output past the depth'
  | 'input to a tick'
  | 'output to a tick'
  | 'input to a limit'
  | 'output to a limit'
  | 'limit at a tick'
  | 'limit or amount refused'

export interface SwapCase {
  kind: SwapKind
  zeroForOne: boolean
  exactInput: boolean
  amount: bigint
  limit: bigint
}

/** More than any pool can take or give. */
export const boundless = 2n ** 250n

/** Swaps of every kind in one direction of a pool. */
export function swapCases(random: Random, pool: ConcentratedPool, zeroForOne: boolean): SwapCase[] {
  const ladder = new Ladder(pool, zeroForOne)
  const open = zeroForOne ? lowestLimit : highestLimit
  const depth = {
    input: ladder.exactInput(boundless).amountIn,
    output: ladder.exactOutput(boundless).amountOut,
  }
  const cases: SwapCase[] = []
  const add = (kind: SwapKind, exactInput: boolean, amount: bigint, limit = open) =>
    cases.push({ kind, zeroForOne, exactInput, amount, limit })
  const anyAmount = (exactInput: boolean) => anyMagnitude(random, 4n * (exactInput ? depth.input : depth.output) + 4n)

  for (let count = 0; count < 26; count++) {
    add('exact input', true, anyAmount(true))
    add('exact output', false, anyAmount(false))
  }
  add('input past the depth', true, random.unit() < 0.5 ? boundless : depth.input + 1n)
  add('output past the depth', false, random.unit() < 0.5 ? boundless : depth.output + 1n)
  for (const price of pricesAhead(random, pool, zeroForOne)) {
    const [given, got] = [ladder.exactInput(boundless, price).amountIn, ladder.exactOutput(boundless, price).amountOut]
    for (const beside of [-1n, 0n, 1n]) {
      if (given + beside > 0n) add('input to a tick', true, given + beside)
      if (got + beside > 0n) add('output to a tick', false, got + beside)
      if (!isAhead(pool, zeroForOne, price + beside) || price + beside < lowestLimit) continue
      if (price + beside > highestLimit) continue
      const exactInput = random.unit() < 0.5
      add('limit at a tick', exactInput, random.unit() < 0.5 ? boundless : anyAmount(exactInput), price + beside)
    }
  }
  for (let count = 0; count < 10; count++) {
    add('input to a limit', true, random.unit() < 0.5 ? boundless : anyAmount(true), anyLimit(random, pool, zeroForOne))
    add(
      'output to a limit',
      false,
      random.unit() < 0.5 ? boundless : anyAmount(false),
      anyLimit(random, pool, zeroForOne),
    )
  }
  for (const exactInput of [true, false]) {
    add('limit or amount refused', exactInput, anyAmount(exactInput), pool.sqrtPriceX96)
    add('limit or amount refused', exactInput, anyAmount(exactInput), pool.sqrtPriceX96 + (zeroForOne ? 1n : -1n))
    add('limit or amount refused', exactInput, 0n)
  }
  return cases
}

export function isAhead({ sqrtPriceX96 }: ConcentratedPool, zeroForOne: boolean, price: bigint): boolean {
  return zeroForOne ? price < sqrtPriceX96 : price > sqrtPriceX96
}

/** √prices of up to five initialised ticks on the way, and of one end of a bitmap word. */
function pricesAhead(random: Random, pool: ConcentratedPool, zeroForOne: boolean): bigint[] {
  const ahead = pool.ticks
    .map(({ index }) => sqrtPriceAtTick(index))
    .filter((price) => isAhead(pool, zeroForOne, price))
  const chosen: bigint[] = []
  for (let count = 0; count < 5 && ahead.length > 0; count++) {
    chosen.push(...ahead.splice(random.integer(0, ahead.length - 1), 1))
  }
  const word = 256 * pool.tickSpacing
  const words = random.integer(0, 2)
  // Downwards the walk stops at a word's first tick, upwards at its last.
  const first = Math.floor(pool.tick / word) * word
  const wordEnd = zeroForOne ? first - words * word : first + (words + 1) * word - pool.tickSpacing
  if (wordEnd > minimumTick && wordEnd < maximumTick && isAhead(pool, zeroForOne, sqrtPriceAtTick(wordEnd))) {
    chosen.push(sqrtPriceAtTick(wordEnd))
  }
  return chosen
}

/** A limit anywhere on the way, near ones as likely as far ones. */
function anyLimit(random: Random, pool: ConcentratedPool, zeroForOne: boolean): bigint {
  const distance = Math.floor(10 ** (random.unit() * 5.5))
  const tick = Math.min(Math.max(pool.tick + (zeroForOne ? -distance : distance), minimumTick), maximumTick - 1)
  const [here, above] = [sqrtPriceAtTick(tick), sqrtPriceAtTick(tick + 1)]
  const price = here + (randomBits(random, 200) % (above - here))
  const limit = isAhead(pool, zeroForOne, price) ? price : pool.sqrtPriceX96 + (zeroForOne ? -1n : 1n)
  return limit < lowestLimit ? lowestLimit : limit > highestLimit ? highestLimit : limit
}
