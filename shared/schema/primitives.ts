import { getAddress, isAddress } from 'viem'
import { z } from 'zod'
import { maximumUint256 } from '../chain/units.ts'

/**
 * A non-negative integer as a decimal string: base units of a token, or USD with 18 decimals. At most 2^256 − 1; no sign,
 * no exponent, no leading zero. In memory it is a bigint; see {@link bigintFromDecimal}.
 */
export const decimalString = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,77})$/, 'must be a whole number of base units, as a decimal string')
  .refine((text) => !/^(0|[1-9][0-9]{0,77})$/.test(text) || BigInt(text) <= maximumUint256, 'is larger than 2^256 - 1')

/** Decimal string on the wire and in records, bigint in memory. */
export const bigintFromDecimal = z.codec(decimalString, z.bigint().nonnegative(), {
  decode: (text) => BigInt(text),
  encode: (value) => value.toString(),
})

/** Signed integer as a decimal string on the wire, bigint in memory (tick liquidity, tick cumulatives). */
export const signedBigintFromDecimal = z.codec(z.string().regex(/^-?(0|[1-9][0-9]{0,77})$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (value) => value.toString(),
})

/** Text that starts with 0x, as viem types hex. Codecs and not transforms, so that values encode back to the wire. */
const hexText = z.templateLiteral(['0x', z.string()])

/** A 20-byte address; any capitalisation in, EIP-55 checksum out. A wrong checksum is refused. */
export const address = z.codec(
  z.string().refine((text) => isAddress(text), 'must be a 20-byte hex address with a valid checksum'),
  hexText,
  { decode: (text) => getAddress(text), encode: (value) => getAddress(value) },
)

/** 32 bytes, lower-case hex with 0x. */
export const bytes32 = z.codec(z.string().regex(/^0x[0-9a-fA-F]{64}$/, 'must be 32 bytes of hex with 0x'), hexText, {
  decode: (text) => text.toLowerCase() as `0x${string}`,
  encode: (value) => value.toLowerCase(),
})

/** Any byte string as hex with 0x. */
export const hexString = z.codec(z.string().regex(/^0x([0-9a-fA-F]{2})*$/, 'must be hex bytes with 0x'), hexText, {
  decode: (text) => text as `0x${string}`,
  encode: (value) => value,
})

/** Seconds since epoch. */
export const timestamp = z.int().min(0).max(4_294_967_295)

/** Basis points of one: 0 to 10,000. */
export const basisPoints = z.int().min(0).max(10_000)
