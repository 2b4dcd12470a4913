import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { BacktestError } from './backtest-error.ts'

/**
 * Seconds in which arbitrage takes back half of what a trade moved a pool, where nothing else is said. Measured by
 * {@link measureRefill} on the USDC/WETH 0.05 % pool of mainnet, all of 5 January 2024: of what 378 swaps through routers moved
 * it, half a basis point or more each, 17 % ± 11 % was left at the end of their own block and 6 % ± 12 % one block later. The
 * upper end of that, two standard errors above, is a half-life of seven seconds; one block of twelve is on the safe side.
 * (A 0.3 % pool is left alone within its fee: there 85 % ± 16 % of 27 such moves was left.)
 */
export const measuredRefillSeconds = 12

/** Swaps through these are somebody's wish to trade, and no arbitrage, whose moves are meant to stay. Mainnet. */
const routers: ReadonlySet<string> = new Set([
  '0xe592427a0aece92de3edee1f18e0157c05861564', // Uniswap's SwapRouter
  '0x68b3465833fb72a70ecdf485e0e4c7bd8665fc45', // SwapRouter02
  '0x3fc91a3afd70395cd496c647d5a6cc9d4b2b7fad', // UniversalRouter
  '0xef1c6e67703c7bd7107eed8303fbe6ec2554bf6b', // UniversalRouter, the first
  '0x1111111254eeb25477b68fb85ed929f73a960582', // 1inch v5
  '0xdef1c0ded9bec7f1a1670819833240f027b25eff', // 0x
  '0xdef171fe48cf0115b1d80b88dc8eab59176fee57', // ParaSwap v5
])
/** A smaller move drowns in the market's own, log price. */
const smallestMove = 5e-5

/** What is left of routers' moves so many blocks after their own. */
export interface Refill {
  moves: number
  /** Share of the moves, and its standard error, by blocks since: index 0 is the end of the swap's own block. */
  left: { share: number; standardError: number }[]
  /** Half-life that the share left after one block tells, or the shortest that two standard errors above it allow. Seconds. */
  halfLifeSeconds: number
  halfLifeAtMostSeconds: number
}

const rowSchema = z.object({
  event: z.string(),
  block: z.coerce.number().int(),
  sender: z.string(),
  sqrtPriceX96: z.string(),
})

/**
 * Measures from a day of one pool's events, as CSV (packed by gzip or not) with the columns block, event, sender and
 * sqrtPriceX96, in the chain's order.
 *
 * @throws BacktestError where the file cannot be read, or holds no move of a router
 */
export function measureRefill(path: string, blockSeconds: number): Refill {
  const swaps = readSwaps(path)
  const closing = new Map(swaps.map(({ block, log }) => [block, log]))
  const blocks = [...closing.keys()].sort((a, b) => a - b)
  const moves = swaps.flatMap(({ block, sender, log }, index) => {
    const before = swaps[index - 1]?.log
    if (before === undefined || !routers.has(sender) || Math.abs(log - before) < smallestMove) return []
    return [{ block, before, move: log - before }]
  })
  if (moves.length < 2) throw new BacktestError(`${path} holds no two swaps through routers that moved the pool.`)
  const sum = moves.reduce((total, { move }) => total + Math.abs(move), 0)
  const left = [0, 1, 2, 5].map((later) => {
    const stays = moves.map(
      ({ block, before, move }) => Math.sign(move) * (logAt(closing, blocks, block + later) - before),
    )
    const share = stays.reduce((total, stay) => total + stay, 0) / sum
    const errors = moves.map(({ move }, index) => ((stays[index] ?? 0) - share * Math.abs(move)) ** 2)
    return { share, standardError: Math.sqrt(errors.reduce((total, error) => total + error, 0)) / sum }
  })
  const { share = 0, standardError = 0 } = left[1] ?? {}
  const halfLife = (kept: number) =>
    kept >= 1 ? Number.POSITIVE_INFINITY : kept <= 0 ? 0 : blockSeconds / Math.log2(1 / kept)
  return {
    moves: moves.length,
    left,
    halfLifeSeconds: halfLife(share),
    halfLifeAtMostSeconds: halfLife(share + 2 * standardError),
  }
}

/** Log price at the end of a block: that of the last block with a swap until then. */
function logAt(closing: ReadonlyMap<number, number>, blocks: readonly number[], block: number): number {
  let [low, high] = [0, blocks.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((blocks[middle] ?? 0) <= block) low = middle
    else high = middle - 1
  }
  return closing.get(blocks[low] ?? 0) ?? Number.NaN
}

function readSwaps(path: string): { block: number; sender: string; log: number }[] {
  if (!existsSync(path)) throw new BacktestError(`There is no file of swaps ${path}.`)
  try {
    const bytes = readFileSync(path)
    const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
    const rows = z.array(rowSchema).parse(parse(text, { columns: true, skip_empty_lines: true }))
    const swaps = rows.filter(({ event }) => event === 'SWAP')
    return swaps.map(({ block, sender, sqrtPriceX96 }) => {
      return { block, sender: sender.toLowerCase(), log: 2 * Math.log(Number(BigInt(sqrtPriceX96)) / 2 ** 96) }
    })
  } catch (cause) {
    throw new BacktestError(`${path} is not a list of a pool's swaps that can be read.`, { cause })
  }
}
