import {
  type Abi,
  type Address,
  concat,
  encodeFunctionData,
  encodePacked,
  getAddress,
  maxUint256,
  parseAbi,
  size,
  zeroAddress,
} from 'viem'
import type { HDAccount } from 'viem/accounts'
import { type Call, type Chain, packaged } from './chain.ts'
import { type Exchange, erc20, fund } from './exchange.ts'

const delegatecall = 1
const artifacts = '@safe-global/safe-smart-account/build/artifacts/contracts'

export interface SafeKit {
  abi: Abi
  singleton: Address
  factory: Address
  factoryAbi: Abi
  multiSend: Address
}

export interface Safe {
  address: Address
  owner: HDAccount
  kit: SafeKit
}

/** Safe 1.5.0 as its package publishes it. */
export async function deploySafeKit(chain: Chain, admin: HDAccount): Promise<SafeKit> {
  const safe = packaged(`${artifacts}/Safe.sol/Safe.json`)
  const factory = packaged(`${artifacts}/proxies/SafeProxyFactory.sol/SafeProxyFactory.json`)
  const multiSend = packaged(`${artifacts}/libraries/MultiSendCallOnly.sol/MultiSendCallOnly.json`)
  return {
    abi: safe.abi,
    singleton: await chain.deploy(admin, safe),
    factory: await chain.deploy(admin, factory),
    factoryAbi: factory.abi,
    multiSend: await chain.deploy(admin, multiSend),
  }
}

/** A funded Safe with one owner and open allowances to both routers. */
export async function openSafe(
  chain: Chain,
  admin: HDAccount,
  kit: SafeKit,
  owner: HDAccount,
  salt: bigint,
  exchange: Exchange,
): Promise<Safe> {
  const setup = encodeFunctionData({
    abi: kit.abi,
    functionName: 'setup',
    args: [[owner.address], 1n, zeroAddress, '0x', zeroAddress, zeroAddress, 0n, zeroAddress],
  })
  const args = [kit.singleton, setup, salt]
  const created = { address: kit.factory, abi: kit.factoryAbi, functionName: 'createProxyWithNonce', args }
  const { result } = await chain.reader.simulateContract({ account: admin, ...created })
  await chain.call(admin, kit.factory, kit.factoryAbi, 'createProxyWithNonce', args)
  const address = getAddress(String(result))
  await fund(chain, admin, exchange, address)
  for (const token of [exchange.usd, exchange.weth]) {
    for (const router of [exchange.router2, exchange.router3]) {
      await chain.callAs(address, token, erc20, 'approve', [router, maxUint256])
    }
  }
  return { address, owner, kit }
}

const safeTransaction = {
  SafeTx: [
    { type: 'address', name: 'to' },
    { type: 'uint256', name: 'value' },
    { type: 'bytes', name: 'data' },
    { type: 'uint8', name: 'operation' },
    { type: 'uint256', name: 'safeTxGas' },
    { type: 'uint256', name: 'baseGas' },
    { type: 'uint256', name: 'gasPrice' },
    { type: 'address', name: 'gasToken' },
    { type: 'address', name: 'refundReceiver' },
    { type: 'uint256', name: 'nonce' },
  ],
} as const

/** The call through the Safe, signed by its owner. */
export async function throughSafe(chain: Chain, safe: Safe, call: Call & { operation: number }): Promise<Call> {
  const nonce = await chain.read<bigint>(safe.address, safe.kit.abi, 'nonce')
  const payment = { safeTxGas: 0n, baseGas: 0n, gasPrice: 0n, gasToken: zeroAddress, refundReceiver: zeroAddress }
  const signature = await safe.owner.signTypedData({
    domain: { chainId: 31337, verifyingContract: safe.address },
    types: safeTransaction,
    primaryType: 'SafeTx',
    message: { ...call, value: 0n, ...payment, nonce },
  })
  const args = [call.to, 0n, call.data, call.operation, 0n, 0n, 0n, zeroAddress, zeroAddress, signature]
  return {
    to: safe.address,
    data: encodeFunctionData({ abi: safe.kit.abi, functionName: 'execTransaction', args }),
  }
}

/** Several calls as one, by the Safe's own MultiSend. */
export function bundled(kit: SafeKit, calls: readonly Call[]): Call & { operation: number } {
  const packed = calls.map(({ to, data }) =>
    encodePacked(['uint8', 'address', 'uint256', 'uint256', 'bytes'], [0, to, 0n, BigInt(size(data)), data]),
  )
  const abi = parseAbi(['function multiSend(bytes)'])
  return { to: kit.multiSend, data: encodeFunctionData({ abi, args: [concat(packed)] }), operation: delegatecall }
}
