import { createRequire } from 'node:module'
import {
  type Address,
  concat,
  encodeAbiParameters,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  keccak256,
  parseAbi,
  toFunctionSelector,
  toHex,
} from 'viem'
import type { HDAccount } from 'viem/accounts'
import { type Artifact, type Call, type Chain, compiled } from './chain.ts'
import type { Exchange } from './exchange.ts'
import type { Safe } from './safe.ts'

const singletonFactory = '0xce0042B868300000d44A59004Da54A005ffdcf9f'
const role = keccak256(toHex('executor'))
const allowance = keccak256(toHex('usd per day'))
const multiSendSelector = toFunctionSelector('multiSend(bytes)')

// Zodiac Roles 2, PermissionBuilder: kinds of parameters and operators.
const parameter = { static: 1, tuple: 3, array: 4, calldata: 5 } as const
const operator = { pass: 0, matches: 5, equalToAvatar: 15, equalTo: 16, withinAllowance: 28 } as const

interface Condition {
  parent: number
  paramType: number
  operator: number
  compValue: Hex
}

const condition = (parent: number, paramType: number, kind: number, compValue: Hex = '0x'): Condition => ({
  parent,
  paramType,
  operator: kind,
  compValue,
})

/** tokenIn, tokenOut and recipient are fixed, amountIn is drawn from the day's allowance. */
function poolConditions(exchange: Exchange): Condition[] {
  const word = (address: Address): Hex => encodeAbiParameters([{ type: 'address' }], [address])
  return [
    condition(0, parameter.calldata, operator.matches),
    condition(0, parameter.tuple, operator.matches),
    condition(1, parameter.static, operator.equalTo, word(exchange.usd)),
    condition(1, parameter.static, operator.equalTo, word(exchange.weth)),
    condition(1, parameter.static, operator.pass), // fee
    condition(1, parameter.static, operator.equalToAvatar),
    condition(1, parameter.static, operator.pass), // deadline
    condition(1, parameter.static, operator.withinAllowance, allowance),
    condition(1, parameter.static, operator.pass), // amountOutMinimum
    condition(1, parameter.static, operator.pass), // sqrtPriceLimitX96
  ]
}

/** Path and recipient are fixed, amountIn is drawn from the day's allowance. */
function pairConditions(exchange: Exchange): Condition[] {
  const path = encodeAbiParameters([{ type: 'address[]' }], [[exchange.usd, exchange.weth]])
  return [
    condition(0, parameter.calldata, operator.matches),
    condition(0, parameter.static, operator.withinAllowance, allowance),
    condition(0, parameter.static, operator.pass), // amountOutMin
    condition(0, parameter.array, operator.equalTo, path),
    condition(0, parameter.static, operator.equalToAvatar),
    condition(0, parameter.static, operator.pass), // deadline
    condition(3, parameter.static, operator.pass), // what the path is an array of
  ]
}

interface Factory {
  abi: Artifact['abi']
  bytecode: Hex
  linkBytecode(libraries: Record<string, Address>): Hex
}

function published(name: string): Factory {
  return createRequire(import.meta.url)('zodiac-roles-sdk/typechain')[`${name}__factory`]
}

/** A Roles modifier in front of a Safe, as the npm package builds it, scoped to the two swaps; answers how to call through it. */
export async function deployRoles(
  chain: Chain,
  admin: HDAccount,
  executor: HDAccount,
  safe: Safe,
  exchange: Exchange,
): Promise<(call: Call & { operation: number }) => Call> {
  const { runtime } = compiled('BenchContracts.sol', 'BenchSingletonFactory')
  await chain.tester.setCode({ address: singletonFactory, bytecode: runtime })
  const integrity = await chain.deploy(admin, published('Integrity'))
  const packer = await chain.deploy(admin, published('Packer'))
  const { abi, ...roles } = published('Roles')
  const libraries = { 'contracts/Integrity.sol:Integrity': integrity, 'contracts/packers/Packer.sol:Packer': packer }
  const nobody = '0x0000000000000000000000000000000000000001'
  const bytecode = published('Roles').linkBytecode(libraries)
  const mastercopy = await chain.deploy(admin, { ...roles, abi, bytecode }, [nobody, nobody, nobody])
  const modifier = await clone(chain, admin, mastercopy)
  const call = (functionName: string, args: readonly unknown[]) => chain.call(admin, modifier, abi, functionName, args)
  const three = [{ type: 'address' }, { type: 'address' }, { type: 'address' }] as const
  await call('setUp', [encodeAbiParameters(three, [admin.address, safe.address, safe.address])])
  await chain.callAs(safe.address, safe.address, parseAbi(['function enableModule(address)']), 'enableModule', [
    modifier,
  ])
  await call('assignRoles', [executor.address, [role], [true]])
  const day = 10n ** 6n * 10n ** 18n
  await call('setAllowance', [allowance, day, day, day, 86_400n, 0n])
  const pool = toFunctionSelector('exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))')
  const pair = toFunctionSelector('swapExactTokensForTokens(uint256,uint256,address[],address,uint256)')
  for (const [target, selector, conditions] of [
    [exchange.router3, pool, poolConditions(exchange)],
    [exchange.router2, pair, pairConditions(exchange)],
  ] as const) {
    await call('scopeTarget', [role, target])
    await call('scopeFunction', [role, target, selector, conditions, 0])
  }
  const unwrapper = await chain.deploy(admin, published('MultiSendUnwrapper'))
  await call('setTransactionUnwrapper', [safe.kit.multiSend, multiSendSelector, unwrapper])
  return ({ to, data, operation }) => ({
    to: modifier,
    data: encodeFunctionData({
      abi,
      functionName: 'execTransactionWithRole',
      args: [to, 0n, data, operation, role, true],
    }),
  })
}

/** An EIP-1167 clone, which is how Roles modifiers are deployed. */
async function clone(chain: Chain, from: HDAccount, mastercopy: Address): Promise<Address> {
  const nonce = BigInt(await chain.reader.getTransactionCount({ address: from.address }))
  const head = '0x3d602d80600a3d3981f3363d3d373d3d3d363d73'
  await chain.send(from, { data: concat([head, mastercopy, '0x5af43d82803e903d91602b57fd5bf3']) })
  return getContractAddress({ from: from.address, nonce })
}
