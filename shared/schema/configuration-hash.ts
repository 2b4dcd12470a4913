import { type Hex, keccak256, stringToBytes } from 'viem'
import { canonicalJson } from '../audit/canonical-json.ts'
import type { StrategyConfiguration } from './strategy.ts'

/** What a mandate commits to: keccak256 of the configuration's canonical JSON (RFC 8785, amounts as decimal strings). */
export function configurationHash(configuration: StrategyConfiguration): Hex {
  return keccak256(stringToBytes(canonicalJson(configuration)))
}
