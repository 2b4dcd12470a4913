import { type Address, encodeDeployData, encodeFunctionData, getContractAddress, type Hex, parseAbi } from 'viem'
import { devnet } from '../../shared/chain/chains/424242.ts'
import type { DevnetAccounts } from './accounts.ts'
import { DevnetError } from './errors.ts'
import { devnetFeedAbi, devnetFeedBytecode } from './generated/devnetFeed.ts'
import { devnetPoolsAbi, devnetPoolsBytecode } from './generated/devnetPools.ts'
import { devnetTokenAbi, devnetTokenBytecode } from './generated/devnetToken.ts'
import { devnetTraderAbi, devnetTraderBytecode } from './generated/devnetTrader.ts'
import { liquidityProfile } from './liquidity-profile.ts'
import { startingPrices } from './pool-plan.ts'
import { baseUnits, feeBand, liquidityForDepth, type PricedToken, poolPrice, sqrtPriceX96, tickAt } from './price.ts'
import { seededRandom } from './random.ts'
import { uniswapV2Factory, uniswapV3Factory, weth9 } from './uniswap-artifacts.ts'
import type { WorldChain, WorldTransaction } from './world-chain.ts'
import { tickSpacing, tokenBySymbol, type WorldPool, worldPools } from './world-pools.ts'

/** Feeds answer in USD with this many decimals, as Chainlink's do. */
export const feedDecimals = 8
/** Room for two and a half hours of 30-second samples, or an hour of every block. */
const observationCardinality = 300
/** What the pools' own trader is given to pay with. */
const wethForPools = 20_000_000n * 10n ** 18n
/** What each of the traders' contracts is given, in whole tokens: far more than any of them trades. */
const purse: Readonly<Record<string, bigint>> = {
  WETH: 5_000_000n,
  WBTC: 200_000n,
  USDC: 20_000_000_000n,
  USDT: 20_000_000_000n,
  DAI: 20_000_000_000n,
}
/** The past that the pools' oracles remember when the world opens: two hours. */
const history = { blocks: 120, secondsApart: 60, volatilityPerBlock: 0.0006 }

const wethAbi = parseAbi(['function deposit() payable', 'function transfer(address to, uint256 amount) returns (bool)'])
const v2FactoryAbi = parseAbi(['function createPair(address a, address b) returns (address)'])
const v3FactoryAbi = parseAbi([
  'function createPool(address a, address b, uint24 fee) returns (address)',
  'function enableFeeAmount(uint24 fee, int24 tickSpacing)',
])
const v3PoolAbi = parseAbi([
  'function initialize(uint160 sqrtPriceX96)',
  'function increaseObservationCardinalityNext(uint16 observationCardinalityNext)',
])

/** The contract that provides liquidity and arbitrages. */
export function devnetPoolsAddress(accounts: DevnetAccounts): Address {
  return deployedAddress(accounts, 'the liquidity provider')
}

/** The contract through which the noise traders swap. */
export function noiseTraderAddress(accounts: DevnetAccounts): Address {
  return deployedAddress(accounts, "the noise traders' contract")
}

/** The contract that holds the sandwicher's money. */
export function sandwicherAddress(accounts: DevnetAccounts): Address {
  return deployedAddress(accounts, "the sandwicher's contract")
}

function deployedAddress(accounts: DevnetAccounts, wanted: string): Address {
  const index = deployments(accounts).findIndex(({ name }) => name === wanted)
  return getContractAddress({ from: accounts.deployer.address, nonce: BigInt(index) })
}

/** Builds everything the local chain starts with. The chain must be fresh; throws DevnetError when it comes out otherwise. */
export async function buildWorld(chain: WorldChain, accounts: DevnetAccounts): Promise<void> {
  const plan = deployments(accounts)
  assertAddresses(plan, accounts.deployer.address)
  const from = accounts.deployer.address
  await chain.block(plan.map(({ name, code }) => ({ from, data: code, purpose: `deploying ${name}` })))
  const pools = worldPools(devnet)
  await chain.block([...fundings(accounts), ...creations(accounts, pools)])
  await chain.block(pools.flatMap((pool) => seedings(accounts, pool)))
  await playHistory(chain, accounts, pools)
}

interface Deployment {
  name: string
  code: Hex
  /** Where the chain definition says it is; undefined for what only the devnet uses. */
  expected: Address | undefined
}

/** Everything that is deployed, in nonce order. */
function deployments(accounts: DevnetAccounts): Deployment[] {
  const tokens = devnet.tokens.map(({ name, symbol, decimals, address }) => {
    const args = [name, symbol, decimals, symbol === 'USDT'] as const
    const genuine = weth9()
    const code =
      symbol === 'WETH'
        ? genuine.bytecode
        : encodeDeployData({ abi: devnetTokenAbi, bytecode: devnetTokenBytecode, args })
    return { name: symbol, code, expected: address }
  })
  const keeper = accounts.feedKeeper.address
  const feedCode = encodeDeployData({ abi: devnetFeedAbi, bytecode: devnetFeedBytecode, args: [keeper, feedDecimals] })
  const feeds = devnet.tokens.map(({ symbol, feed }) => ({
    name: `the ${symbol} feed`,
    code: feedCode,
    expected: feed.source,
  }))
  const v2 = uniswapV2Factory()
  const factories = [
    {
      name: 'the Uniswap v2 factory',
      code: encodeDeployData({ abi: v2.abi, bytecode: v2.bytecode, args: [accounts.deployer.address] }),
      expected: devnet.uniswapV2[0]?.factory,
    },
    {
      name: 'the Uniswap v3 factory',
      code: uniswapV3Factory().bytecode,
      expected: devnet.uniswapV3[0]?.factory,
    },
  ]
  const weth = tokenBySymbol(devnet, 'WETH').address
  const poolsCode = encodeDeployData({ abi: devnetPoolsAbi, bytecode: devnetPoolsBytecode, args: [weth] })
  const traderCode = (owners: DevnetAccounts['noiseTraders']) =>
    encodeDeployData({
      abi: devnetTraderAbi,
      bytecode: devnetTraderBytecode,
      args: [owners.map(({ address }) => address)],
    })
  return [
    ...tokens,
    ...feeds,
    ...factories,
    { name: 'the liquidity provider', code: poolsCode, expected: undefined },
    { name: "the noise traders' contract", code: traderCode(accounts.noiseTraders), expected: undefined },
    { name: "the sandwicher's contract", code: traderCode(accounts.sandwichers), expected: undefined },
  ]
}

function assertAddresses(plan: readonly Deployment[], from: Address): void {
  plan.forEach(({ name, expected }, index) => {
    const actual = getContractAddress({ from, nonce: BigInt(index) })
    if (expected === undefined || expected === actual) return
    throw new DevnetError('world-differs', `The chain definition puts ${name} at ${expected}, but it is at ${actual}.`)
  })
}

/** WETH for the liquidity provider, money for the traders, and a first answer from every feed. */
function fundings(accounts: DevnetAccounts): WorldTransaction[] {
  const from = accounts.deployer.address
  const weth = tokenBySymbol(devnet, 'WETH').address
  const provider = devnetPoolsAddress(accounts)
  const wrap = (recipient: Address, amount: bigint, purpose: string) => [
    { from, to: weth, data: encodeFunctionData({ abi: wethAbi, functionName: 'deposit' }), value: amount, purpose },
    {
      from,
      to: weth,
      data: encodeFunctionData({ abi: wethAbi, functionName: 'transfer', args: [recipient, amount] }),
      purpose,
    },
  ]
  const fill = (trader: Address, purpose: string) =>
    devnet.tokens.flatMap(({ symbol, address: to, decimals }) => {
      const amount = (purse[symbol] ?? 0n) * 10n ** BigInt(decimals)
      if (symbol === 'WETH') return wrap(trader, amount, purpose)
      const data = encodeFunctionData({ abi: devnetTokenAbi, functionName: 'mint', args: [trader, amount] })
      return [{ from, to, data, purpose }]
    })
  return [
    ...wrap(provider, wethForPools, 'funding the liquidity provider'),
    ...fill(noiseTraderAddress(accounts), 'funding the noise traders'),
    ...fill(sandwicherAddress(accounts), 'funding the sandwicher'),
    ...feedPosts(accounts),
  ]
}

function feedPosts(accounts: DevnetAccounts): WorldTransaction[] {
  return devnet.tokens.map(({ symbol, feed }) => ({
    from: accounts.feedKeeper.address,
    to: feed.source,
    data: encodeFunctionData({
      abi: devnetFeedAbi,
      functionName: 'post',
      args: [baseUnits(priced(symbol).usd, feedDecimals)],
    }),
    purpose: `posting the ${symbol} price`,
  }))
}

function creations(accounts: DevnetAccounts, pools: readonly WorldPool[]): WorldTransaction[] {
  const from = accounts.deployer.address
  const v2 = devnet.uniswapV2[0]?.factory
  const v3 = devnet.uniswapV3[0]?.factory
  if (v2 === undefined || v3 === undefined) throw new Error('the local chain lacks a factory')
  const stable = encodeFunctionData({ abi: v3FactoryAbi, functionName: 'enableFeeAmount', args: [100, 1] })
  return [
    { from, to: v3, data: stable, purpose: 'enabling the 0.01 % tier' },
    ...pools.map((pool) => {
      const pair = [pool.token0.address, pool.token1.address] as const
      const data =
        pool.venue === 'UniswapV2'
          ? encodeFunctionData({ abi: v2FactoryAbi, functionName: 'createPair', args: pair })
          : encodeFunctionData({ abi: v3FactoryAbi, functionName: 'createPool', args: [...pair, pool.feePips] })
      return { from, to: pool.venue === 'UniswapV2' ? v2 : v3, data, purpose: `creating ${label(pool)}` }
    }),
  ]
}

/** First price and liquidity of one pool. */
function seedings(accounts: DevnetAccounts, pool: WorldPool): WorldTransaction[] {
  const from = accounts.deployer.address
  const provider = devnetPoolsAddress(accounts)
  const token0 = priced(pool.token0.symbol)
  const token1 = priced(pool.token1.symbol)
  const price = poolPrice(token0, token1)
  if (pool.venue === 'UniswapV2') {
    // A constant product has 0.5 % of each reserve within 1 % of the price.
    const reserveUsd = pool.depthUsd / (Math.sqrt(1.01) - 1)
    const args = [
      pool.address,
      baseUnits(reserveUsd / token0.usd, token0.decimals),
      baseUnits(reserveUsd / token1.usd, token1.decimals),
    ] as const
    const data = encodeFunctionData({ abi: devnetPoolsAbi, functionName: 'addReserves', args })
    return [{ from, to: provider, data, purpose: `filling ${label(pool)}` }]
  }
  const shape = {
    tick: tickAt(price),
    tickSpacing: tickSpacing(pool.feePips),
    feePips: pool.feePips,
    isStable: token0.usd === token1.usd,
    liquidity: liquidityForDepth(pool.depthUsd, token0, token1),
  }
  const positions = liquidityProfile(shape, seededRandom(`liquidity ${label(pool)}`))
  const calls: [Address, Hex, string][] = [
    [
      pool.address,
      encodeFunctionData({ abi: v3PoolAbi, functionName: 'initialize', args: [sqrtPriceX96(price)] }),
      'opening',
    ],
    [
      pool.address,
      encodeFunctionData({
        abi: v3PoolAbi,
        functionName: 'increaseObservationCardinalityNext',
        args: [observationCardinality],
      }),
      'lengthening the oracle of',
    ],
    [
      provider,
      encodeFunctionData({ abi: devnetPoolsAbi, functionName: 'addPositions', args: [pool.address, positions] }),
      'filling',
    ],
  ]
  return calls.map(([to, data, verb]) => ({ from, to, data, purpose: `${verb} ${label(pool)}` }))
}

/** A quiet past that ends where it began, so that the pools' oracles have something to remember. */
async function playHistory(chain: WorldChain, accounts: DevnetAccounts, pools: readonly WorldPool[]): Promise<void> {
  const random = seededRandom('history')
  const symbols = ['WETH', 'WBTC']
  const walk = symbols.map(() => {
    const steps = Array.from({ length: history.blocks }, () => random.normal() * history.volatilityPerBlock)
    const drift = steps.reduce((sum, step) => sum + step, 0) / history.blocks
    return steps.map((step) => step - drift)
  })
  const moves = symbols.map(() => 0)
  for (let block = 0; block < history.blocks; block++) {
    for (let index = 0; index < moves.length; index++) moves[index] = (moves[index] ?? 0) + (walk[index]?.[block] ?? 0)
    const usd = (symbol: string) => {
      const index = symbols.indexOf(symbol)
      return priced(symbol).usd * Math.exp(index === -1 ? 0 : (moves[index] ?? 0))
    }
    const data = arbitrageCall(pools, usd)
    const trade = { from: accounts.market.address, to: devnetPoolsAddress(accounts), data, purpose: 'trading' }
    const isLast = block === history.blocks - 1
    await chain.block(isLast ? [trade, ...feedPosts(accounts)] : [trade], history.secondsApart)
  }
}

/** Calldata that brings every pool back to its fee band around these prices (USD per whole token). */
export function arbitrageCall(pools: readonly WorldPool[], usd: (symbol: string) => number): Hex {
  const bands = pools.map((pool) => {
    const token0 = { decimals: pool.token0.decimals, usd: usd(pool.token0.symbol) }
    const token1 = { decimals: pool.token1.decimals, usd: usd(pool.token1.symbol) }
    const constantProduct = pool.venue === 'UniswapV2'
    return { pool: pool.address, constantProduct, ...feeBand(token0, token1, pool.feePips) }
  })
  return encodeFunctionData({ abi: devnetPoolsAbi, functionName: 'arbitrage', args: [bands] })
}

function priced(symbol: string): PricedToken {
  const usd = startingPrices[symbol]
  if (usd === undefined) throw new Error(`no starting price is planned for ${symbol}`)
  return { decimals: tokenBySymbol(devnet, symbol).decimals, usd }
}

/** A pool's name for people, such as "USDC/WETH 0.05 % v3". */
export function label(pool: WorldPool): string {
  const version = pool.venue === 'UniswapV2' ? 'v2' : 'v3'
  return `${pool.token0.symbol}/${pool.token1.symbol} ${pool.feePips / 10_000} % ${version}`
}
