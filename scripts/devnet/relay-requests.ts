import { isHex } from 'viem'
import { z } from 'zod'

const hexBlock = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,12}$/)
  .transform((text) => Number(text))
/** Hex by the book; the Flashbots package sends JSON numbers. */
const blockNumber = z.union([hexBlock, z.int().min(0)])
const rawTransactions = z.array(z.custom<`0x${string}`>((value) => typeof value === 'string' && isHex(value))).max(100)
/** The package sends null for what is left out. */
const absent = <Schema extends z.ZodType>(schema: Schema) => schema.nullish().transform((value) => value ?? undefined)
const seconds = absent(z.union([z.int().min(0), hexBlock]))

export const sendBundleSchema = z.object({
  txs: rawTransactions,
  blockNumber,
  minTimestamp: seconds,
  maxTimestamp: seconds,
  revertingTxHashes: absent(z.array(z.string())),
  replacementUuid: absent(z.string().regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/)),
})

export const callBundleSchema = z.object({
  txs: rawTransactions.min(1),
  blockNumber,
  stateBlockNumber: z.union([z.literal('latest'), z.literal('pending'), blockNumber]),
  timestamp: seconds,
})

export const sendPrivateTransactionSchema = z.object({
  tx: z.string(),
  maxBlockNumber: absent(blockNumber),
  preferences: absent(z.record(z.string(), z.unknown())),
})

export const cancelPrivateTransactionSchema = z.object({ txHash: z.string() })
export const cancelBundleSchema = z.object({ replacementUuid: z.string() })
export const bundleStatisticsSchema = z.object({ bundleHash: z.string(), blockNumber })
