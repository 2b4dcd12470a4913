import {
  type Abi,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type ContractFunctionReturnType,
  type DecodeFunctionResultParameters,
  decodeFunctionResult,
  type EncodeFunctionDataParameters,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  parseAbi,
} from 'viem'
import { z } from 'zod'
import { type Anvil, startAnvil } from '../../scripts/devnet/anvil.ts'
import { devnetTokenAbi, devnetTokenBytecode } from '../../scripts/devnet/generated/devnetToken.ts'
import { pairProberBytecode } from '../../scripts/devnet/generated/pairProber.ts'
import { v3ProberBytecode } from '../../scripts/devnet/generated/v3Prober.ts'
import { v4ProberAbi, v4ProberBytecode } from '../../scripts/devnet/generated/v4Prober.ts'
import { toQuantity } from '../../scripts/devnet/json-rpc.ts'
import { uniswapV2Factory, uniswapV3Factory, uniswapV4PoolManager } from '../../scripts/devnet/uniswap-artifacts.ts'
import { WorldChain } from '../../scripts/devnet/world-chain.ts'

const managerAbi = parseAbi(['function setProtocolFeeController(address controller)'])
const v3FactoryAbi = parseAbi(['function enableFeeAmount(uint24 fee, int24 tickSpacing)'])

const genesis = 1_800_000_000
/** Hundreds of swaps in a call, some of them through thousands of bitmap words. */
const gasPerCall = 60_000_000_000n
const flags = [
  ...['--accounts', '1', '--balance', '100000000', '--timestamp', String(genesis)],
  ...['--gas-limit', String(gasPerCall), '--no-mining', '--order', 'fifo'],
]
const tokenCount = 7
/** A v3 tier that only a factory's owner can think of. */
export const coarseFee = 2500
const hex = z.custom<Hex>((value) => typeof value === 'string' && value.startsWith('0x'))

/** A plain anvil with the genuine Uniswap contracts, play money, and the contracts that try swaps. */
export interface ProbedChain {
  anvil: Anvil
  chain: WorldChain
  owner: Address
  /** Ascending. */
  tokens: Address[]
  v2Factory: Address
  v3Factory: Address
  manager: Address
  pairProber: Address
  v3Prober: Address
  v4Prober: Address
}

export async function startProbedChain(): Promise<ProbedChain> {
  const anvil = await startAnvil(flags)
  try {
    return await deployed(anvil)
  } catch (error) {
    await anvil.stop()
    throw error
  }
}

async function deployed(anvil: Anvil): Promise<ProbedChain> {
  const chain = new WorldChain(anvil.rpc, genesis)
  const [owner] = z.tuple([hex]).parse(await anvil.rpc.request('eth_accounts'))
  let nonce = 0n
  const plan: { from: Address; data: Hex; purpose: string }[] = []
  const deploy = (purpose: string, data: Hex): Address => {
    plan.push({ from: owner, data, purpose: `deploying ${purpose}` })
    return getContractAddress({ from: owner, nonce: nonce++ })
  }
  const token = (name: string) => {
    const args = [name, name, 18, false] as const
    return deploy(name, encodeDeployData({ abi: devnetTokenAbi, bytecode: devnetTokenBytecode, args }))
  }
  const v2 = uniswapV2Factory()
  const v4 = uniswapV4PoolManager()
  const tokens = Array.from({ length: tokenCount }, (_, index) => token(`token ${index}`))
  const v2Factory = deploy('the v2 factory', encodeDeployData({ abi: v2.abi, bytecode: v2.bytecode, args: [owner] }))
  const v3Factory = deploy('the v3 factory', uniswapV3Factory().bytecode)
  const manager = deploy('the v4 manager', encodeDeployData({ abi: v4.abi, bytecode: v4.bytecode, args: [owner] }))
  const probed: ProbedChain = {
    anvil,
    chain,
    owner,
    tokens: tokens.sort((one, other) => (BigInt(one) < BigInt(other) ? -1 : 1)),
    v2Factory,
    v3Factory,
    manager,
    pairProber: deploy('the prober of pairs', pairProberBytecode),
    v3Prober: deploy('the prober of v3 pools', v3ProberBytecode),
    v4Prober: deploy(
      'the prober of v4 pools',
      encodeDeployData({ abi: v4ProberAbi, bytecode: v4ProberBytecode, args: [manager] }),
    ),
  }
  await chain.block(plan)
  await transact(probed, [
    transaction(manager, managerAbi, 'setProtocolFeeController', [owner]),
    transaction(v3Factory, v3FactoryAbi, 'enableFeeAmount', [100, 1]),
    transaction(v3Factory, v3FactoryAbi, 'enableFeeAmount', [coarseFee, 16_000]),
  ])
  return probed
}

export interface Transaction {
  to: Address
  data: Hex
  purpose: string
}

export function transaction<const TAbi extends Abi, Name extends ContractFunctionName<TAbi, 'nonpayable'>>(
  to: Address,
  abi: TAbi,
  functionName: Name,
  args: ContractFunctionArgs<TAbi, 'nonpayable', Name>,
): Transaction {
  const data = encodeFunctionData({ abi, functionName, args } as EncodeFunctionDataParameters)
  return { to, data, purpose: functionName }
}

/** Mines the transactions in one block; throws when one of them fails. */
export async function transact({ chain, owner }: ProbedChain, transactions: readonly Transaction[]): Promise<void> {
  await chain.block(transactions.map((sent) => ({ from: owner, ...sent })))
}

/** The answer of a call that changes nothing. */
export async function ask<
  const TAbi extends Abi,
  Name extends ContractFunctionName<TAbi>,
  Args extends ContractFunctionArgs<TAbi, 'nonpayable' | 'view', Name>,
>(
  { anvil, owner }: ProbedChain,
  to: Address,
  abi: TAbi,
  functionName: Name,
  args: Args,
): Promise<ContractFunctionReturnType<TAbi, 'nonpayable' | 'view', Name, Args>> {
  const data = encodeFunctionData({ abi, functionName, args } as EncodeFunctionDataParameters)
  const call = { from: owner, to, data, gas: toQuantity(gasPerCall) }
  const answer = hex.parse(await anvil.rpc.request('eth_call', [call, 'latest']))
  const decoded = decodeFunctionResult({ abi, functionName, data: answer } as DecodeFunctionResultParameters)
  return decoded as ContractFunctionReturnType<TAbi, 'nonpayable' | 'view', Name, Args>
}
