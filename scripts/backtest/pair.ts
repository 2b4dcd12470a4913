import type { ChainDefinition, TokenDefinition } from '../../shared/chain/chains/chain.ts'
import type { StrategyConfiguration } from '../../shared/schema/strategy.ts'
import { stableSymbols } from '../bench/routing/pool-set.ts'
import { BacktestError } from './backtest-error.ts'

/** What is traded: one side counts a dollar, the other has candles. */
export interface Pair {
  chain: ChainDefinition
  sell: TokenDefinition
  buy: TokenDefinition
  /** The side whose price the candles tell. */
  base: TokenDefinition
  /** The side that counts one dollar. */
  quote: TokenDefinition
  /** The candles' symbol, such as ETHUSDT. */
  symbol: string
}

/** What a wrapped token is called where candles come from. */
const listedAs: Readonly<Record<string, string>> = { WETH: 'ETH', WBTC: 'BTC' }

/** Candles of a token are named after it and the dollar it is quoted in. */
export function symbolOf(token: TokenDefinition): string {
  return `${listedAs[token.symbol] ?? token.symbol}USDT`
}

/**
 * The pair a configuration trades, on the first of the chains that knows both tokens.
 *
 * @throws BacktestError where no chain does, or not exactly one of the two counts a dollar
 */
export function pairOf(
  { sell, buy }: Pick<StrategyConfiguration, 'sell' | 'buy'>,
  chains: readonly ChainDefinition[],
  symbol?: string,
): Pair {
  for (const chain of chains) {
    const tokenAt = (address: string) => chain.tokens.find((token) => BigInt(token.address) === BigInt(address))
    const [sold, bought] = [tokenAt(sell), tokenAt(buy)]
    if (sold === undefined || bought === undefined) continue
    const [base, quote] = isDollar(sold) ? [bought, sold] : [sold, bought]
    if (isDollar(base) || !isDollar(quote)) {
      const names = `${sold.symbol} and ${bought.symbol}`
      throw new BacktestError(`One of the two tokens must count a dollar and the other not; these are ${names}.`)
    }
    return { chain, sell: sold, buy: bought, base, quote, symbol: symbol ?? symbolOf(base) }
  }
  throw new BacktestError(`No known chain has both tokens of the strategy, ${sell} and ${buy}.`)
}

function isDollar({ symbol }: TokenDefinition): boolean {
  return stableSymbols.includes(symbol)
}

/** Price in the bought token of one sold token, whole tokens, where the base costs so many dollars. */
export function rateOf({ sell, base }: Pair, baseUsd: number): number {
  return sell === base ? baseUsd : 1 / baseUsd
}
