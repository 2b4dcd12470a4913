import { type Address, concatHex, type Hex, hexToBigInt, keccak256, numberToHex, stringToHex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { curveOrder } from './signature.ts'
import { type Signer, SignerMismatch } from './signer.ts'

const derivationDomain = stringToHex('portcullis executor key')

/**
 * One key per (chain, vault, epoch): keccak over a domain, the seed, its version and the three, each in 32 bytes. A reset
 * raises the epoch, and so brings a new key by itself; a suspected theft of the seed needs a new seed and version.
 */
function executorAccount(
  seed: Hex,
  seedVersion: number,
  chainId: number,
  vault: Address,
  epoch: number,
): PrivateKeyAccount {
  const word = (value: number) => numberToHex(value, { size: 32 })
  let key = keccak256(
    concatHex([derivationDomain, seed, word(seedVersion), word(chainId), vault.toLowerCase() as Hex, word(epoch)]),
  )
  // A key is a number from 1 to the group's order, exclusive; about one in 2^128 is not, and is hashed on.
  while (hexToBigInt(key) === 0n || hexToBigInt(key) >= curveOrder) key = keccak256(key)
  return privateKeyToAccount(key)
}

/** The executor a vault must be configured with (and what reviewers put into a breaker reset) for an epoch. */
export function executorAddress(
  seed: Hex,
  seedVersion: number,
  chainId: number,
  vault: Address,
  epoch: number,
): Address {
  return executorAccount(seed, seedVersion, chainId, vault, epoch).address
}

/**
 * A signer whose key is derived here and never leaves.
 * @throws SignerMismatch if the derived key is not `executor`, the one the vault names.
 */
export function localSigner(
  seed: Hex,
  seedVersion: number,
  chainId: number,
  vault: Address,
  epoch: number,
  executor: Address,
): Signer {
  const account = executorAccount(seed, seedVersion, chainId, vault, epoch)
  if (account.address.toLowerCase() !== executor.toLowerCase()) throw new SignerMismatch(account.address, executor)
  return {
    address: account.address,
    sign: async (transaction) => {
      const bytes = await account.signTransaction({ type: 'eip1559', value: 0n, ...transaction })
      return { bytes, hash: keccak256(bytes) }
    },
  }
}
