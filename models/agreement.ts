/**
 * How far two models may be apart, as a ratio either way: beyond the first the slice shrinks by as much, beyond the second people
 * look at it. On two and a half years of hours each first bound was passed in about one hour of a hundred, the second in hardly any.
 */
export const agreementBounds = {
  /** The champion's volatility and its challenger's. */
  challenger: { shrinkAbove: 1.25, reviewAbove: 1.6 },
  /** The volatility in use and the floor's, which knows no time of day. */
  floor: { shrinkAbove: 2.5, reviewAbove: 4 },
  /** The 99 % quantiles of the drift, champion's and challenger's. */
  drift: { shrinkAbove: 1.5, reviewAbove: 2.2 },
} as const
export type Comparison = keyof typeof agreementBounds

export interface Disagreement {
  comparison: Comparison
  /** At least one. */
  ratio: number
  /** What a slice keeps of its size. */
  share: number
  /** Whether any pair is beyond its second bound, also where another one shrinks the slice more. */
  needsReview: boolean
}

/**
 * The worst disagreement among pairs of forecasts, or null where all are within their bounds. A ratio that is no number is
 * beyond every bound.
 */
export function disagreementOf(ratios: readonly { comparison: Comparison; ratio: number }[]): Disagreement | null {
  let worst: Disagreement | null = null
  let needsReview = false
  for (const { comparison, ratio } of ratios) {
    const { shrinkAbove, reviewAbove } = agreementBounds[comparison]
    const apart = Number.isFinite(ratio) && ratio > 0 ? Math.max(ratio, 1 / ratio) : Number.MAX_VALUE
    if (apart <= shrinkAbove) continue
    const share = shrinkAbove / apart
    needsReview ||= apart > reviewAbove
    if (worst === null || share < worst.share) worst = { comparison, ratio: apart, share, needsReview }
  }
  return worst === null ? null : { ...worst, needsReview }
}
