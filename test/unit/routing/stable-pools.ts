import type { Address } from 'viem'
import type { StablePool } from '../../../shared/schema/pool.ts'
import type { Random } from '../random.ts'

const addresses: readonly Address[] = [
  '0x1000000000000000000000000000000000000001',
  '0x2000000000000000000000000000000000000002',
  '0x3000000000000000000000000000000000000003',
  '0x4000000000000000000000000000000000000004',
]

export interface StableTerms {
  balances: readonly bigint[]
  decimals: readonly number[]
  /** With its precision. */
  amplification: bigint
  amplificationPrecision?: bigint
  fee?: bigint
  adminFee?: bigint
}

export function stablePool(terms: StableTerms): StablePool {
  const { balances, decimals, amplification, amplificationPrecision = 100n, fee = 0n, adminFee = 0n } = terms
  return {
    venue: 'StableSwap',
    pool: '0x00000000000000000000000000000000000000aa',
    tokens: addresses.slice(0, balances.length),
    balances: [...balances],
    rates: decimals.map((places) => 10n ** BigInt(36 - places)),
    amplification,
    amplificationPrecision,
    fee,
    adminFee,
  }
}

/** Two to four tokens of 18 or 6 decimals, between a thousand and a thousand million of them, in balance or far from it. */
export function randomStablePool(random: Random): StablePool {
  const count = random.integer(2, 4)
  const decimals = Array.from({ length: count }, () => (random.unit() < 0.5 ? 18 : 6))
  const size = 3 + 6 * random.unit()
  const spread = random.unit() < 0.5 ? 0.5 : 3
  return stablePool({
    balances: decimals.map((places) => {
      const tokens = 10 ** (size + (random.unit() - 0.5) * spread)
      return BigInt(Math.ceil(tokens * 1e6)) * 10n ** BigInt(places - 6)
    }),
    decimals,
    amplification: BigInt(random.integer(1, 5000)) * 100n,
    fee: BigInt(random.integer(0, 10_000_000)),
    adminFee: 5_000_000_000n,
  })
}

/** The token to sell and the one to buy. */
export function randomDirection(random: Random, pool: StablePool): [sold: number, bought: number] {
  const count = pool.balances.length
  const sold = random.integer(0, count - 1)
  return [sold, (sold + random.integer(1, count - 1)) % count]
}

/** From 10^`low` base units to three times what the pool has of the token. */
export function randomInput(random: Random, pool: StablePool, sold: number, low: number): bigint {
  const high = Math.log10(3 * Number(pool.balances[sold]))
  return BigInt(Math.floor(10 ** (low + (high - low) * random.unit())))
}
