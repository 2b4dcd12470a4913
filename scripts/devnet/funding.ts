import { type Address, encodeFunctionData, getAddress, type Hex, parseAbi } from 'viem'
import type { ChainDefinition, TokenDefinition } from '../../shared/chain/chains/chain.ts'
import type { Builder } from './builder.ts'
import type { ChainState } from './chain-state.ts'
import { devnetTokenAbi } from './generated/devnetToken.ts'
import { invalidParameters, serverError, toQuantity } from './json-rpc.ts'
import type { ReadGate } from './read-gate.ts'

export interface FundingParts {
  state: ChainState
  chain: ChainDefinition
  gate: ReadGate
  builder: Builder
  /** Whether we can make more of the tokens; otherwise they exist only as they are on the forked chain. */
  mintable: boolean
}

const wethAbi = parseAbi(['function deposit() payable', 'function transfer(address to, uint256 amount) returns (bool)'])

/** Gives `to` base units of a token (symbol or address), or wei for "ETH"; in force when it returns. */
export async function fund(parts: FundingParts, token: string, to: Address, amount: bigint): Promise<void> {
  const { state, gate, chain } = parts
  if (token.toUpperCase() === 'ETH') {
    const balance = await state.balance(to)
    await gate.exclusive(() => state.rpc.request('anvil_setBalance', [to, toQuantity(balance + amount)]))
    return
  }
  const definition = tokenOf(chain, token)
  if (definition.symbol !== 'WETH' && !parts.mintable) {
    throw serverError(`${definition.symbol} on a fork of ${chain.name} cannot be made; buy it on the chain`)
  }
  await parts.builder.produce(() => give(state, definition, to, amount))
}

/** From an account nobody has the key of. */
async function give({ rpc }: ChainState, token: TokenDefinition, to: Address, amount: bigint): Promise<void> {
  const giver = getAddress('0x00000000000000000000000000000000000f0dde')
  await rpc.request('anvil_setBalance', [giver, toQuantity(amount + 10n ** 20n)])
  await rpc.request('anvil_impersonateAccount', [giver])
  const fees = { gas: toQuantity(200_000), gasPrice: toQuantity(10n ** 11n) }
  const send = (data: Hex, value: bigint) =>
    rpc.request('eth_sendTransaction', [{ from: giver, to: token.address, data, value: toQuantity(value), ...fees }])
  if (token.symbol === 'WETH') {
    await send(encodeFunctionData({ abi: wethAbi, functionName: 'deposit' }), amount)
    await send(encodeFunctionData({ abi: wethAbi, functionName: 'transfer', args: [to, amount] }), 0n)
  } else {
    await send(encodeFunctionData({ abi: devnetTokenAbi, functionName: 'mint', args: [to, amount] }), 0n)
  }
  await rpc.request('anvil_stopImpersonatingAccount', [giver])
}

function tokenOf(chain: ChainDefinition, text: string): TokenDefinition {
  const token = chain.tokens.find(
    ({ symbol, address: at }) => symbol === text || at.toLowerCase() === text.toLowerCase(),
  )
  if (token === undefined) throw invalidParameters(`this chain has no token ${text}`)
  return token
}
