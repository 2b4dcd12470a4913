import { type Hex, hexToBigInt, hexToBytes, keccak256, numberToHex } from 'viem'
import { privateKeyToAccount, sign } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import {
  addressOfPublicKey,
  fromBase64,
  publicKeyFromPem,
  transactionSignature,
  Unreadable,
} from '../../../workers/agent/signers/signature.ts'
import { SignerMismatch } from '../../../workers/agent/signers/signer.ts'

const privateKey: Hex = `0x${'45'.repeat(32)}`
const { address, publicKey } = privateKeyToAccount(privateKey)
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** A DER integer: as few bytes as there can be, and a zero before them where the first would mean a sign. */
function integer(value: bigint): string {
  const hex = value.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  const content = Number.parseInt(even.slice(0, 2), 16) > 0x7f ? `00${even}` : even
  return `02${(content.length / 2).toString(16).padStart(2, '0')}${content}`
}

function sequence(content: string): Uint8Array {
  return hexToBytes(`0x30${(content.length / 2).toString(16).padStart(2, '0')}${content}`)
}

const digests = Array.from({ length: 64 }, (_, index) => keccak256(numberToHex(index, { size: 32 })))

describe('a signature of a key service', () => {
  it('becomes the one a chain takes, whichever of both s the service gave', async () => {
    const seen = new Set<string>()
    for (const hash of digests) {
      const { r, s, yParity } = await sign({ hash, privateKey })
      const low = hexToBigInt(s)
      for (const [half, given] of [
        ['low', low],
        ['high', order - low],
      ] as const) {
        const der = sequence(integer(hexToBigInt(r)) + integer(given))
        expect(await transactionSignature(der, hash, address)).toEqual({ r, s, yParity })
        seen.add(`${half} s, parity ${yParity}`).add(`${der.length} bytes`)
      }
    }
    expect([...seen].sort()).toEqual(
      expect.arrayContaining(['high s, parity 0', 'high s, parity 1', 'low s, parity 0', 'low s, parity 1']),
    )
    // With and without the zero that keeps a number positive.
    expect([...seen]).toEqual(expect.arrayContaining(['70 bytes', '71 bytes', '72 bytes']))
  })

  it('is padded to words where its numbers are short', async () => {
    // One r in 256 is below 2^248: the first such digest is looked for.
    for (let index = 0; index < 4_000; index++) {
      const hash = keccak256(numberToHex(index, { size: 2 }))
      const { r, s, yParity } = await sign({ hash, privateKey })
      if (!r.startsWith('0x00')) continue
      const der = sequence(integer(hexToBigInt(r)) + integer(hexToBigInt(s)))
      const signature = await transactionSignature(der, hash, address)
      expect(signature).toEqual({ r, s, yParity })
      expect(signature.r).toHaveLength(66)
      return
    }
    throw new Error('No digest has a short r.')
  })

  it('by another key is a mismatch', async () => {
    const [hash = '0x'] = digests
    const { r, s } = await sign({ hash, privateKey: `0x${'46'.repeat(32)}` })
    const der = sequence(integer(hexToBigInt(r)) + integer(hexToBigInt(s)))
    await expect(transactionSignature(der, hash, address)).rejects.toThrow(SignerMismatch)
  })

  const whole = integer(5n) + integer(7n)
  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['a truncated sequence', sequence(whole).slice(0, -1)],
    ['a truncated number', sequence(`${integer(5n)}0220ff`)],
    ['a byte too many', Uint8Array.from([...sequence(whole), 0])],
    ['a byte too many inside', sequence(`${whole}00`)],
    ['one number', sequence(integer(5n))],
    ['a needless zero', sequence(`02020005${integer(7n)}`)],
    ['a negative number', sequence(`0201ff${integer(7n)}`)],
    ['a zero r', sequence(integer(0n) + integer(7n))],
    ['a zero s', sequence(integer(5n) + integer(0n))],
    ['an s of the whole order', sequence(integer(5n) + integer(order))],
    ['an r above the order', sequence(integer(order + 1n) + integer(7n))],
    ['another type', sequence(`0401ff${integer(7n)}`)],
    ['no sequence', hexToBytes(`0x${whole}`)],
  ])('that is no DER of two numbers is refused plainly: %s', async (_name, der) => {
    const failure = await transactionSignature(der, digests[0] ?? '0x', address).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Unreadable)
    expect(String(failure)).toBe('Unreadable: The signature is not valid DER of two numbers of the curve.')
  })
})

describe('a public key of a key service', () => {
  const spki = `3056301006072a8648ce3d020106052b8104000a034200${publicKey.slice(2)}`
  const pem = `-----BEGIN PUBLIC KEY-----\n${btoa(String.fromCharCode(...hexToBytes(`0x${spki}`))).replace(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----\n`

  it('is an address, in DER and in PEM', () => {
    expect(addressOfPublicKey(hexToBytes(`0x${spki}`))).toBe(address)
    expect(addressOfPublicKey(publicKeyFromPem(pem))).toBe(address)
    expect(addressOfPublicKey(publicKeyFromPem(pem.replaceAll('\n', '\r\n')))).toBe(address)
  })

  it.each([
    ['truncated', spki.slice(0, -2)],
    ['with a byte too many', `${spki}00`],
    ['of P-256', `3059301306072a8648ce3d020106082a8648ce3d030107034200${publicKey.slice(2)}`],
    ['compressed', `3036301006072a8648ce3d020106052b8104000a032200${publicKey.slice(2, 68)}`],
    ['of an unknown point form', spki.replace('0a03420004', '0a03420005')],
    ['empty', ''],
  ])('that is another key is refused plainly: %s', (_name, hex) => {
    expect(() => addressOfPublicKey(hexToBytes(`0x${hex}`))).toThrow(
      new Unreadable('The public key is not an uncompressed one of secp256k1.'),
    )
  })

  it.each([
    ['a private key', pem.replaceAll('PUBLIC', 'PRIVATE')],
    ['half of one', pem.slice(0, 60)],
    ['a page', '<html>busy</html>'],
  ])('that is not in PEM form is refused plainly: %s', (_name, text) => {
    expect(() => publicKeyFromPem(text)).toThrow(new Unreadable('The public key is not in PEM form.'))
  })

  it('that is not base64 is refused plainly', () => {
    expect(() => fromBase64('%%%')).toThrow(new Unreadable('The answer holds something else than base64.'))
  })
})
