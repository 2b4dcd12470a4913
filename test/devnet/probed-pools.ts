import { type Address, encodeAbiParameters, type Hex, keccak256, parseAbi, parseAbiParameters, zeroAddress } from 'viem'
import { pairProberAbi } from '../../scripts/devnet/generated/pairProber.ts'
import { v3ProberAbi } from '../../scripts/devnet/generated/v3Prober.ts'
import { v4ProberAbi } from '../../scripts/devnet/generated/v4Prober.ts'
import { tickSpacing } from '../../scripts/devnet/world-pools.ts'
import { maximumTick, minimumTick } from '../../shared/routing/tick-math.ts'
import type { ConcentratedPool, V2Pool } from '../../shared/schema/pool.ts'
import type { Random } from '../unit/random.ts'
import { coarsePool, type PoolPlan, randomPool, randomReserves } from '../unit/routing/random-pools.ts'
import { ask, coarseFee, type ProbedChain, type Transaction, transact, transaction } from './probed-chain.ts'

const v2FactoryAbi = parseAbi([
  'function createPair(address a, address b) returns (address)',
  'function getPair(address a, address b) view returns (address)',
])
const pairAbi = parseAbi(['function getReserves() view returns (uint112 reserve0, uint112 reserve1, uint32 at)'])
const v3FactoryAbi = parseAbi([
  'function createPool(address a, address b, uint24 fee) returns (address)',
  'function getPool(address a, address b, uint24 fee) view returns (address)',
])
const v3PoolAbi = parseAbi(['function initialize(uint160 sqrtPriceX96)', 'function fee() view returns (uint24)'])
const managerAbi = parseAbi([
  'struct Key { address currency0; address currency1; uint24 fee; int24 tickSpacing; address hooks; }',
  'function initialize(Key key, uint160 sqrtPriceX96) returns (int24)',
  'function setProtocolFee(Key key, uint24 fee)',
])
const keyParameters = parseAbiParameters(
  '(address currency0, address currency1, uint24 fee, int24 tickSpacing, address hooks)',
)

/** A concentrated pool as the chain has it, and how its prober is told of it. */
export interface ProbedPool {
  pool: ConcentratedPool
  encoded: Hex
  prober: Address
}

const v3Fees = [100, 500, 3000, 10_000]
const coarsePools = 6
/** Amounts of v4 have 127 bits and a sign; what some pools hold comes close to that. */
const v4AmountBits = 122

function pairsOf({ tokens }: ProbedChain): [Address, Address][] {
  return tokens.flatMap((token0, index) =>
    tokens.slice(index + 1).map((token1): [Address, Address] => [token0, token1]),
  )
}

/** Positions, and the swap that puts the price where it shall stand. */
function filling(prober: Address, encoded: Hex, { positions, firstSwap }: PoolPlan, amount: bigint): Transaction[] {
  const add = transaction(prober, v3ProberAbi, 'addPositions', [encoded, positions])
  if (firstSwap === null) return [add]
  return [add, transaction(prober, v3ProberAbi, 'swap', [encoded, { ...firstSwap, amount }])]
}

async function stateOf(probed: ProbedChain, prober: Address, encoded: Hex, spacing: number) {
  const [state, ticks] = await ask(probed, prober, v3ProberAbi, 'read', [encoded, spacing])
  return { ...state, tickSpacing: spacing, tickLower: minimumTick, tickUpper: maximumTick, ticks: [...ticks] }
}

/** v3 pools of all four tiers, and some of a tier as coarse as the factory allows. */
export async function v3Pools(probed: ProbedChain, random: Random, count: number): Promise<ProbedPool[]> {
  const { v3Factory, v3Prober: prober } = probed
  const pairs = pairsOf(probed)
  const chosen = Array.from({ length: count }, (_, index) => {
    const fee = v3Fees[index % v3Fees.length] ?? 0
    const [token0, token1] = pairs[Math.floor(index / v3Fees.length)] ?? []
    if (token0 === undefined || token1 === undefined) throw new Error(`There are no ${count} v3 pools.`)
    return { token0, token1, fee, plan: randomPool(random, fee, tickSpacing(fee), 250) }
  })
  for (const [token0, token1] of pairs.slice(-coarsePools)) {
    chosen.push({ token0, token1, fee: coarseFee, plan: coarsePool(random, coarseFee) })
  }
  await transact(
    probed,
    chosen.map(({ token0, token1, fee }) => transaction(v3Factory, v3FactoryAbi, 'createPool', [token0, token1, fee])),
  )
  const addresses = await Promise.all(
    chosen.map(({ token0, token1, fee }) => ask(probed, v3Factory, v3FactoryAbi, 'getPool', [token0, token1, fee])),
  )
  const encodedOf = (address: Address) => encodeAbiParameters(parseAbiParameters('address'), [address])
  await transact(
    probed,
    chosen.flatMap(({ plan }, index) => {
      const address = addresses[index] ?? zeroAddress
      const opened = transaction(address, v3PoolAbi, 'initialize', [plan.sqrtPriceX96])
      return [opened, ...filling(prober, encodedOf(address), plan, 2n ** 240n)]
    }),
  )
  return Promise.all(
    chosen.map(async ({ token0, token1, plan }, index) => {
      const address = addresses[index] ?? zeroAddress
      const feePips = await ask(probed, address, v3PoolAbi, 'fee', [])
      const state = await stateOf(probed, prober, encodedOf(address), plan.tickSpacing)
      const pool: ConcentratedPool = { venue: 'UniswapV3', pool: address, token0, token1, feePips, ...state }
      return { pool, encoded: encodedOf(address), prober }
    }),
  )
}

/** v4 pools without hooks: any static fee, any spacing, and what the protocol takes besides by direction. */
export async function v4Pools(probed: ProbedChain, random: Random, count: number): Promise<ProbedPool[]> {
  const { manager, v4Prober: prober } = probed
  const pairs = pairsOf(probed)
  const chosen = Array.from({ length: count }, () => {
    const [token0, token1] = pairs[random.integer(0, pairs.length - 1)] ?? [zeroAddress, zeroAddress]
    const spacing = random.unit() < 0.3 ? random.integer(1, 4) : random.integer(1, 200)
    const plan = randomPool(random, anyStaticFee(random), spacing, v4AmountBits)
    const key = { currency0: token0, currency1: token1, fee: plan.feePips, tickSpacing: spacing, hooks: zeroAddress }
    const encoded = encodeAbiParameters(keyParameters, [key])
    const protocol = random.unit() < 0.3 ? 0 : random.integer(0, 1000) + (random.integer(0, 1000) << 12)
    return { key, encoded, plan, protocol }
  })
  await transact(
    probed,
    chosen.flatMap(({ key, encoded, plan, protocol }) => [
      transaction(manager, managerAbi, 'initialize', [key, plan.sqrtPriceX96]),
      transaction(manager, managerAbi, 'setProtocolFee', [key, protocol]),
      ...filling(prober, encoded, plan, 2n ** 126n),
    ]),
  )
  return Promise.all(
    chosen.map(async ({ key, encoded }) => {
      const [feePips, zeroForOne, oneForZero] = await ask(probed, prober, v4ProberAbi, 'fees', [encoded])
      const pool: ConcentratedPool = {
        venue: 'UniswapV4',
        pool: manager,
        id: keccak256(encoded),
        hooks: key.hooks,
        protocolFeePips: { zeroForOne, oneForZero },
        token0: key.currency0,
        token1: key.currency1,
        feePips,
        ...(await stateOf(probed, prober, encoded, key.tickSpacing)),
      }
      return { pool, encoded, prober }
    }),
  )
}

const notableFees = [0, 1, 100, 3000, 500_000, 999_000, 999_998]
function anyStaticFee(random: Random): number {
  const kind = random.unit()
  // With any protocol fee on top this one takes everything.
  if (kind < 0.06) return 999_999
  if (kind < 0.4) return notableFees[random.integer(0, notableFees.length - 1)] ?? 0
  return random.integer(0, kind < 0.8 ? 20_000 : 999_999)
}

/** One v2 pair for each two of the tokens. */
export async function v2Pairs(probed: ProbedChain, random: Random): Promise<V2Pool[]> {
  const { v2Factory, pairProber } = probed
  const pairs = pairsOf(probed)
  await transact(
    probed,
    pairs.map((pair) => transaction(v2Factory, v2FactoryAbi, 'createPair', pair)),
  )
  const addresses = await Promise.all(pairs.map((pair) => ask(probed, v2Factory, v2FactoryAbi, 'getPair', pair)))
  await transact(
    probed,
    addresses.map((pair) => transaction(pairProber, pairProberAbi, 'fill', [pair, ...randomReserves(random)])),
  )
  return Promise.all(
    addresses.map(async (pool, index): Promise<V2Pool> => {
      const [reserve0, reserve1] = await ask(probed, pool, pairAbi, 'getReserves', [])
      const [token0, token1] = pairs[index] ?? [zeroAddress, zeroAddress]
      return { venue: 'UniswapV2', pool, token0, token1, feePips: 3000, reserve0, reserve1 }
    }),
  )
}
