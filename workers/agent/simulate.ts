import { BaseError, decodeErrorResult, decodeFunctionResult, type Hex, hexToBigInt, toHex } from 'viem'
import { z } from 'zod'
import { refusals } from '../../shared/chain/generated/refusals.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import type { ExecuteCall } from './execute-call.ts'
import { type Provider, ProviderRefused, ProviderUnavailable } from './providers.ts'

/** `refusal` is the vault's own reason (a name from Refusal.sol), or what the node said where the revert is not the vault's. */
export type Simulation = { ok: true; amountOut: bigint; gasUsed: bigint } | { ok: false; refusal: string }

/** In which block the call is imagined: on top of `parent`, at `timestamp`. */
export interface SimulatedBlock {
  parent: bigint
  number: bigint
  timestamp: number
}

const methodNotFound = -32601

/** Runs the exact call as if it were in that block, nothing else with it. */
export async function simulate(provider: Provider, call: ExecuteCall, block: SimulatedBlock): Promise<Simulation> {
  try {
    return await simulateBlock(provider, call, block)
  } catch (error) {
    if (error instanceof ProviderRefused && error.code === methodNotFound)
      return callWithOverrides(provider, call, block)
    throw error
  }
}

const hex = z.string().regex(/^0x[0-9a-fA-F]*$/)
const simulatedSchema = z.array(
  z.object({
    calls: z.array(
      z.object({
        status: hex,
        returnData: hex,
        gasUsed: hex,
        error: z.object({ message: z.string(), data: z.unknown().optional() }).nullish(),
      }),
    ),
  }),
)

/** Number and time are both given: without the number a node runs the call in the parent block itself. */
async function simulateBlock(provider: Provider, call: ExecuteCall, block: SimulatedBlock): Promise<Simulation> {
  const blockOverrides = { number: toHex(block.number), time: toHex(block.timestamp) }
  const answer = await provider.request('eth_simulateV1', [
    { blockStateCalls: [{ blockOverrides, calls: [call] }], validation: false },
    toHex(block.parent),
  ])
  const result = simulatedSchema.safeParse(answer).data?.at(-1)?.calls[0]
  if (result === undefined) throw new ProviderUnavailable(`${provider.label} answered eth_simulateV1 undecodably`)
  const returned = result.returnData as Hex
  if (hexToBigInt(result.status as Hex) === 1n) return success(returned, hexToBigInt(result.gasUsed as Hex))
  const errorData = typeof result.error?.data === 'string' ? (result.error.data as Hex) : '0x'
  return { ok: false, refusal: refusalOf(returned === '0x' ? errorData : returned, result.error?.message) }
}

/** For nodes without eth_simulateV1: eth_call with block overrides, and gas from an estimate. */
async function callWithOverrides(provider: Provider, call: ExecuteCall, block: SimulatedBlock): Promise<Simulation> {
  const overrides = { number: toHex(block.number), time: toHex(block.timestamp) }
  try {
    const returned = await provider.request('eth_call', [call, toHex(block.parent), {}, overrides])
    const gas = await provider.request('eth_estimateGas', [call, toHex(block.parent)])
    return success(hex.parse(returned) as Hex, hexToBigInt(hex.parse(gas) as Hex))
  } catch (error) {
    if (!(error instanceof ProviderRefused) || error.code === methodNotFound) throw error
    return { ok: false, refusal: refusalOf(error.data ?? '0x', error.message) }
  }
}

function success(returned: Hex, gasUsed: bigint): Simulation {
  try {
    const amountOut = decodeFunctionResult({ abi: vaultAbi, functionName: 'execute', data: returned })
    return { ok: true, amountOut, gasUsed }
  } catch (error) {
    // An account without code succeeds with nothing: that is no vault, and not a success.
    if (error instanceof BaseError) return { ok: false, refusal: 'the vault returned nothing' }
    throw error
  }
}

/** The vault's refusal by name, from revert data; the node's words where the data is not the vault's. */
export function refusalOf(data: Hex, message = 'reverted without a reason'): string {
  try {
    const decoded = decodeErrorResult({ abi: vaultAbi, data })
    if (decoded.errorName !== 'Refused') return decoded.errorName
    return refusals[decoded.args[0]] ?? `refusal ${decoded.args[0]}`
  } catch {
    return message
  }
}
