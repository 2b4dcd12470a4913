import { type Address, encodeAbiParameters, encodePacked, getCreate2Address, type Hex, keccak256 } from 'viem'
import type { ChainDefinition } from './chains/chain.ts'

/** Where a pool of a pair would be, if it was created. */
export type PoolCandidate = ContractCandidate | ManagedCandidate

interface ContractCandidate {
  venue: 'UniswapV2' | 'UniswapV3'
  pool: Address
  /** Hundredths of a basis point. */
  feePips: number
}

/** A v4 pool: its manager, and with the fee the rest of its key. */
interface ManagedCandidate {
  venue: 'UniswapV4'
  /** The PoolManager. */
  pool: Address
  /** Hundredths of a basis point. */
  feePips: number
  key: { token0: Address; token1: Address; tickSpacing: number; hooks: Address }
}

/**
 * The two tokens as pools order them: by address, ascending.
 *
 * @throws RangeError when both are the same token
 */
export function sortTokens(tokenA: Address, tokenB: Address): [token0: Address, token1: Address] {
  const order = BigInt(tokenA) - BigInt(tokenB)
  if (order === 0n) throw new RangeError('A pool needs two different tokens.')
  return order < 0n ? [tokenA, tokenB] : [tokenB, tokenA]
}

/** CREATE2 address of a Uniswap v2 pair; the order of the tokens does not matter. */
function uniswapV2PairAddress(factory: Address, initCodeHash: Hex, tokenA: Address, tokenB: Address): Address {
  const salt = keccak256(encodePacked(['address', 'address'], sortTokens(tokenA, tokenB)))
  return getCreate2Address({ from: factory, salt, bytecodeHash: initCodeHash })
}

/** CREATE2 address of a Uniswap v3 pool of one fee tier; the order of the tokens does not matter. */
function uniswapV3PoolAddress(
  factory: Address,
  initCodeHash: Hex,
  tokenA: Address,
  tokenB: Address,
  feePips: number,
): Address {
  const [token0, token1] = sortTokens(tokenA, tokenB)
  const parameters = [{ type: 'address' }, { type: 'address' }, { type: 'uint24' }] as const
  const salt = keccak256(encodeAbiParameters(parameters, [token0, token1, feePips]))
  return getCreate2Address({ from: factory, salt, bytecodeHash: initCodeHash })
}

/** Every pool of a pair that a chain's factories and managers could have made; whether it exists, only the chain knows. */
export function poolCandidates(chain: ChainDefinition, tokenA: Address, tokenB: Address): PoolCandidate[] {
  const pairs = chain.uniswapV2.map(({ factory, initCodeHash, feePips }) => ({
    venue: 'UniswapV2' as const,
    pool: uniswapV2PairAddress(factory, initCodeHash, tokenA, tokenB),
    feePips,
  }))
  const pools = chain.uniswapV3.flatMap(({ factory, initCodeHash, feeTiers }) =>
    feeTiers.map((feePips) => ({
      venue: 'UniswapV3' as const,
      pool: uniswapV3PoolAddress(factory, initCodeHash, tokenA, tokenB, feePips),
      feePips,
    })),
  )
  const [token0, token1] = sortTokens(tokenA, tokenB)
  const managed = chain.uniswapV4.flatMap(({ manager, pools }) =>
    pools.map(({ feePips, tickSpacing, hooks }) => ({
      venue: 'UniswapV4' as const,
      pool: manager,
      feePips,
      key: { token0, token1, tickSpacing, hooks },
    })),
  )
  return [...pairs, ...pools, ...managed]
}
