import {
  type Address,
  ContractFunctionExecutionError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  createPublicClient,
  type Hex,
  http,
} from 'viem'
import { lensAbi, lensBytecode } from '../../shared/chain/generated/lens.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { type Mandate, mandateId, mandateMessage } from '../../shared/schema/mandate.ts'
import type { Environment } from '../environment.ts'
import { Problem } from './problems.ts'

const rpcTimeoutMilliseconds = 5_000

function clientOf(environment: Environment) {
  return createPublicClient({
    transport: http(environment.RPC_URLS[0], { timeout: rpcTimeoutMilliseconds, retryCount: 1 }),
  })
}

/** A mandate nobody signs: its digest tells whether a contract hashes mandates as we do, domain included. */
const probe: Mandate = {
  strategy: `0x${'01'.repeat(32)}`,
  sell: `0x${'02'.repeat(20)}`,
  buy: `0x${'03'.repeat(20)}`,
  total: 4n,
  maximumSlice: 5n,
  refillAmount: 14n,
  refillPeriod: 15,
  start: 6,
  end: 7,
  minimumInterval: 8,
  maximumExecutions: 9,
  worstPrice: 10n,
  slippageBps: 11,
  poorFillBps: 16,
  maximumPoorFills: 17,
  configurationHash: `0x${'0c'.repeat(32)}`,
  salt: 13n,
}

/**
 * The vault now, at the first provider. For people: ticks read two providers at one block.
 *
 * @throws Problem unavailable when the chain does not answer
 */
export async function readVault(environment: Environment, vault: Address): Promise<VaultReading> {
  return readOrUnavailable(() => stateOf(environment, vault))
}

/**
 * Progress of one mandate on chain.
 *
 * @throws Problem unavailable when the chain does not answer
 */
export async function readMandateProgress(environment: Environment, vault: Address, mandate: Hex) {
  return readOrUnavailable(() =>
    clientOf(environment).readContract({
      address: vault,
      abi: vaultAbi,
      functionName: 'mandateProgress',
      args: [mandate],
    }),
  )
}

/**
 * Makes sure that the address holds a Portcullis vault on our chain: the lens can read its state, and it hashes a mandate to the
 * digest that treasurers will be asked to sign.
 *
 * @throws Problem not-a-vault, or unavailable when the chain does not answer
 */
export async function requirePortcullisVault(environment: Environment, vault: Address): Promise<VaultReading> {
  const client = clientOf(environment)
  const chainId = await readOrUnavailable(() => client.getChainId())
  if (chainId !== environment.CHAIN_ID) {
    throw new Problem(
      'unavailable',
      `The provider answers for chain ${chainId}, not for chain ${environment.CHAIN_ID}.`,
    )
  }
  const args = [mandateMessage(probe)] as const
  return readOrUnavailable(async () => {
    try {
      const [digest, vaultReading] = await Promise.all([
        client.readContract({ address: vault, abi: vaultAbi, functionName: 'mandateDigest', args }),
        stateOf(environment, vault),
      ])
      if (digest !== mandateId(environment.CHAIN_ID, vault, probe)) throw notAVault(vault)
      return vaultReading
    } catch (error) {
      if (error instanceof ContractFunctionExecutionError && saysNoVault(error)) throw notAVault(vault)
      throw error
    }
  })
}

async function stateOf(environment: Environment, vault: Address) {
  const client = clientOf(environment)
  const lens = { abi: lensAbi, code: lensBytecode, args: [vault] } as const
  const [state, assets] = await Promise.all([
    client.readContract({ ...lens, functionName: 'stateOf' }),
    client.readContract({ ...lens, functionName: 'assetsOf' }),
  ])
  return { state, assets }
}

export type VaultReading = Awaited<ReturnType<typeof stateOf>>

/** The cause is not passed on: a provider's error may hold its URL, and that its key. */
async function readOrUnavailable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem('unavailable', 'The chain could not be read, so nothing was changed; try again.')
  }
}

/** No code, a revert, or an answer of another shape: the contract spoke, and it is no vault. */
function saysNoVault(error: ContractFunctionExecutionError): boolean {
  const { cause } = error
  return (
    cause instanceof ContractFunctionZeroDataError ||
    cause instanceof ContractFunctionRevertedError ||
    /^(AbiDecoding|PositionOutOfBounds|InvalidBytesBoolean|InvalidHex|IntegerOutOfRange)/.test(cause.name)
  )
}

function notAVault(vault: Address): Problem {
  const detail = `${vault} does not answer like a Portcullis vault on this chain.`
  return new Problem('not-a-vault', detail, { faults: [{ pointer: '#/address', detail }] })
}
