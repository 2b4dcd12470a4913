import { isHex } from 'viem'
import { toQuantity } from './json-rpc.ts'

const wordDigits = 64
/** Smaller words are flags, decimals, lengths and offsets: with another one, an answer could not be read at all. */
const smallestAmount = 1_000_000n
/** Larger words are addresses, hashes and signed numbers below zero. */
const largestAmount = 2n ** 152n

/** An answer as a lying provider gives it, well-formed and wrong; what it does not lie about stays as it is. */
export function distorted(method: string, result: unknown): unknown {
  if (!isHex(result)) return result
  if (method === 'eth_getBalance') return toQuantity(raised(BigInt(result)))
  if (method === 'eth_getTransactionCount') return toQuantity(BigInt(result) + 1n)
  return method === 'eth_call' ? distortedWords(result) : result
}

/** Every amount is a hundredth larger; where there is none, the last bit is another. */
function distortedWords(data: string): string {
  const digits = data.slice(2)
  if (digits.length === 0 || digits.length % wordDigits !== 0) return data
  const words = Array.from({ length: digits.length / wordDigits }, (_, index) =>
    BigInt(`0x${digits.slice(index * wordDigits, (index + 1) * wordDigits)}`),
  )
  const isAmount = (word: bigint) => word >= smallestAmount && word <= largestAmount
  const lies = words.some(isAmount)
    ? words.map((word) => (isAmount(word) ? raised(word) : word))
    : words.map((word, index) => (index === words.length - 1 ? word ^ 1n : word))
  return `0x${lies.map((word) => word.toString(16).padStart(wordDigits, '0')).join('')}`
}

function raised(amount: bigint): bigint {
  return amount + amount / 100n + 1n
}
