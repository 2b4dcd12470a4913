import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { type Address, encodeAbiParameters, encodeFunctionData, parseAbi, parseAbiParameters } from 'viem'
import { v3ProberAbi } from '../../scripts/devnet/generated/v3Prober.ts'
import { highestLimit, lowestLimit } from '../../shared/routing/ladder.ts'
import { ask, type ProbedChain, type Transaction, transact, transaction } from './probed-chain.ts'

const factoryAbi = parseAbi([
  'function createPool(address a, address b, uint24 fee) returns (address)',
  'function getPool(address a, address b, uint24 fee) view returns (address)',
])
const poolAbi = parseAbi([
  'function initialize(uint160 sqrtPriceX96)',
  'function burn(int24 tickLower, int24 tickUpper, uint128 amount) returns (uint256, uint256)',
])

const wide = { tickLower: -60_000, tickUpper: 60_000, liquidity: 10n ** 22n }
const narrow = { tickLower: -600, tickUpper: 600, liquidity: 5n * 10n ** 22n }

/** Two genuine pools, one of 0.05 % and one of 0.3 %, in which nothing has happened but their opening. */
export async function openPools(probed: ProbedChain): Promise<[Address, Address]> {
  const { tokens, v3Factory } = probed
  const [token0, token1] = tokens
  if (token0 === undefined || token1 === undefined) throw new Error('There are no tokens.')
  const fees = [500, 3000]
  await transact(
    probed,
    fees.map((fee) => transaction(v3Factory, factoryAbi, 'createPool', [token0, token1, fee])),
  )
  const poolOf = (fee: number) => ask(probed, v3Factory, factoryAbi, 'getPool', [token0, token1, fee])
  const pools: [Address, Address] = [await poolOf(500), await poolOf(3000)]
  for (const pool of pools) {
    const opened = transaction(pool, poolAbi, 'initialize', [2n ** 96n])
    await transact(probed, [opened, added(probed, pool, [wide])])
  }
  return pools
}

/** Swaps in both pools, over ticks and back, with positions that come and go; some blocks are empty. */
export async function trade(probed: ProbedChain, [one, other]: readonly [Address, Address], rounds: number) {
  for (let round = 0; round < rounds; round++) {
    const zeroForOne = round % 2 === 0
    await transact(probed, [
      swap(probed, one, zeroForOne, 10n ** 20n * BigInt(round + 1)),
      added(probed, one, [narrow]),
      swap(probed, one, !zeroForOne, -(10n ** 21n) * BigInt(round + 1)),
    ])
    await burn(probed, one, round % 3 === 0 ? 0n : narrow.liquidity)
    if (round % 2 === 0) await transact(probed, [swap(probed, other, !zeroForOne, 10n ** 20n)])
    for (let empty = round % 3; empty > 0; empty--) await probed.chain.block([])
  }
}

function encoded(pool: Address) {
  return encodeAbiParameters(parseAbiParameters('address'), [pool])
}

function added({ v3Prober }: ProbedChain, pool: Address, positions: (typeof wide)[]): Transaction {
  return transaction(v3Prober, v3ProberAbi, 'addPositions', [encoded(pool), positions])
}

function swap({ v3Prober }: ProbedChain, pool: Address, zeroForOne: boolean, amount: bigint): Transaction {
  const limit = zeroForOne ? lowestLimit : highestLimit
  return transaction(v3Prober, v3ProberAbi, 'swap', [encoded(pool), { zeroForOne, amount, limit }])
}

/** The prober owns its positions, and cannot burn them by itself. */
async function burn({ anvil, chain, v3Prober }: ProbedChain, pool: Address, amount: bigint): Promise<void> {
  const args = [narrow.tickLower, narrow.tickUpper, amount] as const
  const data = encodeFunctionData({ abi: poolAbi, functionName: 'burn', args })
  await anvil.rpc.request('anvil_setBalance', [v3Prober, '0xde0b6b3a7640000000'])
  await anvil.rpc.request('anvil_impersonateAccount', [v3Prober])
  await anvil.rpc.request('eth_sendTransaction', [{ from: v3Prober, to: pool, data, gas: '0x7a120' }])
  await chain.block([])
}

export interface Ended {
  /** Null where a signal ended it. */
  code: number | null
  output: string
  errors: string
}

/** A run of the command. */
export interface Run {
  ended: Promise<Ended>
  /** Ends it at once, wherever it is. */
  kill(): void
}

const running = new Set<ChildProcess>()

/** For when a test failed: no run outlives it. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

export function startIngest(given: readonly string[]): Run {
  const script = join(import.meta.dirname, '../../scripts/ingest.ts')
  const child = spawn(process.execPath, [script, ...given], { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  child.once('close', () => running.delete(child))
  let [output, errors] = ['', '']
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString()
  })
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString()
  })
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, output, errors }))
  })
  return { ended, kill: () => child.kill('SIGKILL') }
}
