import { type Address, type Hex, isAddressEqual, keccak256, serializeTransaction } from 'viem'
import { addressOfPublicKey, transactionSignature, Unreadable } from './signature.ts'
import {
  type ExecutorTransaction,
  type KeyServiceError,
  KeyServiceRefused,
  KeyServiceThrottled,
  KeyServiceTimedOut,
  KeyServiceUnavailable,
  type Signer,
  SignerMismatch,
} from './signer.ts'

/**
 * Milliseconds a key service gets to answer one request. A healthy one needs a few hundred; two requests in sequence (a
 * token and a signature) must leave room for the second simulation before the ledger gives an unsigned order up, at 30 s.
 */
export const keyServiceTimeoutMilliseconds = 5_000

/** A service that keeps keys and signs with them; they never leave it. Both members throw a KeyServiceError or Unreadable. */
export interface KeyService {
  /** As people know it. */
  readonly name: string
  /** SubjectPublicKeyInfo in DER. */
  publicKey(key: string): Promise<Uint8Array>
  /** ECDSA over these 32 bytes as they are, in DER. */
  signDigest(key: string, digest: Hex): Promise<Uint8Array>
}

/** The name of an executor key in every key service: one per (chain, vault, epoch). */
export function keyName(chainId: number, vault: Address, epoch: number): string {
  return `portcullis-${chainId}-${vault.toLowerCase()}-${epoch}`
}

/** Addresses of keys seen in this isolate: a key's public half does not change, and each tick would ask for it again. */
const knownAddresses = new WeakMap<KeyService, Map<string, Address>>()

/** @throws KeyServiceError if the service does not tell */
export async function keyServiceAddress(service: KeyService, key: string): Promise<Address> {
  const known = knownAddresses.get(service) ?? new Map<string, Address>()
  knownAddresses.set(service, known)
  const address =
    known.get(key) ?? (await understood(service, async () => addressOfPublicKey(await service.publicKey(key))))
  known.set(key, address)
  return address
}

/**
 * A signer whose key stays in a key service.
 * @throws SignerMismatch if the key is not `executor`, the one the vault names
 * @throws KeyServiceError if the service does not tell its public half
 */
export async function keyServiceSigner(service: KeyService, key: string, executor: Address): Promise<Signer> {
  const address = await keyServiceAddress(service, key)
  if (!isAddressEqual(address, executor)) {
    // An alias may be pointed at the right key meanwhile.
    knownAddresses.get(service)?.delete(key)
    throw new SignerMismatch(address, executor)
  }
  return {
    address,
    sign: async (transaction) => {
      const fields = serializable(transaction)
      const digest = keccak256(serializeTransaction(fields))
      const signature = await understood(service, async () =>
        transactionSignature(await service.signDigest(key, digest), digest, address),
      )
      const bytes = serializeTransaction(fields, signature)
      return { bytes, hash: keccak256(bytes) }
    },
  }
}

function serializable(transaction: ExecutorTransaction) {
  const { chainId, nonce, to, data, gas, maxFeePerGas, maxPriorityFeePerGas } = transaction
  return { type: 'eip1559', value: 0n, chainId, nonce, to, data, gas, maxFeePerGas, maxPriorityFeePerGas } as const
}

async function understood<T>(service: KeyService, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    throw new KeyServiceUnavailable(`${service.name} gave an answer that is not usable. ${error.message}`, {
      cause: error,
    })
  }
}

export interface KeyServiceAnswer {
  status: number
  /** Null where the answer is no JSON. */
  body: unknown
}

/**
 * One HTTP request to a key service. Redirects are not followed: the credentials in the headers are for this address alone.
 * @throws KeyServiceTimedOut or KeyServiceUnavailable if no answer comes
 */
export async function askKeyService(service: string, url: string, request: RequestInit): Promise<KeyServiceAnswer> {
  try {
    const signal = AbortSignal.timeout(keyServiceTimeoutMilliseconds)
    const response = await fetch(url, { ...request, redirect: 'manual', signal })
    return { status: response.status, body: parseJson(await response.text()) }
  } catch (error) {
    const timedOut = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
    if (timedOut) throw new KeyServiceTimedOut(`${service} gave no answer in time.`, { cause: error })
    throw new KeyServiceUnavailable(`${service} could not be reached.`, { cause: error })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/**
 * What an answer other than 200 means.
 * @param subject what was asked for, in a sentence: "the key alias/x"
 * @param code the service's own word for it. Only this is told on: longer texts may repeat what was sent.
 */
export function keyServiceErrorOf(service: string, subject: string, status: number, code: string): KeyServiceError {
  const why = /^[A-Za-z_]{1,64}$/.test(code) ? code : `status ${status}`
  if (status === 429 || /throttl|too_?many_?requests|limit_?exceeded|resource_?exhausted/i.test(code)) {
    return new KeyServiceThrottled(`${service} asks for fewer requests (${why}).`)
  }
  if (status < 400 || status >= 500) return new KeyServiceUnavailable(`${service} failed (${why}).`)
  return new KeyServiceRefused(`${service} refused ${subject} (${why}).`)
}
