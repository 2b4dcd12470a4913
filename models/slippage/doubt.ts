import type { Forecast } from '../../shared/schema/decision.ts'

/**
 * The upper end of a trained forecast's interval as a multiple of the forecast, where nothing is doubtful: e to half the 95 %
 * quantile of its residuals, rounded up.
 */
export const undoubtedRatio = 1.8

/** The volatility that a drift is measured by: the forecast, or more where its interval is wider than a trained one's is. */
export function cautiousVolatility({ value, high }: Pick<Forecast, 'value' | 'high'>): number {
  return Math.max(value, high / undoubtedRatio)
}
