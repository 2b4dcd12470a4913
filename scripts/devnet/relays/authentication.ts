import { type Address, getAddress, isAddress, isHex, keccak256, recoverMessageAddress, stringToBytes } from 'viem'
import { invalidRequest } from '../json-rpc.ts'

/**
 * Who signed a relay request. The header is `address:signature`, the signature EIP-191 over the hex *string* of
 * keccak256(body). Throws the relay's own refusal when it is missing, malformed or somebody else's.
 */
export async function requestSigner(header: string | undefined, body: string): Promise<Address> {
  if (header === undefined || header === '') throw invalidRequest('signature is required')
  const [address = '', signature = ''] = header.split(':')
  if (!isAddress(address, { strict: false }) || !isHex(signature)) throw invalidRequest('invalid signature header')
  const claimed = getAddress(address)
  let signer: Address
  try {
    signer = await recoverMessageAddress({ message: keccak256(stringToBytes(body)), signature })
  } catch {
    throw invalidRequest(`error in signature check ${claimed}`)
  }
  if (signer !== claimed) throw invalidRequest(`error in signature check ${claimed}`)
  return signer
}
