import type { Address, Hex } from 'viem'
import type { Environment } from '../../environment.ts'
import { awsKms } from './aws-kms.ts'
import { gcpKms } from './gcp-kms.ts'
import { type KeyService, keyName, keyServiceAddress, keyServiceSigner } from './key-service.ts'
import { executorAddress, localSigner } from './local.ts'
import type { Signer } from './signer.ts'

/**
 * The signer of a vault's executor, in the place that EXECUTOR_SIGNER names.
 * @throws SignerMismatch if our key for the vault and epoch is not `executor`, the one the vault names
 * @throws KeyServiceError if a key service does not answer, or refuses
 */
export async function openSigner(
  environment: Environment,
  vault: Address,
  epoch: number,
  executor: Address,
): Promise<Signer> {
  const { CHAIN_ID: chainId } = environment
  const service = keyServiceOf(environment)
  if (service !== null) return keyServiceSigner(service, keyName(chainId, vault, epoch), executor)
  const { seed, version } = seedOf(environment)
  return localSigner(seed, version, chainId, vault, epoch, executor)
}

/**
 * Our key for this vault and epoch: no two vaults, chains or epochs share one.
 * @throws KeyServiceError if a key service does not answer, or has no such key
 */
export async function ourExecutor(environment: Environment, vault: Address, epoch: number): Promise<Address> {
  const { CHAIN_ID: chainId } = environment
  const service = keyServiceOf(environment)
  if (service !== null) return keyServiceAddress(service, keyName(chainId, vault, epoch))
  const { seed, version } = seedOf(environment)
  return executorAddress(seed, version, chainId, vault, epoch)
}

function seedOf(environment: Environment): { seed: Hex; version: number } {
  const { EXECUTOR_SEED: seed, EXECUTOR_SEED_VERSION: version } = environment
  return { seed: needed(seed) as Hex, version }
}

/** Opened once for each isolate: tokens and public keys are kept in them. */
const services = new WeakMap<Environment, KeyService>()

/** Null where the key is derived here. */
function keyServiceOf(environment: Environment): KeyService | null {
  const opened = services.get(environment) ?? openKeyService(environment)
  if (opened !== null) services.set(environment, opened)
  return opened
}

function openKeyService(environment: Environment): KeyService | null {
  switch (environment.EXECUTOR_SIGNER) {
    case 'local':
      return null
    case 'aws-kms':
      return awsKms({
        region: needed(environment.AWS_REGION),
        accessKeyId: needed(environment.AWS_ACCESS_KEY_ID),
        secretAccessKey: needed(environment.AWS_SECRET_ACCESS_KEY),
        endpoint: environment.AWS_KMS_ENDPOINT,
      })
    case 'gcp-kms':
      return gcpKms({ keyRing: needed(environment.GCP_KEY_RING), account: needed(environment.GCP_SERVICE_ACCOUNT) })
  }
}

/** The environment is refused as a whole where its signer's variables are missing. */
function needed<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('A variable of the signer is missing.')
  return value
}
