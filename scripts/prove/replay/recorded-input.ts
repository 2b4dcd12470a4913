import { z } from 'zod'
import { calibrationSchema } from '../../../shared/schema/calibration.ts'
import { decisionInputSchema } from '../../../shared/schema/decision.ts'
import { priceHistorySchema } from '../../../shared/schema/price-history.ts'
import { timestamp } from '../../../shared/schema/primitives.ts'
import { snapshotSchema } from '../../../shared/schema/snapshot.ts'

const barSchema = z.object({
  openTime: timestamp,
  open: z.number(),
  high: z.number().nullable(),
  low: z.number().nullable(),
  close: z.number(),
  volume: z.number().nullable(),
})

/** What one answer is made from: one line of a recording, as canonical JSON. */
export const recordedInputSchema = z.discriminatedUnion('kind', [
  /** Forecasts of volatility and drift. */
  z.object({
    kind: z.literal('market'),
    history: priceHistorySchema,
    from: timestamp,
    /** Between quote and inclusion. */
    seconds: z.number(),
    calibration: calibrationSchema,
  }),
  /** A market measured from its bars. */
  z.object({ kind: z.literal('bars'), source: z.enum(['candles', 'pool']), bars: z.array(barSchema), at: timestamp }),
  /** A market measured from a pool's tick cumulatives. */
  z.object({ kind: z.literal('ticks'), history: snapshotSchema.shape.history, at: timestamp }),
  /** Forecasts of the base fee. */
  z.object({ kind: z.literal('fees'), fees: snapshotSchema.shape.fees }),
  /** A whole decision. */
  z.object({ kind: z.literal('decision'), input: decisionInputSchema }),
])
export type RecordedInput = z.output<typeof recordedInputSchema>
export type InputKind = RecordedInput['kind']
