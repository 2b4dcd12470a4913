import { type Abi, type Address, encodeFunctionData, maxUint256, parseAbi } from 'viem'
import type { HDAccount } from 'viem/accounts'
import { type Call, type Chain, compiled, packaged } from './chain.ts'

export const unit = 10n ** 18n
/** What is traded: 40,000 USD, and the same in three legs (v3 0.05 %, v3 0.3 %, v2). */
export const amount = 40_000n * unit
export const split = { low: 25_000n * unit, high: 10_000n * unit, pair: 5_000n * unit } as const
export const observations = 320
/** USD per WETH; both tokens have 18 decimals. */
const price = 3000n
/** Half-widths of the positions in ticks, and the liquidity of each: a tick is worth about 22,000 and 4,400 USD. */
const ladders = {
  500: { halves: [50, 200, 1000, 5000], liquidity: 2n * 10n ** 24n, spacing: 10 },
  3000: { halves: [60, 240, 1020, 4980], liquidity: 4n * 10n ** 23n, spacing: 60 },
} as const

export const erc20: Abi = parseAbi([
  'function approve(address,uint256) returns (bool)',
  'function transfer(address,uint256) returns (bool)',
])
const poolAbi: Abi = parseAbi([
  'function initialize(uint160)',
  'function increaseObservationCardinalityNext(uint16)',
  'function slot0() view returns (uint160 sqrtPriceX96, int24 tick, uint16 index, uint16 cardinality, uint16 next, uint8 feeProtocol, bool unlocked)',
  'function liquidity() view returns (uint128)',
])
const factoryAbi = parseAbi(['function getPool(address,address,uint24) view returns (address)'])

export interface Exchange {
  usd: Address
  weth: Address
  usdIs0: boolean
  low: Address // v3, 0.05 %
  high: Address // v3, 0.3 %
  pair: Address // v2
  router2: Address
  router3: Address
  router2Abi: Abi
  router3Abi: Abi
  trader: Address
  traderAbi: Abi
  sqrtPriceX96: bigint
}

/** A USD-like token and WETH9, two v3 pools and a v2 pair with depth, from the packages' bytecode. */
export async function openExchange(chain: Chain, admin: HDAccount): Promise<Exchange> {
  const weth9 = packaged('@uniswap/v2-periphery/build/WETH9.json')
  const factory2Artifact = packaged('@uniswap/v2-core/build/UniswapV2Factory.json')
  const router2Artifact = packaged('@uniswap/v2-periphery/build/UniswapV2Router02.json')
  const factory3Artifact = packaged('@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json')
  const router3Artifact = packaged('@uniswap/v3-periphery/artifacts/contracts/SwapRouter.sol/SwapRouter.json')
  const traderArtifact = compiled('BenchContracts.sol', 'BenchTrader')
  const weth = await chain.deploy(admin, weth9)
  const usd = await chain.deploy(admin, packaged('@uniswap/v2-core/build/ERC20.json'), [10n ** 9n * unit])
  await chain.call(admin, weth, weth9.abi, 'deposit', [], 1_000_000n * unit)
  const factory2 = await chain.deploy(admin, factory2Artifact, [admin.address])
  const router2 = await chain.deploy(admin, router2Artifact, [factory2, weth])
  const factory3 = await chain.deploy(admin, factory3Artifact)
  const router3 = await chain.deploy(admin, router3Artifact, [factory3, weth])
  const trader = await chain.deploy(admin, traderArtifact)
  await chain.call(admin, usd, erc20, 'transfer', [trader, 3n * 10n ** 8n * unit])
  await chain.call(admin, weth, erc20, 'transfer', [trader, 100_000n * unit])
  const usdIs0 = usd.toLowerCase() < weth.toLowerCase()
  const [amount0, amount1] = usdIs0 ? [price, 1n] : [1n, price]
  const sqrtPriceX96 = squareRoot((amount1 << 192n) / amount0)
  const openPool = async (fee: 500 | 3000): Promise<Address> => {
    const { halves, liquidity, spacing } = ladders[fee]
    await chain.call(admin, factory3, factory3Artifact.abi, 'createPool', [usd, weth, fee])
    const pool = await chain.read<Address>(factory3, factoryAbi, 'getPool', [usd, weth, fee])
    await chain.call(admin, pool, poolAbi, 'initialize', [sqrtPriceX96])
    const middle = Math.round((await poolState(chain, pool)).tick / spacing) * spacing
    for (const half of halves) {
      await chain.call(admin, trader, traderArtifact.abi, 'mint', [pool, middle - half, middle + half, liquidity])
    }
    await chain.call(admin, pool, poolAbi, 'increaseObservationCardinalityNext', [observations])
    return pool
  }
  const low = await openPool(500)
  const high = await openPool(3000)
  for (const token of [usd, weth]) await chain.call(admin, token, erc20, 'approve', [router2, maxUint256])
  const deposit = [30_000_000n * unit, 10_000n * unit, 0n, 0n]
  await chain.call(admin, router2, router2Artifact.abi, 'addLiquidity', [
    usd,
    weth,
    ...deposit,
    admin.address,
    4102444800n,
  ])
  const pair = await chain.read<Address>(factory2, factory2Artifact.abi, 'getPair', [usd, weth])
  const routers = { router2, router3, router2Abi: router2Artifact.abi, router3Abi: router3Artifact.abi }
  return { usd, weth, usdIs0, low, high, pair, ...routers, trader, traderAbi: traderArtifact.abi, sqrtPriceX96 }
}

export interface PoolState {
  sqrtPriceX96: bigint
  tick: number
  index: number
  cardinality: number
  liquidity: bigint
}

export async function poolState(chain: Chain, pool: Address): Promise<PoolState> {
  const [sqrtPriceX96, tick, index, cardinality] = await chain.read<[bigint, number, number, number]>(
    pool,
    poolAbi,
    'slot0',
  )
  return { sqrtPriceX96, tick, index, cardinality, liquidity: await chain.read<bigint>(pool, poolAbi, 'liquidity') }
}

/** Puts both v3 pools back to the price they started at. */
export async function recentre(chain: Chain, admin: HDAccount, exchange: Exchange): Promise<void> {
  for (const pool of [exchange.low, exchange.high]) {
    const { sqrtPriceX96 } = await poolState(chain, pool)
    if (sqrtPriceX96 === exchange.sqrtPriceX96) continue
    const down = sqrtPriceX96 > exchange.sqrtPriceX96
    await chain.call(admin, exchange.trader, exchange.traderAbi, 'push', [pool, down, exchange.sqrtPriceX96])
  }
}

/** Trades to and fro until the rings have wrapped; every trade moves the tick, which is when a pool writes an observation. */
export async function makeHistory(chain: Chain, admin: HDAccount, exchange: Exchange): Promise<void> {
  for (let round = 0; round < observations + 40; round++) {
    const sellsUsd = round % 2 === 0
    const zeroForOne = sellsUsd === exchange.usdIs0
    for (const [pool, usd] of [
      [exchange.low, split.low],
      [exchange.high, split.high],
    ] as const) {
      const amountIn = sellsUsd ? usd : usd / price
      await chain.call(admin, exchange.trader, exchange.traderAbi, 'swapPool', [pool, zeroForOne, amountIn])
    }
  }
  for (const pool of [exchange.low, exchange.high]) {
    const { cardinality } = await poolState(chain, pool)
    if (cardinality !== observations) throw new Error(`The ring of ${pool} holds ${cardinality}, not ${observations}.`)
  }
}

/** Ten per cent below the price: routers' own bound, far from binding. */
const least = (amountIn: bigint): bigint => (amountIn * 90n) / (price * 100n)

export function swapV3(exchange: Exchange, recipient: Address, fee: 500 | 3000, amountIn: bigint): Call {
  const terms = { tokenIn: exchange.usd, tokenOut: exchange.weth, fee, recipient, deadline: 4102444800n }
  const amounts = { amountIn, amountOutMinimum: least(amountIn), sqrtPriceLimitX96: 0n }
  const args = [{ ...terms, ...amounts }]
  return {
    to: exchange.router3,
    data: encodeFunctionData({ abi: exchange.router3Abi, functionName: 'exactInputSingle', args }),
  }
}

export function swapV2(exchange: Exchange, recipient: Address, amountIn: bigint): Call {
  const args = [amountIn, least(amountIn), [exchange.usd, exchange.weth], recipient, 4102444800n]
  return {
    to: exchange.router2,
    data: encodeFunctionData({ abi: exchange.router2Abi, functionName: 'swapExactTokensForTokens', args }),
  }
}

/** The split as three router swaps. */
export function threeSwaps(exchange: Exchange, recipient: Address): Call[] {
  const low = swapV3(exchange, recipient, 500, split.low)
  const high = swapV3(exchange, recipient, 3000, split.high)
  return [low, high, swapV2(exchange, recipient, split.pair)]
}

/** Twice what the bench will ever trade. */
export async function fund(chain: Chain, admin: HDAccount, exchange: Exchange, account: Address): Promise<void> {
  await chain.call(admin, exchange.usd, erc20, 'transfer', [account, 10_000_000n * unit])
  await chain.call(admin, exchange.weth, erc20, 'transfer', [account, 100n * unit])
}

function squareRoot(n: bigint): bigint {
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2))
  for (;;) {
    const y = (x + n / x) >> 1n
    if (y >= x) return x
    x = y
  }
}
