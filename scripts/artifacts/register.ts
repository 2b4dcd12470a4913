import {
  type Address,
  BaseError,
  createPublicClient,
  createWalletClient,
  getAddress,
  type Hash,
  type Hex,
  http,
  isAddress,
  zeroAddress,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { Artifacts } from '../../models/artifacts.ts'
import { modelRegistryAbi, modelRegistryBytecode } from '../../shared/chain/generated/modelRegistry.ts'
import { UsageError } from '../local/arguments.ts'

export interface Registration {
  model: Pick<Artifacts, 'modelId' | 'weightsHash' | 'manifestHash' | 'codeHash'>
  /** Never printed: it may hold a key. */
  rpc: string
  /** Null only with `deploy`. */
  registry: string | null
  deploy: boolean
  /** Where the cards can be read. */
  card: string
  /** Private key of the publisher, 0x and 64 digits. */
  key: string
}

export interface Registered {
  registry: Address
  publisher: Address
  /** Null where it was there already. */
  transactionHash: Hash | null
}

/** @throws UsageError with one sentence, and without the key or the address of the provider */
export async function registerModel(registration: Registration): Promise<Registered> {
  const { model, deploy, card } = registration
  const account = accountOf(registration.key)
  if (!URL.canParse(registration.rpc)) throw new UsageError('--rpc takes the http(s) address of a JSON-RPC provider.')
  const transport = http(registration.rpc, { retryCount: 2, timeout: 20_000 })
  const reader = createPublicClient({ transport })
  const writer = createWalletClient({ transport, account })
  const confirmed = async (hash: Hash) => {
    const receipt = await reader.waitForTransactionReceipt({ hash })
    if (receipt.status !== 'success') throw new UsageError(`The transaction ${hash} was reverted.`)
    return receipt
  }
  const deployed = async (): Promise<Address> => {
    const abi = modelRegistryAbi
    const { contractAddress } = await confirmed(
      await writer.deployContract({ abi, bytecode: modelRegistryBytecode, chain: null }),
    )
    if (contractAddress === null || contractAddress === undefined)
      throw new UsageError('The registry was not deployed.')
    return getAddress(contractAddress)
  }
  try {
    const registry = deploy ? await deployed() : registryOf(registration.registry)
    if ((await reader.getCode({ address: registry })) === undefined)
      throw new UsageError(`There is no contract at ${registry}.`)
    const known = await reader.readContract({
      address: registry,
      abi: modelRegistryAbi,
      functionName: 'modelOf',
      args: [model.modelId],
    })
    if (known.publisher !== zeroAddress) return { registry, publisher: known.publisher, transactionHash: null }
    const transactionHash = await writer.writeContract({
      address: registry,
      abi: modelRegistryAbi,
      functionName: 'publish',
      args: [model.weightsHash, model.manifestHash, model.codeHash, card],
      chain: null,
    })
    await confirmed(transactionHash)
    return { registry, publisher: account.address, transactionHash }
  } catch (error) {
    if (!(error instanceof BaseError)) throw error
    // The short message of viem names no address of a provider.
    throw new UsageError(`The registry could not be reached or refused: ${error.shortMessage}`)
  }
}

function accountOf(key: string) {
  if (!/^0x[0-9a-fA-F]{64}$/.test(key))
    throw new UsageError('MODEL_PUBLISHER_KEY must hold a private key: 0x and 64 hex digits.')
  return privateKeyToAccount(key as Hex)
}

function registryOf(registry: string | null): Address {
  if (registry === null) throw new UsageError('Which registry? --registry ADDRESS, or --deploy for a new one.')
  if (!isAddress(registry)) throw new UsageError(`"${registry}" is no address with a valid checksum.`)
  return registry
}
