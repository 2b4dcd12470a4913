import { type Address, decodeFunctionData, encodeFunctionResult, type Hex, isAddressEqual } from 'viem'
import { vi } from 'vitest'
import { z } from 'zod'
import { devnet } from '../../../shared/chain/chains/424242.ts'
import type { TokenDefinition } from '../../../shared/chain/chains/chain.ts'
import { vaultAbi } from '../../../shared/chain/generated/vault.ts'
import { mandateId } from '../../../shared/schema/mandate.ts'
import { executorAddress } from '../../../workers/agent/signer.ts'

// A provider that knows a few vaults: it decodes the calls and answers as the contract's ABI says.

export const vaultAddress: Address = '0x1111111111111111111111111111111111111111'
export const otherVault: Address = '0x2222222222222222222222222222222222222222'
export const thirdVault: Address = '0x7777777777777777777777777777777777777777'
/** Has code, and is no vault. */
export const notAVault: Address = '0x3333333333333333333333333333333333333333'
/** Answers everything like a vault, but hashes mandates for another chain. */
export const foreignVault: Address = '0x4444444444444444444444444444444444444444'

/** A vault of ours, whose executor is somebody else's key. */
export const strangersVault: Address = '0x8888888888888888888888888888888888888888'

function token(symbol: string): TokenDefinition {
  const found = devnet.tokens.find((one) => one.symbol === symbol)
  if (found === undefined) throw new Error(`The local chain has no ${symbol}.`)
  return found
}
export const tokens = { weth: token('WETH'), usdc: token('USDC'), dai: token('DAI') }
const listed = [tokens.weth, tokens.usdc]

export interface FakeChain {
  /** Mandates that are open on chain. */
  openMandates: Set<Hex>
  reachable: boolean
  chainId: number
}

const rpcRequest = z.object({ id: z.unknown(), method: z.string(), params: z.array(z.unknown()).optional() })
const callParameters = z.tuple([z.object({ to: z.string(), data: z.string() })]).rest(z.unknown())

/** Puts the provider behind `fetch`. DAI is known to the agent, and the vaults do not list it. */
export function fakeChain(): FakeChain {
  const chain: FakeChain = { openMandates: new Set(), reachable: true, chainId: devnet.id }
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (_input, init) => {
    if (!chain.reachable) throw new TypeError('connection refused')
    const request = rpcRequest.parse(JSON.parse(String(init?.body)))
    return Response.json({ jsonrpc: '2.0', id: request.id, ...answer(chain, request.method, request.params ?? []) })
  })
  return chain
}

function answer(chain: FakeChain, method: string, parameters: unknown[]): { result: unknown } | { error: unknown } {
  if (method === 'eth_chainId') return { result: `0x${chain.chainId.toString(16)}` }
  if (method !== 'eth_call') return { error: { code: -32_601, message: `no ${method} here` } }
  const [{ to, data }] = callParameters.parse(parameters)
  if (isAddressEqual(`0x${to.slice(2)}`, notAVault)) return { error: { code: 3, message: 'execution reverted' } }
  const known = [vaultAddress, otherVault, thirdVault, foreignVault, strangersVault].some((one) =>
    isAddressEqual(one, `0x${to.slice(2)}`),
  )
  return { result: known ? callVault(chain, `0x${to.slice(2)}`, `0x${data.slice(2)}`) : '0x' }
}

function callVault(chain: FakeChain, vault: Address, data: Hex): Hex {
  const call = decodeFunctionData({ abi: vaultAbi, data })
  switch (call.functionName) {
    case 'state':
      return encodeFunctionResult({ abi: vaultAbi, functionName: 'state', result: stateOf(vault) })
    case 'assets':
      return encodeFunctionResult({
        abi: vaultAbi,
        functionName: 'assets',
        result: listed.map(({ address, decimals }) => ({
          token: address,
          decimals,
          booked: 5n * 10n ** BigInt(decimals),
          balance: 5n * 10n ** BigInt(decimals),
          verdict: { reason: 0, low: 10n ** 18n, high: 10n ** 18n, updatedAt: 1_790_000_000n },
        })),
      })
    case 'mandateDigest': {
      const [mandate] = call.args
      const spoken = { ...mandate, start: Number(mandate.start), end: Number(mandate.end) }
      const result = mandateId(vault === foreignVault ? 1 : devnet.id, vault, spoken)
      return encodeFunctionResult({ abi: vaultAbi, functionName: 'mandateDigest', result })
    }
    case 'mandateProgress': {
      const open = chain.openMandates.has(call.args[0])
      return encodeFunctionResult({
        abi: vaultAbi,
        functionName: 'mandateProgress',
        result: {
          filled: open ? 1_000_000n : 0n,
          lastExecution: 0n,
          executionCount: open ? 1 : 0,
          open,
          closed: false,
        },
      })
    }
    default:
      throw new Error(`The fake vault does not know ${call.functionName}.`)
  }
}

const executorSeed = `0x${'11'.repeat(32)}` as const
const stranger: Address = '0x5555555555555555555555555555555555555555'

function stateOf(vault: Address) {
  const executor = vault === strangersVault ? stranger : executorAddress(executorSeed, 1, devnet.id, vault, 1)
  return { ...state, executor }
}

const state = {
  paused: false,
  suspended: false,
  tripped: false,
  isSealed: true,
  incident: 0,
  epoch: 1,
  executorExpiry: 1_900_000_000n,
  checkpointAt: 1_790_000_000n,
  checkpointFresh: true,
  suspendedAt: 0n,
  peakUsd: 10n ** 24n,
  netAssetValueUsd: 10n ** 24n,
  volumeUsedUsd: 0n,
  limits: {
    automaticLimitUsd: 10n ** 23n,
    volumeCapacityUsd: 10n ** 24n,
    volumeRateUsd: 10n ** 18n,
    maximumSlippageBps: 100,
    drawdownBps: 1_000,
    maximumCheckpointAge: 3_600,
  },
  reviewThreshold: 2,
  policyHash: `0x${'77'.repeat(32)}`,
} as const
