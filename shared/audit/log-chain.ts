import { type Address, concat, encodePacked, type Hex, keccak256, stringToBytes } from 'viem'
import { canonicalJson } from './canonical-json.ts'

/** keccak256 of a record's canonical JSON. Accepts the record in memory (bigints) or as stored (decimal strings). */
export function recordHash(record: unknown): Hex {
  return keccak256(stringToBytes(canonicalJson(record)))
}

/** Head of a vault's empty log: keccak256("portcullis log" ‖ chain id as uint256 ‖ vault address). */
export function genesisHead(chainId: number, vault: Address): Hex {
  return keccak256(encodePacked(['string', 'uint256', 'address'], ['portcullis log', BigInt(chainId), vault]))
}

/** The next head: keccak256(previous head ‖ record hash). */
export function nextHead(previous: Hex, hash: Hex): Hex {
  return keccak256(concat([previous, hash]))
}

/** The head after appending `record` to a log whose head is `previous`. */
export function appendToChain(previous: Hex, record: unknown): { hash: Hex; head: Hex } {
  const hash = recordHash(record)
  return { hash, head: nextHead(previous, hash) }
}
