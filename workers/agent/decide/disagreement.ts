import type { Comparison, Disagreement } from '../../../models/agreement.ts'
import type { Cap } from './size.ts'

const between: Record<Comparison, string> = {
  challenger: 'the champion’s volatility and its challenger’s',
  floor: 'the volatility in use and its long average',
  drift: 'the champion’s slippage and its challenger’s',
}

/** "The models disagree: … are a factor of 1.7 apart." */
export function explainDisagreement({ comparison, ratio }: Disagreement): string {
  return `The models disagree: ${between[comparison]} are a factor of ${factorText(ratio)} apart.`
}

/** What the models' disagreement leaves of a slice. */
export function disagreementCap(wanted: bigint, { comparison, ratio, share }: Disagreement): Cap {
  const amount = (wanted * BigInt(Math.floor(share * 1e6))) / 1_000_000n
  const why = `${between[comparison]} are a factor of ${factorText(ratio)} apart`
  return { amount, reason: 'ModelsDisagree', why }
}

function factorText(ratio: number): string {
  return ratio > 100 ? 'more than a hundred' : ratio.toFixed(2)
}
