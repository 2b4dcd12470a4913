import type { AbiEvent, Address } from 'viem'
import { getAddress } from 'viem'
import { z } from 'zod'
import { uniswapV3Factory, uniswapV3Pool } from '../devnet/uniswap-artifacts.ts'
import type { ChainNode } from './chain-node.ts'
import { IngestRefused } from './errors.ts'
import { eventNames } from './rows.ts'

const poolAbi = uniswapV3Pool().abi
const factoryAbi = uniswapV3Factory().abi

/** The definitions of the events that are read. */
export const poolEvents: AbiEvent[] = poolAbi
  .filter((item) => item.type === 'event')
  .filter(({ name }) => eventNames.some((read) => read === name))

/** A v3 pool as the chain has it. */
export interface V3PoolFacts {
  chainId: number
  address: Address
  /** Hundredths of a basis point. */
  feePips: number
}

const address = z.string().transform((text) => getAddress(text))
/** The largest protocol fee of Uniswap's pools, a byte. PancakeSwap's take more bits, and their swaps are another event. */
const largestProtocolFee = 255
const slot0Schema = z.tuple([
  z.bigint(),
  ...[z.int(), z.int(), z.int(), z.int()],
  z.int().max(largestProtocolFee),
  z.boolean(),
])

/**
 * Reads what is at an address.
 *
 * @throws IngestRefused unless it is a v3 pool, one that its own factory knows
 */
export async function readV3Pool(node: ChainNode, chainId: number, pool: Address): Promise<V3PoolFacts> {
  const code = await node.ask((client) => client.getCode({ address: pool }))
  if (code === undefined || code === '0x') {
    throw new IngestRefused(`There is no pool at ${pool} on chain ${chainId}: nothing is deployed there.`)
  }
  const read = (functionName: string) =>
    node.ask((client) => client.readContract({ abi: poolAbi, address: pool, functionName }), ['refused', 'tooMuch'])
  try {
    const [token0, token1] = [address.parse(await read('token0')), address.parse(await read('token1'))]
    const feePips = z.int().parse(await read('fee'))
    slot0Schema.parse(await read('slot0'))
    const factory = address.parse(await read('factory'))
    const call = { abi: factoryAbi, address: factory, functionName: 'getPool', args: [token0, token1, feePips] }
    const known = await node.ask((client) => client.readContract(call), ['refused', 'tooMuch'])
    if (address.parse(known) !== pool) throw new Error('its factory does not know it')
    return { chainId, address: pool, feePips }
  } catch (cause) {
    if (cause instanceof IngestRefused) throw cause
    throw new IngestRefused(`The contract at ${pool} on chain ${chainId} is not a Uniswap v3 pool.`, { cause })
  }
}

/**
 * The block in which a contract was deployed, by bisection; null where the node keeps no old state to tell from.
 *
 * @param newest a block in which it is there
 * @throws IngestRefused when it is not there yet
 */
export async function firstBlockOf(node: ChainNode, pool: Address, newest: number): Promise<number | null> {
  const isThere = async (block: number) => {
    const at = { address: pool, blockNumber: BigInt(block) }
    const code = await node.ask((client) => client.getCode(at), ['refused', 'tooMuch'])
    return code !== undefined && code !== '0x'
  }
  try {
    if (!(await isThere(newest))) {
      throw new IngestRefused(`There is no pool at ${pool} yet in block ${newest}, the newest that may be read.`)
    }
    let [before, there] = [-1, newest]
    while (there - before > 1) {
      const middle = Math.floor((before + there) / 2)
      if (await isThere(middle)) there = middle
      else before = middle
    }
    return there
  } catch (error) {
    if (error instanceof IngestRefused) throw error
    return null
  }
}
