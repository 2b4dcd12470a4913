import {
  type Address,
  decodeDeployData,
  decodeFunctionData,
  deploylessCallViaBytecodeBytecode,
  encodeFunctionResult,
  type Hex,
  isAddressEqual,
  parseAbi,
  zeroAddress,
} from 'viem'
import { vi } from 'vitest'
import { z } from 'zod'
import { devnet } from '../../../shared/chain/chains/424242.ts'
import type { TokenDefinition } from '../../../shared/chain/chains/chain.ts'
import { lensAbi } from '../../../shared/chain/generated/lens.ts'
import { vaultAbi } from '../../../shared/chain/generated/vault.ts'
import { mandateId } from '../../../shared/schema/mandate.ts'
import { listings } from '../../../shared/schema/snapshot.ts'
import { executorAddress } from '../../../workers/agent/signers/local.ts'

/** What viem's deployless call takes: the code to run, and the call to it. */
const deploylessAbi = parseAbi(['constructor(bytes code, bytes call)'])

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
export const tokens = { weth: token('WETH'), usdc: token('USDC'), dai: token('DAI'), usdt: token('USDT') }
const listed = [tokens.weth, tokens.usdc, tokens.usdt]

export interface FakeChain {
  /** Mandates that are open on chain. */
  openMandates: Set<Hex>
  reachable: boolean
  chainId: number
}

const rpcRequest = z.object({ id: z.unknown(), method: z.string(), params: z.array(z.unknown()).optional() })
const callParameters = z.tuple([z.object({ to: z.string().optional(), data: z.string() })]).rest(z.unknown())

/** Puts the provider behind `fetch`. DAI is known to the agent, and the vaults do not list it; USDT is in quarantine in all of them. */
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
  if (to === undefined) return callLens(`0x${data.slice(2)}`)
  if (isAddressEqual(`0x${to.slice(2)}`, notAVault)) return reverted
  return { result: isKnown(`0x${to.slice(2)}`) ? callVault(chain, `0x${to.slice(2)}`, `0x${data.slice(2)}`) : '0x' }
}

const reverted = { error: { code: 3, message: 'execution reverted' } }

function isKnown(vault: Address): boolean {
  const vaults = [vaultAddress, otherVault, thirdVault, foreignVault, strangersVault]
  return vaults.some((one) => isAddressEqual(one, vault))
}

/** The lens runs without being deployed; asked about something that is no vault, it reverts. */
function callLens(data: Hex): { result: unknown } | { error: unknown } {
  const bytecode = deploylessCallViaBytecodeBytecode
  const { args } = decodeDeployData({ abi: deploylessAbi, bytecode, data })
  const call = decodeFunctionData({ abi: lensAbi, data: args[1] })
  if (call.functionName !== 'stateOf' && call.functionName !== 'assetsOf') {
    throw new Error(`The fake lens does not know ${call.functionName}.`)
  }
  const [vault] = call.args
  if (!isKnown(vault)) return reverted
  if (call.functionName === 'stateOf') {
    return { result: encodeFunctionResult({ abi: lensAbi, functionName: 'stateOf', result: stateOf(vault) }) }
  }
  return {
    result: encodeFunctionResult({
      abi: lensAbi,
      functionName: 'assetsOf',
      result: listed.map(({ address, decimals }) => ({
        token: address,
        listing: listings.indexOf(address === tokens.usdt.address ? 'Quarantined' : 'Feed'),
        decimals,
        booked: 5n * 10n ** BigInt(decimals),
        balance: 5n * 10n ** BigInt(decimals),
        sizeFactorBps: 10_000n,
        hint: 0,
        twapPool: zeroAddress,
        verdict: { reason: 0, low: 10n ** 18n, high: 10n ** 18n, feed: 10n ** 18n, updatedAt: 1_790_000_000n },
      })),
    }),
  }
}

function callVault(chain: FakeChain, vault: Address, data: Hex): Hex {
  const call = decodeFunctionData({ abi: vaultAbi, data })
  switch (call.functionName) {
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
          lastExecution: 0,
          executionCount: open ? 1 : 0,
          open,
          closed: false,
          poorFills: 0,
          treasurerEpoch: 0,
          latched: false,
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
  sentinelRequired: false,
  incident: 0,
  epoch: 1,
  executorExpiry: 1_900_000_000n,
  checkpointAt: 1_790_000_000n,
  checkpointFresh: true,
  suspendedAt: 0n,
  peakUsd: 10n ** 24n,
  netAssetValueUsd: 10n ** 24n,
  volumeUsedUsd: 0n,
  lossUsedUsd: 0n,
  refundUsedUsd: 0n,
  limits: {
    automaticLimitUsd: 10n ** 23n,
    sizeCapUsd: 10n ** 23n,
    volumeCapacityUsd: 10n ** 24n,
    lossCapacityUsd: 10n ** 22n,
    refundCapacityUsd: 10n ** 21n,
    maximumSlippageBps: 100,
    drawdownBps: 1_000,
    referenceVolatilityBps: 500,
    maximumCheckpointAge: 3_600,
  },
  reviewThreshold: 2,
  treasurerEpoch: 0,
  policyHash: `0x${'77'.repeat(32)}`,
} as const
