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
const uuid = z.string().regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/)
const hashes = absent(z.array(z.string()))
const names = absent(z.array(z.string()))
const percent = (least: number) => absent(z.int().min(least).max(99))

export const sendBundleSchema = z.object({
  txs: rawTransactions,
  blockNumber,
  minTimestamp: seconds,
  maxTimestamp: seconds,
  revertingTxHashes: hashes,
  replacementUuid: absent(uuid),
  builders: names,
})

export const callBundleSchema = z.object({
  txs: rawTransactions.min(1),
  blockNumber,
  stateBlockNumber: z.union([z.literal('latest'), z.literal('pending'), blockNumber]),
  timestamp: seconds,
})

/** `fast` shares with every builder, whatever `builders` says. */
const preferencesSchema = z.looseObject({
  fast: absent(z.boolean()),
  privacy: absent(z.looseObject({ hints: names, builders: names })),
  validity: absent(
    z.looseObject({ refund: absent(z.array(z.object({ address: z.string(), percent: z.int().min(0).max(100) }))) }),
  ),
})

export const sendPrivateTransactionSchema = z.object({
  tx: z.string(),
  maxBlockNumber: absent(blockNumber),
  preferences: absent(preferencesSchema),
})

export const cancelPrivateTransactionSchema = z.object({ txHash: z.string() })
export const cancelBundleSchema = z.object({ replacementUuid: z.string() })
export const bundleStatisticsSchema = z.object({ bundleHash: z.string(), blockNumber })

/** A block that may be left out, for "the next one"; `nothing` is how else that is said. */
const optionalBlock = (nothing: string | number) =>
  z
    .union([z.literal(nothing), hexBlock])
    .nullish()
    .transform((value) => (typeof value === 'number' && value > 0 ? value : undefined))

/** docs.titanbuilder.xyz, eth_sendBundle: the id is any text. */
export const titanBundleSchema = z.object({
  txs: rawTransactions,
  blockNumber: optionalBlock('0x0'),
  minTimestamp: seconds,
  maxTimestamp: seconds,
  revertingTxHashes: hashes,
  droppingTxHashes: hashes,
  replacementUuid: absent(z.string()),
  refundPercent: percent(0),
  refundRecipient: absent(z.string()),
  refundTxHashes: absent(z.array(z.string()).max(1)),
})
export const titanStatisticsSchema = z.object({ bundleHash: z.string() })

/** buildernet.org/docs/api, eth_sendBundle: `uuid` is another name of `replacementUuid`. */
export const builderNetBundleSchema = z.object({
  txs: rawTransactions,
  blockNumber: optionalBlock('0x'),
  minTimestamp: seconds,
  maxTimestamp: seconds,
  revertingTxHashes: hashes,
  droppingTxHashes: hashes,
  replacementUuid: absent(uuid),
  uuid: absent(uuid),
  refundPercent: percent(1),
  refundRecipient: absent(z.string()),
  refundTxHashes: absent(z.array(z.string()).max(1)),
  refundIdentity: absent(z.string()),
})

const bodyItemSchema = z.union([
  z.object({ tx: z.string(), canRevert: absent(z.boolean()) }),
  z.object({ hash: z.string() }),
])

/** flashbots-docs, mev_sendBundle, without bundles inside bundles. */
export const mevSendBundleSchema = z.object({
  version: z.string(),
  inclusion: z.object({ block: blockNumber, maxBlock: absent(blockNumber) }),
  body: z.array(bodyItemSchema),
  validity: absent(z.looseObject({})),
  privacy: absent(z.looseObject({ hints: names, builders: names })),
})
export type MevBundle = z.output<typeof mevSendBundleSchema>

export const simulationOptionsSchema = z
  .object({
    parentBlock: absent(z.union([z.literal('latest'), blockNumber])),
    blockNumber: absent(blockNumber),
    timestamp: seconds,
  })
  .nullish()
  .transform((options) => options ?? {})
