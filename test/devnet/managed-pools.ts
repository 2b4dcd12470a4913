import {
  type Address,
  encodeAbiParameters,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  parseAbi,
  zeroAddress,
} from 'viem'
import type { Devnet } from '../../scripts/devnet/devnet.ts'
import { v4ProberAbi, v4ProberBytecode } from '../../scripts/devnet/generated/v4Prober.ts'
import { uniswapV4PoolManager } from '../../scripts/devnet/uniswap-artifacts.ts'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { ask, nonceOf, signTransfer } from './clients.ts'

const managerAbi = parseAbi([
  'struct Key { address currency0; address currency1; uint24 fee; int24 tickSpacing; address hooks; }',
  'function initialize(Key key, uint160 sqrtPriceX96) returns (int24)',
  'function setProtocolFeeController(address controller)',
  'function setProtocolFee(Key key, uint24 fee)',
])

/** A pool in the manager of v4 pools, of two tokens that anyone may mint. */
export interface ManagedPool {
  token0: Address
  token1: Address
  feePips: number
  tickSpacing: number
  sqrtPriceX96: bigint
  positions: readonly { tickLower: number; tickUpper: number; liquidity: bigint }[]
  /** What the protocol takes besides, pips. */
  protocolFeePips: { zeroForOne: number; oneForZero: number }
}

/** Deploys the genuine manager with one pool, and returns the chain as an agent has to know it for that. */
export async function deployManagedPool(devnet: Devnet, pool: ManagedPool): Promise<ChainDefinition> {
  const { trader } = devnet.accounts
  const { token0, token1, feePips, tickSpacing, protocolFeePips } = pool
  let nonce = await nonceOf(devnet, trader)
  const v4 = uniswapV4PoolManager()
  const manager = getContractAddress({ from: trader.address, nonce: BigInt(nonce) })
  const args = [trader.address] as const
  await send(devnet, undefined, encodeDeployData({ abi: v4.abi, bytecode: v4.bytecode, args }), nonce++)
  const prober = getContractAddress({ from: trader.address, nonce: BigInt(nonce) })
  const proberData = encodeDeployData({ abi: v4ProberAbi, bytecode: v4ProberBytecode, args: [manager] })
  await send(devnet, undefined, proberData, nonce++)
  const key = { currency0: token0, currency1: token1, fee: feePips, tickSpacing, hooks: zeroAddress }
  const protocolFee = (protocolFeePips.oneForZero << 12) | protocolFeePips.zeroForOne
  const calls: [Address, Hex][] = [
    [manager, encodeFunctionData({ abi: managerAbi, functionName: 'initialize', args: [key, pool.sqrtPriceX96] })],
    [
      manager,
      encodeFunctionData({ abi: managerAbi, functionName: 'setProtocolFeeController', args: [trader.address] }),
    ],
    [manager, encodeFunctionData({ abi: managerAbi, functionName: 'setProtocolFee', args: [key, protocolFee] })],
    [
      prober,
      encodeFunctionData({
        abi: v4ProberAbi,
        functionName: 'addPositions',
        args: [encodedKey(key), [...pool.positions]],
      }),
    ],
  ]
  for (const [to, data] of calls) await send(devnet, to, data, nonce++)
  return { ...devnet.chain, uniswapV4: [{ manager, pools: [{ feePips, tickSpacing, hooks: zeroAddress }] }] }
}

/** A pool's key as the manager hashes it. */
export function encodedKey(key: {
  currency0: Address
  currency1: Address
  fee: number
  tickSpacing: number
  hooks: Address
}): Hex {
  const types = [
    { type: 'address' },
    { type: 'address' },
    { type: 'uint24' },
    { type: 'int24' },
    { type: 'address' },
  ] as const
  return encodeAbiParameters(types, [key.currency0, key.currency1, key.fee, key.tickSpacing, key.hooks])
}

async function send(devnet: Devnet, to: Address | undefined, data: Hex, nonce: number): Promise<void> {
  const { trader } = devnet.accounts
  const raw =
    to === undefined
      ? await trader.signTransaction({
          ...{ type: 'eip1559', chainId: devnet.chain.id, nonce, data, gas: 8_000_000n },
          ...{ maxFeePerGas: 20_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n },
        })
      : await signTransfer(trader, { nonce, to, data, value: 0n, gas: 3_000_000n })
  const hash = await ask(devnet.rpcUrl, 'eth_sendRawTransaction', raw)
  await devnet.control.mine()
  const receipt = await ask(devnet.rpcUrl, 'eth_getTransactionReceipt', hash)
  const { status } = receipt as { status: Hex }
  if (status !== '0x1') throw new Error(`A transaction to ${to ?? 'nobody'} failed.`)
}
