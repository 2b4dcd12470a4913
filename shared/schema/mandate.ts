import { type Address, type Hex, hashTypedData, type TypedDataDomain } from 'viem'
import { z } from 'zod'
import { address, basisPoints, bigintFromDecimal, bytes32, timestamp } from './primitives.ts'

/**
 * The parent order a treasurer signs: the TypeScript twin of `Mandate` in contracts/src/Types.sol (same names, order and
 * units; a test holds the two digests equal).
 */
export const mandateSchema = z.object({
  strategy: bytes32,
  sell: address,
  buy: address,
  /** Base units of `sell`. */
  total: bigintFromDecimal,
  maximumSlice: bigintFromDecimal,
  /** Standing mandates: room for this much input, which refills over the period. Both zero: a one-off. */
  refillAmount: bigintFromDecimal,
  /** Seconds. */
  refillPeriod: z.int().min(0).max(4_294_967_295),
  start: timestamp,
  end: timestamp,
  /** Seconds. */
  minimumInterval: z.int().min(0).max(4_294_967_295),
  maximumExecutions: z.int().min(1).max(4_294_967_295),
  /** Base units of `buy` per base unit of `sell`, times 1e36. */
  worstPrice: bigintFromDecimal,
  slippageBps: basisPoints,
  /** A fill with a larger shortfall below the oracle than this is poor. */
  poorFillBps: basisPoints,
  /** So many poor fills in a row latch the mandate until the treasurer enables it. */
  maximumPoorFills: z.int().min(1).max(255),
  configurationHash: bytes32,
  salt: bigintFromDecimal,
})

export type Mandate = z.output<typeof mandateSchema>
/** The mandate as it is stored and sent: bigints as decimal strings. */
export type MandateJson = z.input<typeof mandateSchema>

/** EIP-712 domain of one vault. */
export function vaultDomain(chainId: number, vault: Address): TypedDataDomain {
  return { name: 'Portcullis', version: '1', chainId, verifyingContract: vault }
}

/** EIP-712 types of everything people sign. The one place; the contracts' type hashes are tested against it. */
export const typedDataTypes = {
  Mandate: [
    { name: 'strategy', type: 'bytes32' },
    { name: 'sell', type: 'address' },
    { name: 'buy', type: 'address' },
    { name: 'total', type: 'uint256' },
    { name: 'maximumSlice', type: 'uint256' },
    { name: 'refillAmount', type: 'uint256' },
    { name: 'refillPeriod', type: 'uint32' },
    { name: 'start', type: 'uint64' },
    { name: 'end', type: 'uint64' },
    { name: 'minimumInterval', type: 'uint32' },
    { name: 'maximumExecutions', type: 'uint32' },
    { name: 'worstPrice', type: 'uint256' },
    { name: 'slippageBps', type: 'uint16' },
    { name: 'poorFillBps', type: 'uint16' },
    { name: 'maximumPoorFills', type: 'uint8' },
    { name: 'configurationHash', type: 'bytes32' },
    { name: 'salt', type: 'uint256' },
  ],
  /** A sentinel's co-signature: the order, not its route. */
  Order: [
    { name: 'mandateId', type: 'bytes32' },
    { name: 'amountIn', type: 'uint256' },
    { name: 'minimumOut', type: 'uint256' },
    { name: 'deadline', type: 'uint64' },
    { name: 'executionIndex', type: 'uint32' },
    { name: 'epoch', type: 'uint32' },
    { name: 'decisionHead', type: 'bytes32' },
    { name: 'modelId', type: 'bytes32' },
    { name: 'sellHint', type: 'uint16' },
    { name: 'buyHint', type: 'uint16' },
  ],
  /** Reviewers' approval of one order's envelope. */
  Voucher: [
    { name: 'mandateId', type: 'bytes32' },
    { name: 'sell', type: 'address' },
    { name: 'buy', type: 'address' },
    { name: 'amountIn', type: 'uint256' },
    { name: 'minimumOut', type: 'uint256' },
    { name: 'epoch', type: 'uint32' },
    { name: 'expiry', type: 'uint64' },
    { name: 'nonce', type: 'uint256' },
    { name: 'counter', type: 'uint256' },
    { name: 'policyHash', type: 'bytes32' },
  ],
  /** Reviewers' re-arming of a tripped breaker. */
  BreakerReset: [
    { name: 'incident', type: 'uint32' },
    { name: 'newExecutor', type: 'address' },
    { name: 'executorExpiry', type: 'uint64' },
    { name: 'deadline', type: 'uint64' },
    { name: 'policyHash', type: 'bytes32' },
  ],
} as const

/** The mandate as viem wants it for hashing and signing: uint64 as bigint. */
export function mandateMessage(mandate: Mandate) {
  return { ...mandate, start: BigInt(mandate.start), end: BigInt(mandate.end) }
}

/** A mandate's id on chain: its EIP-712 digest. */
export function mandateId(chainId: number, vault: Address, mandate: Mandate): Hex {
  return hashTypedData({
    domain: vaultDomain(chainId, vault),
    types: typedDataTypes,
    primaryType: 'Mandate',
    message: mandateMessage(mandate),
  })
}
