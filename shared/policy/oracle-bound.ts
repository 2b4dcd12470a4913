import type { Address } from 'viem'
import { basisPointsOfOne, maximum, multiplyDivide, multiplyDivideRoundingUp, oneToken } from '../chain/units.ts'
import type { AssetState } from '../schema/snapshot.ts'
import { type Finding, type GuardInput, type OrderGuardInput, pass, refuse } from './guard.ts'

/** Prices of a pair, each on the side that makes the trade look worse. USD with 18 decimals per whole token. */
export interface OracleQuote {
  /** The sold token's highest. */
  priceIn: bigint
  /** The bought token's lowest. */
  priceOut: bigint
  /** Base units of one whole sold token. */
  unitIn: bigint
  /** Base units of one whole bought token. */
  unitOut: bigint
}

export type QuoteResult = { ok: true; quote: OracleQuote } | { ok: false; finding: Finding }

/** Mirrors the vault's `quoteOf`: both assets trade, both prices known, or the reason why not. */
export function oracleQuote(assets: readonly AssetState[], sell: Address, buy: Address): QuoteResult {
  const [sold, bought] = [assetOf(assets, sell), assetOf(assets, buy)]
  if (!isListed(sold)) return { ok: false, finding: refuse('AssetUnknown', `${sell} is not listed.`) }
  if (sold.listing === 'Quarantined') return { ok: false, finding: quarantined(sell) }
  if (!isListed(bought)) return { ok: false, finding: refuse('AssetUnknown', `${buy} is not listed.`) }
  if (bought.listing === 'Quarantined') return { ok: false, finding: quarantined(buy) }
  for (const { token, verdict } of [sold, bought]) {
    if (verdict.reason !== 'None') return { ok: false, finding: refuse(verdict.reason, `So ${token} has no price.`) }
    // A verdict without a reason and without a price is none.
    if (verdict.low === 0n || verdict.high < verdict.low) {
      return { ok: false, finding: refuse('PriceInvalid', `So ${token} has no price.`) }
    }
  }
  return {
    ok: true,
    quote: {
      priceIn: sold.verdict.high,
      priceOut: bought.verdict.low,
      unitIn: oneToken(sold.decimals),
      unitOut: oneToken(bought.decimals),
    },
  }
}

function isListed(asset: AssetState | undefined): asset is AssetState {
  return asset !== undefined && asset.listing !== 'Unlisted'
}

function quarantined(token: Address): Finding {
  return refuse('AssetQuarantined', `It is ${token}.`)
}

/** A listed asset's state, by its token. */
export function assetOf(assets: readonly AssetState[], token: Address): AssetState | undefined {
  return assets.find((asset) => BigInt(asset.token) === BigInt(token))
}

/** What `amountIn` is worth by the oracle, base units of the bought token, rounded up (`OracleBound.worth`). */
export function oracleOut({ priceIn, priceOut, unitIn, unitOut }: OracleQuote, amountIn: bigint): bigint {
  return multiplyDivideRoundingUp(amountIn * priceIn, unitOut, priceOut * unitIn)
}

/** Least output that the oracle bound allows, rounded up (`OracleBound.requireAbove`). Base units. */
export function oracleMinimumOut(quote: OracleQuote, amountIn: bigint, slippageBps: number): bigint {
  const share = basisPointsOfOne - BigInt(slippageBps)
  return multiplyDivideRoundingUp(oracleOut(quote, amountIn), share, basisPointsOfOne)
}

/** What `amountIn` is worth in USD with 18 decimals, rounded up (`OracleBound.valueUsd`). */
export function valueUsd({ priceIn, unitIn }: OracleQuote, amountIn: bigint): bigint {
  return multiplyDivideRoundingUp(amountIn, priceIn, unitIn)
}

/** What a trade loses against the oracle, USD with 18 decimals, rounded up; a gain is no credit (`OracleBound.lossUsd`). */
export function lossUsd(quote: OracleQuote, amountIn: bigint, amountOut: bigint): bigint {
  const got = multiplyDivide(amountOut, quote.priceOut, quote.unitOut)
  return maximum(valueUsd(quote, amountIn) - got, 0n)
}

/** The largest input that is worth at most `usd`, base units. */
export function amountWorth({ priceIn, unitIn }: OracleQuote, usd: bigint): bigint {
  return multiplyDivide(usd, unitIn, priceIn)
}

/** The slippage bound in force: the mandate's, and never above the vault's. */
export function slippageBound({ mandate, vault }: Pick<GuardInput, 'mandate' | 'vault'>): number {
  return Math.min(mandate.slippageBps, vault.limits.maximumSlippageBps)
}

/** The vault trades both assets and has a price for each. */
export function pricesKnown({ assets, mandate }: GuardInput): Finding {
  const result = oracleQuote(assets, mandate.sell, mandate.buy)
  return result.ok ? pass : result.finding
}

/** Mirrors `OracleBound.requireAbove`: a bound of zero forbids. */
export function oracleBoundKept(input: OrderGuardInput): Finding {
  const result = oracleQuote(input.assets, input.mandate.sell, input.mandate.buy)
  if (!result.ok) return result.finding
  const bound = slippageBound(input)
  if (bound === 0) return refuse('BelowOracleBound', 'A bound of zero forbids every trade.')
  const least = oracleMinimumOut(result.quote, input.order.amountIn, bound)
  return input.order.minimumOut >= least ? pass : refuse('BelowOracleBound', `At least ${least} is due.`)
}
