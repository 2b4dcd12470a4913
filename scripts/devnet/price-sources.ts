import { type Address, BaseError, type PublicClient, parseAbi, zeroAddress } from 'viem'
import type { ChainDefinition, TokenDefinition } from '../../shared/chain/chains/chain.ts'
import { poolCandidates } from '../../shared/chain/pool-address.ts'
import { feedDecimals } from './world.ts'
import { tokenBySymbol } from './world-pools.ts'

/** Where a vault's price of one token comes from; the twin of `PriceSource` in contracts/src/Types.sol. */
export interface PriceSource {
  feed: Address
  heartbeat: number
  lowestPrice: bigint
  highestPrice: bigint
  errorBps: number
  pool: Address
  quote: Address
  bandBps: number
}

/** Time-weighted averages are over so many seconds. */
const twapSeconds = 1800
/** The token that pools are quoted in; it has a feed alone. */
const quoteSymbol = 'USDC'
const stableSymbols = ['USDC', 'USDT', 'DAI']
const percent = 100n

const feedAbi = parseAbi(['function latestAnswer() view returns (int256)'])
const poolAbi = parseAbi([
  'function liquidity() view returns (uint128)',
  'function observe(uint32[] secondsAgos) view returns (int56[] cumulatives, uint160[] inverseLiquidity)',
])

/**
 * Every token of the chain with its feed, bounded around what it says now: five per cent for a dollar, a tenth to tenfold for
 * anything else. Beside the feed stands the deepest v3 pool with the quote token, if there is one that remembers half an hour.
 * The quote token comes first, since the others refer to it.
 */
export async function priceSources(
  client: PublicClient,
  chain: ChainDefinition,
): Promise<{ token: Address; source: PriceSource }[]> {
  const quote = tokenBySymbol(chain, quoteSymbol)
  const others = chain.tokens.filter(({ symbol }) => symbol !== quoteSymbol)
  return Promise.all(
    [quote, ...others].map(async (token) => {
      const pool = token === quote ? zeroAddress : await deepestPool(client, chain, token, quote)
      return { token: token.address, source: await sourceOf(client, token, pool, quote.address) }
    }),
  )
}

async function sourceOf(
  client: PublicClient,
  { symbol, feed }: TokenDefinition,
  pool: Address,
  quote: Address,
): Promise<PriceSource> {
  const answer = await client.readContract({ address: feed.source, abi: feedAbi, functionName: 'latestAnswer' })
  const price = answer * 10n ** BigInt(18 - feedDecimals)
  const isStable = stableSymbols.includes(symbol)
  const bounds = isStable
    ? { lowestPrice: (price * 95n) / percent, highestPrice: (price * 105n) / percent }
    : { lowestPrice: price / 10n, highestPrice: price * 10n }
  const errorBps = isStable ? 25 : 50
  const alone = { feed: feed.source, heartbeat: feed.heartbeat, ...bounds, errorBps }
  if (pool === zeroAddress) return { ...alone, pool, quote: zeroAddress, bandBps: 0 }
  // Wide enough for the market's usual half hour: the average lags behind the feed.
  return { ...alone, pool, quote, bandBps: isStable ? 100 : 150 }
}

/** By the liquidity at its price; the zero address where no pool reaches back far enough. */
async function deepestPool(
  client: PublicClient,
  chain: ChainDefinition,
  token: TokenDefinition,
  quote: TokenDefinition,
): Promise<Address> {
  let deepest: { pool: Address; liquidity: bigint } = { pool: zeroAddress, liquidity: 0n }
  for (const { venue, pool } of poolCandidates(chain, token.address, quote.address)) {
    if (venue !== 'UniswapV3') continue
    const liquidity = await liquidityOf(client, pool)
    if (liquidity > deepest.liquidity) deepest = { pool, liquidity }
  }
  return deepest.pool
}

/** Zero also for a pool that does not exist, or whose oracle does not reach back far enough. */
async function liquidityOf(client: PublicClient, address: Address): Promise<bigint> {
  try {
    const read = { address, abi: poolAbi } as const
    await client.readContract({ ...read, functionName: 'observe', args: [[twapSeconds]] })
    return await client.readContract({ ...read, functionName: 'liquidity' })
  } catch (error) {
    if (error instanceof BaseError) return 0n
    throw error
  }
}
