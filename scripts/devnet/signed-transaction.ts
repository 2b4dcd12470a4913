import {
  type AccessList,
  type Address,
  type Hex,
  isHex,
  keccak256,
  parseTransaction,
  recoverTransactionAddress,
  type TransactionSerializable,
  type TransactionSerialized,
} from 'viem'
import { serverError, toQuantity } from './json-rpc.ts'

/** What a transaction does and offers. */
export interface UnsignedTransaction {
  from: Address
  to: Address | null
  nonce: number
  gas: bigint
  value: bigint
  data: Hex
  /** Wei per gas at most; for a legacy transaction both are its gas price. */
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
}

/** A transaction as it was signed: what pool, relay and builder pass around. */
export interface SignedTransaction extends UnsignedTransaction {
  hash: Hex
  raw: Hex
  accessListGas: number
  /** As nodes show it while it waits. */
  pending: Record<string, unknown>
}

/** Reads and checks signed bytes; throws what geth answers to bytes it cannot take. */
export async function readSignedTransaction(raw: unknown, chainId: number): Promise<SignedTransaction> {
  if (!isHex(raw) || raw.length < 4) throw serverError('rlp: element is larger than containing list')
  let parsed: TransactionSerializable
  let from: Address
  try {
    parsed = parseTransaction(raw)
    from = await recoverTransactionAddress({ serializedTransaction: raw as TransactionSerialized })
  } catch {
    throw serverError('invalid transaction v, r, s values')
  }
  if (parsed.type === 'eip4844') throw serverError('transaction type not supported')
  if (parsed.chainId === undefined) throw serverError('only replay-protected (EIP-155) transactions allowed over RPC')
  if (parsed.chainId !== chainId) {
    throw serverError(`invalid chain id for signer: have ${parsed.chainId} want ${chainId}`)
  }
  const maxFeePerGas = parsed.maxFeePerGas ?? parsed.gasPrice ?? 0n
  const fields = {
    hash: keccak256(raw),
    raw,
    from,
    to: parsed.to ?? null,
    nonce: parsed.nonce ?? 0,
    gas: parsed.gas ?? 0n,
    value: parsed.value ?? 0n,
    data: parsed.data ?? '0x',
    maxFeePerGas,
    maxPriorityFeePerGas: parsed.maxPriorityFeePerGas ?? parsed.gasPrice ?? 0n,
    accessListGas: accessListGas(parsed.accessList),
  } as const
  return { ...fields, pending: pendingView(fields, parsed) }
}

function pendingView(fields: Omit<SignedTransaction, 'pending'>, parsed: TransactionSerializable) {
  const typed = parsed.type === 'eip1559' || parsed.type === 'eip7702'
  const types: Record<string, string> = { legacy: '0x0', eip2930: '0x1', eip1559: '0x2', eip7702: '0x4' }
  return {
    blockHash: null,
    blockNumber: null,
    transactionIndex: null,
    hash: fields.hash,
    from: fields.from.toLowerCase(),
    to: fields.to?.toLowerCase() ?? null,
    nonce: toQuantity(fields.nonce),
    gas: toQuantity(fields.gas),
    gasPrice: toQuantity(fields.maxFeePerGas),
    ...(typed
      ? {
          maxFeePerGas: toQuantity(fields.maxFeePerGas),
          maxPriorityFeePerGas: toQuantity(fields.maxPriorityFeePerGas),
        }
      : {}),
    input: fields.data,
    value: toQuantity(fields.value),
    type: types[parsed.type ?? 'legacy'] ?? '0x0',
    chainId: toQuantity(parsed.chainId ?? 0),
    ...(parsed.accessList === undefined ? {} : { accessList: parsed.accessList }),
    v: toQuantity(parsed.v ?? BigInt(parsed.yParity ?? 0)),
    r: parsed.r ?? '0x0',
    s: parsed.s ?? '0x0',
    ...(parsed.yParity === undefined ? {} : { yParity: toQuantity(parsed.yParity) }),
  }
}

/** What the block's builder earns per gas: the tip, as far as the fee cap leaves room for it. Negative: not includable. */
export function effectiveTip(transaction: UnsignedTransaction, baseFeePerGas: bigint): bigint {
  const room = transaction.maxFeePerGas - baseFeePerGas
  if (room < transaction.maxPriorityFeePerGas) return room
  return transaction.maxPriorityFeePerGas
}

/** The most a transaction can cost its sender, in wei. */
export function largestCost(transaction: SignedTransaction): bigint {
  return transaction.gas * transaction.maxFeePerGas + transaction.value
}

/** Gas a transaction must bring for its data, creation and access list (EIP-2028, 2930, 3860), at least the floor of EIP-7623. */
export function intrinsicGas(transaction: SignedTransaction): bigint {
  const bytes = (transaction.data.length - 2) / 2
  let zeros = 0
  for (let index = 2; index < transaction.data.length; index += 2) {
    if (transaction.data.startsWith('00', index)) zeros++
  }
  const words = zeros + 4 * (bytes - zeros)
  const creation = transaction.to === null ? 32_000 + 2 * Math.ceil(bytes / 32) : 0
  return BigInt(21_000 + Math.max(creation + 4 * words + transaction.accessListGas, 10 * words))
}

function accessListGas(list: AccessList | undefined): number {
  return (list ?? []).reduce((gas, { storageKeys }) => gas + 2400 + 1900 * storageKeys.length, 0)
}
