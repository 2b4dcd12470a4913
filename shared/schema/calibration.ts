import { z } from 'zod'

/** What has a champion and a challenger. */
export const modelKind = z.enum(['volatility', 'slippage'])
export type ModelKind = z.infer<typeof modelKind>

/** What outcomes taught about the quantiles of one pair and latency, in the order of the levels 50, 90 and 99 %. */
export const calibrationSchema = z.object({
  /** How many there were. */
  outcomes: z.int().min(0),
  /** How many lay above each quantile. */
  misses: z.array(z.int().min(0)).length(3),
  /** Added to the logarithm of each quantile. */
  corrections: z.array(z.number()).length(3),
})
export type CalibrationState = z.output<typeof calibrationSchema>
