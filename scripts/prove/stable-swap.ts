// `npm run prove:stable-swap -- --artifact FILE`: exchanges on a genuine Curve pool, on a chain of its own, against
// shared/routing/stable-swap.ts: outputs, balances afterwards and reverts must be the same to the last unit.
//
// The artifact is a JSON file with the contract's `abi` and creation `bytecode`, as Brownie and others write it: one's own
// copy, since Curve's code may not be redistributed. Pools are those of the 3pool's kind and of the templates after it.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { stableInvariant, swapStable } from '../../shared/routing/stable-swap.ts'
import type { StablePool } from '../../shared/schema/pool.ts'
import { type Random, seededRandom } from '../devnet/random.ts'
import { ArtifactInvalid, type Exchanged, PoolChain, type PoolTerms, readArtifact } from './stable-pool.ts'

const usage = `npm run prove:stable-swap -- --artifact FILE [options]
  --artifact FILE   the pool's contract: JSON with abi and bytecode
  --decimals LIST   of the tokens for which it was compiled (18,6,6)
  --cases N         exchanges to compare (2000)
  --seed TEXT       the same seed gives the same exchanges (1)
  --record FILE     write every 16th case there, as rows of numbers`

/** Exchanges of one pool, from the state that the ones before have left, until it is deployed anew with other terms. */
const exchangesPerPool = 20
const recordedEvery = 16
const absurd = 10n ** 34n
const largestDifferences = 10

interface Case {
  pool: StablePool
  sold: number
  bought: number
  amountIn: bigint
}

interface Figures {
  cases: number
  exchanged: number
  reverted: number
  pools: number
  differences: string[]
  recorded: string[]
  /** Of sold and bought token within one pool, both in its own unit. */
  largestImbalance: number
}

/** Even over the magnitudes from 10^low to 10^high, with 15 digits. */
function magnitude(random: Random, low: number, high: number): bigint {
  const exponent = low + random.uniform() * (high - low)
  const whole = Math.max(0, Math.floor(exponent) - 14)
  return BigInt(Math.floor(10 ** (exponent - whole))) * 10n ** BigInt(whole)
}

function choose<Value>(random: Random, values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(random.uniform() * values.length)] ?? values[0]
}

function chooseTerms(random: Random): PoolTerms {
  return {
    amplification: magnitude(random, 0.31, 5.9),
    fee: choose(random, [0n, 300_000n, 1_000_000n, 4_000_000n, 30_000_000n, 5_000_000_000n]),
    adminFee: choose(random, [0n, 5_000_000_000n, 5_000_000_000n, 10_000_000_000n]),
  }
}

/** From a few base units to a hundred thousand million tokens, mostly in balance. */
function chooseBalances(random: Random, decimals: readonly number[]): bigint[] {
  const tokens = choose(random, [-5, 2, 5, 7, 8, 11]) + random.uniform()
  const spread = choose(random, [0.01, 0.3, 1, 4])
  return decimals.map((places) => {
    const exponent = tokens + places + (random.uniform() - 0.5) * spread
    return magnitude(random, Math.max(0, exponent), Math.max(0.1, exponent))
  })
}

function chooseCase(random: Random, pool: StablePool): Case {
  const count = pool.balances.length
  const sold = Math.floor(random.uniform() * count)
  const bought = (sold + 1 + Math.floor(random.uniform() * (count - 1))) % count
  const digits = String(pool.balances[sold]).length
  const kind = random.uniform()
  const amountIn =
    kind < 0.02 ? 0n : kind < 0.05 ? magnitude(random, 35, 62) : magnitude(random, 0, digits + (kind < 0.3 ? 2.5 : 0))
  return { pool, sold, bought, amountIn }
}

function textOf(exchanged: Exchanged): string {
  return exchanged === null ? 'reverts' : `pays ${exchanged.amountOut}, leaves ${exchanged.balances.join(' ')}`
}

function rowOf({ pool, sold, bought, amountIn }: Case, exchanged: Exchanged): string {
  const list = (values: readonly bigint[]) => `[${values.map((value) => `${value}n`).join(', ')}]`
  const terms = `${pool.amplification}n, ${pool.fee}n, ${pool.adminFee}n, ${list(pool.balances)}`
  const after = exchanged === null ? 'null' : `${exchanged.amountOut}n, ${list(exchanged.balances)}`
  return `  [${terms}, ${sold}, ${bought}, ${amountIn}n, ${after}],`
}

function imbalanceOf({ pool, sold, bought }: Case): number {
  const scaled = pool.balances.map((balance, index) => Number(balance) * Number(pool.rates[index]))
  return Math.abs(Math.log10((scaled[sold] ?? 1) / (scaled[bought] ?? 1)))
}

async function compare(chain: PoolChain, tried: Case, figures: Figures): Promise<Exchanged> {
  const { pool, sold, bought, amountIn } = tried
  const chains = await chain.exchange(pool, sold, bought, amountIn)
  const ours = swapStable(pool, sold, bought, amountIn)
  figures.cases++
  if (chains === null) figures.reverted++
  else figures.exchanged++
  figures.largestImbalance = Math.max(figures.largestImbalance, imbalanceOf(tried))
  if (textOf(chains) !== textOf(ours)) {
    figures.differences.push(`${rowOf(tried, chains).trim()}\n  chain ${textOf(chains)}\n  ours  ${textOf(ours)}`)
  }
  if (figures.cases % recordedEvery === 0) figures.recorded.push(rowOf(tried, chains))
  return chains
}

async function prove(chain: PoolChain, decimals: readonly number[], cases: number, seed: string): Promise<Figures> {
  const random = seededRandom(seed)
  const figures: Figures = {
    cases: 0,
    exchanged: 0,
    reverted: 0,
    pools: 0,
    differences: [],
    recorded: [],
    largestImbalance: 0,
  }
  while (figures.cases < cases && figures.differences.length < largestDifferences) {
    const opened = await chain.open(chooseTerms(random), chooseBalances(random, decimals))
    if (!opened.accepted) {
      // Too far out of balance for a D: then there is none for us either.
      if (stableInvariant(opened.pool) !== null)
        figures.differences.push(`no deposit of ${opened.pool.balances.join(' ')}`)
      continue
    }
    let { pool } = opened
    figures.pools++
    for (let exchange = 0; exchange < exchangesPerPool && figures.cases < cases; exchange++) {
      const exchanged = await compare(chain, chooseCase(random, pool), figures)
      if (exchanged === null) continue
      pool = { ...pool, balances: exchanged.balances }
      // A pool that somebody has drained by an absurd input pays nothing more.
      if (pool.balances.some((balance) => balance > absurd)) break
    }
    if (figures.pools % 20 === 0) console.error(`${figures.cases}/${cases} exchanges`)
  }
  return figures
}

function readDecimals(list: string, tokenCount: number): number[] {
  const decimals = list.split(',').map(Number)
  if (
    decimals.length !== tokenCount ||
    !decimals.every((places) => Number.isInteger(places) && places >= 0 && places <= 18)
  )
    throw new ArtifactInvalid(`--decimals takes ${tokenCount} whole numbers from 0 to 18 for this contract.`)
  return decimals
}

function textOfFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ArtifactInvalid(`${file} cannot be read.`, { cause })
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      artifact: { type: 'string' },
      decimals: { type: 'string', default: '18,6,6' },
      cases: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      record: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help || values.artifact === undefined) {
    console.log(usage)
    return values.help ? 0 : 2
  }
  const cases = Number(values.cases)
  if (!Number.isSafeInteger(cases) || cases < 1) throw new ArtifactInvalid('--cases takes a whole number above zero.')
  const artifact = readArtifact(textOfFile(values.artifact), values.artifact)
  const decimals = readDecimals(values.decimals, artifact.tokenCount)
  const chain = await PoolChain.start(artifact, decimals)
  try {
    const figures = await prove(chain, decimals, cases, values.seed)
    for (const difference of figures.differences) console.log(difference)
    const { exchanged, reverted, pools, differences, largestImbalance } = figures
    console.log(
      `seed ${values.seed}: ${figures.cases} exchanges on ${pools} pools of ${artifact.tokenCount} tokens, A in parts of ` +
        `${artifact.amplificationPrecision}: ${exchanged} paid, ${reverted} reverted, ${differences.length} differ; ` +
        `balances up to 10^${largestImbalance.toFixed(1)} apart`,
    )
    if (values.record !== undefined) writeFileSync(values.record, `${figures.recorded.join('\n')}\n`)
    return differences.length === 0 ? 0 : 1
  } finally {
    await chain.stop()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
