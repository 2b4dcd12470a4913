import { fromDerBytes } from 'ox/Signature'
import { type Address, bytesToHex, type Hex, isAddressEqual, numberToHex, recoverAddress } from 'viem'
import { publicKeyToAddress } from 'viem/accounts'
import { SignerMismatch } from './signer.ts'

/** What a key service answered is no signature, or no public key of the curve. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** A signature as a transaction carries it. */
export interface TransactionSignature {
  r: Hex
  s: Hex
  yParity: 0 | 1
}

/** Order of the secp256k1 group. */
export const curveOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/**
 * What comes before the point in the DER form of every uncompressed secp256k1 public key: SubjectPublicKeyInfo (RFC 5480)
 * with the algorithm id-ecPublicKey, the curve 1.3.132.0.10, and a bit string of 65 bytes.
 */
const publicKeyPrefix = '3056301006072a8648ce3d020106052b8104000a034200'
const publicKeyHexLength = publicKeyPrefix.length + 2 * 65

/**
 * The signature of `digest` that a chain takes: low s (EIP-2; key services sign either way) and the parity, which DER does
 * not hold, found by recovering with both.
 * @param der ECDSA-Sig-Value (RFC 3279)
 * @throws Unreadable if it is not DER, or not a signature of this curve
 * @throws SignerMismatch if it is not by `expected`
 */
export async function transactionSignature(
  der: Uint8Array,
  digest: Hex,
  expected: Address,
): Promise<TransactionSignature> {
  const { r, s } = parseDer(der)
  const low = s > curveOrder / 2n ? curveOrder - s : s
  const words = { r: numberToHex(r, { size: 32 }), s: numberToHex(low, { size: 32 }) }
  for (const yParity of [0, 1] as const) {
    const recovered = await recover(digest, { ...words, yParity })
    if (recovered !== null && isAddressEqual(recovered, expected)) return { ...words, yParity }
  }
  throw new SignerMismatch(null, expected)
}

function parseDer(der: Uint8Array): { r: bigint; s: bigint } {
  try {
    return fromDerBytes(der)
  } catch (error) {
    throw new Unreadable('The signature is not valid DER of two numbers of the curve.', { cause: error })
  }
}

/** Null where no point of the curve has this r and parity. */
async function recover(hash: Hex, signature: TransactionSignature): Promise<Address | null> {
  try {
    return await recoverAddress({ hash, signature })
  } catch {
    return null
  }
}

/**
 * The address of a public key.
 * @param der SubjectPublicKeyInfo of an uncompressed secp256k1 key
 * @throws Unreadable if it is something else
 */
export function addressOfPublicKey(der: Uint8Array): Address {
  const hex = bytesToHex(der).slice(2)
  const point = hex.slice(publicKeyPrefix.length)
  if (hex.length !== publicKeyHexLength || !hex.startsWith(publicKeyPrefix) || !point.startsWith('04')) {
    throw new Unreadable('The public key is not an uncompressed one of secp256k1.')
  }
  return publicKeyToAddress(`0x${point}`)
}

/**
 * The bytes in the PEM form of a public key (RFC 7468).
 * @throws Unreadable if it is no such form
 */
export function publicKeyFromPem(pem: string): Uint8Array {
  const [, body] = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/.exec(pem) ?? []
  if (body === undefined) throw new Unreadable('The public key is not in PEM form.')
  return fromBase64(body.replaceAll(/\s/g, ''))
}

/** @throws Unreadable if it is not base64 */
export function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch (error) {
    throw new Unreadable('The answer holds something else than base64.', { cause: error })
  }
}
