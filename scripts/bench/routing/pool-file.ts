import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { z } from 'zod'
import { maximumTick, minimumTick } from '../../../shared/routing/tick-math.ts'
import type { RoutablePool } from '../../../shared/schema/pool.ts'
import { bigintFromDecimal, signedBigintFromDecimal } from '../../../shared/schema/primitives.ts'
import { addressOfPool, type PoolSet, tokenOf } from './pool-set.ts'

// A pool file names tokens by their symbols and writes integers as strings; its ticks are complete, as pairs of index and
// net liquidity. Fees of v2 and v3 pools are pips, those of stable pools parts of 10^10.

const symbol = z.string().min(1)
const feePips = z.int().min(0).max(999_999)
const wholeNumber = z.union([bigintFromDecimal, z.int().min(0).transform(BigInt)])

const v3 = z.object({
  kind: z.literal('v3'),
  token0: symbol,
  token1: symbol,
  fee: feePips,
  tickSpacing: z.int().min(1),
  sqrtPriceX96: bigintFromDecimal,
  tick: z.int().min(minimumTick).max(maximumTick),
  liquidity: bigintFromDecimal,
  ticks: z.array(z.tuple([z.int().min(minimumTick).max(maximumTick), signedBigintFromDecimal])).min(2),
})
const v2 = z.object({
  kind: z.literal('v2'),
  token0: symbol,
  token1: symbol,
  fee: feePips.default(3000),
  reserve0: bigintFromDecimal,
  reserve1: bigintFromDecimal,
})
const curve = z.object({
  kind: z.literal('curve'),
  tokens: z.array(symbol).min(2).max(8),
  balances: z.array(bigintFromDecimal),
  A: wholeNumber,
  fee: wholeNumber,
})
const filedPool = z.discriminatedUnion('kind', [v3, v2, curve])
type FiledPool = z.output<typeof filedPool>

const poolFile = z.object({
  name: z.string().optional(),
  trades: z.array(z.tuple([symbol, symbol])).min(1),
  pools: z.array(filedPool).min(1),
})

/** Reads a pool file; throws one plain sentence where that is not possible. */
export function readPoolFile(path: string): PoolSet {
  const parsed = poolFile.safeParse(jsonOf(path))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue?.path.length ? `${issue.path.join('.')}: ` : ''
    throw new Error(`${path} is not a pool file: ${where}${issue?.message ?? 'its form is another'}.`)
  }
  const { name, trades, pools } = parsed.data
  const symbols = [
    ...new Set(pools.flatMap((pool) => (pool.kind === 'curve' ? pool.tokens : [pool.token0, pool.token1]))),
  ]
  const pairs = pairsOf(trades)
  const stranger = pairs.flat().find((traded) => !symbols.includes(traded))
  if (stranger !== undefined) throw new Error(`${path} trades ${stranger}, which none of its pools has.`)
  return {
    name: name ?? basename(path).replace(/\.json$/, ''),
    pools: pools.map((pool, index) => poolOf(pool, index, path)),
    tokens: symbols.map(tokenOf),
    pairs: pairs.map(([one, other]) => [tokenOf(one), tokenOf(other)]),
  }
}

function jsonOf(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new Error(code === 'ENOENT' ? `There is no pool file ${path}.` : `${path} cannot be read (${code}).`)
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${path} is not a pool file: it is not JSON.`)
  }
}

/** Each pair once, whichever way round it is listed. */
function pairsOf(trades: readonly (readonly [string, string])[]): [string, string][] {
  const pairs = new Map<string, [string, string]>()
  for (const [sell, buy] of trades) {
    const key = [sell, buy].sort().join('/')
    if (!pairs.has(key)) pairs.set(key, [sell, buy])
  }
  return [...pairs.values()]
}

function poolOf(filed: FiledPool, index: number, path: string): RoutablePool {
  const pool = addressOfPool(index)
  if (filed.kind === 'curve') return stablePoolOf(filed, index, path)
  const pair = { pool, token0: tokenOf(filed.token0).address, token1: tokenOf(filed.token1).address }
  if (filed.kind === 'v2') {
    return { venue: 'UniswapV2', ...pair, feePips: filed.fee, reserve0: filed.reserve0, reserve1: filed.reserve1 }
  }
  const ticks = filed.ticks.map(([tick, liquidityNet]) => ({ index: tick, liquidityNet }))
  const ascend = ticks.every((tick, position) => position === 0 || tick.index > (ticks[position - 1]?.index ?? 0))
  if (!ascend) throw new Error(`${path} is not a pool file: the ticks of pools.${index} do not ascend.`)
  const active = ticks.reduce((sum, tick) => (tick.index <= filed.tick ? sum + tick.liquidityNet : sum), 0n)
  if (active !== filed.liquidity) {
    throw new Error(`${path} is not a pool file: the ticks of pools.${index} do not add up to its liquidity.`)
  }
  const { tickSpacing, sqrtPriceX96, tick, liquidity } = filed
  const known = { tickLower: minimumTick, tickUpper: maximumTick, ticks }
  return { venue: 'UniswapV3', ...pair, feePips: filed.fee, tickSpacing, sqrtPriceX96, tick, liquidity, ...known }
}

function stablePoolOf(filed: z.output<typeof curve>, index: number, path: string): RoutablePool {
  if (filed.balances.length !== filed.tokens.length) {
    throw new Error(`${path} is not a pool file: pools.${index} needs one balance for each of its tokens.`)
  }
  const tokens = filed.tokens.map(tokenOf)
  const rates = tokens.map(({ symbol: name, decimals }) => {
    if (decimals === null) throw new Error(`${path}: nothing is known of the decimals of ${name} in pools.${index}.`)
    return 10n ** BigInt(36 - decimals)
  })
  return {
    venue: 'StableSwap',
    pool: addressOfPool(index),
    tokens: tokens.map(({ address }) => address),
    balances: filed.balances,
    rates,
    amplification: filed.A,
    amplificationPrecision: 1n,
    fee: filed.fee,
    adminFee: 5_000_000_000n,
  }
}
