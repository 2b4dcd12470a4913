import { multiplyDivide } from '../../../shared/chain/units.ts'
import type { OracleQuote } from '../../../shared/policy/oracle-bound.ts'
import { barSeconds } from '../../../shared/schema/bars.ts'
import type { DecisionInput } from '../../../shared/schema/decision.ts'

const secondsPerHour = 3_600
/** Of one whole quoted token. */
const millionths = 1_000_000n

/**
 * What the pair's market turned over in one interval of the schedule, base units of the sold token at the oracle's price. It is
 * measured over the last hour, or over the first longer window that holds a whole interval. Null where no window says, or
 * where the newest bar is older than the window is long.
 */
export function turnoverOf(input: DecisionInput, quote: OracleQuote): bigint | null {
  const { market, strategy, mandate, snapshot } = input
  const { intervalSeconds } = strategy.configuration
  const longEnough = market.windows.filter(({ bars }) => bars * barSeconds >= secondsPerHour)
  const window = longEnough.find(({ bars }) => bars * barSeconds >= intervalSeconds) ?? longEnough.at(-1)
  if (window === undefined || window.turnover === null) return null
  if (snapshot.timestamp - market.until > window.bars * barSeconds) return null
  const counted = Math.floor(window.turnover * (intervalSeconds / secondsPerHour) * Number(millionths))
  // A turnover beyond all numbers is a fault of its source, and says nothing.
  if (!Number.isFinite(counted)) return null
  const quoted = BigInt(counted)
  // Turnover counts the token that the market's price is in: the bought one where the sold one is priced.
  const [priceQuoted, priceSold] = mandate.sell === market.base ? [quote.priceOut, quote.priceIn] : [1n, 1n]
  return multiplyDivide(quoted * priceQuoted, quote.unitIn, millionths * priceSold)
}
