import { type Address, type Hex, parseEventLogs } from 'viem'
import { clientOf } from '../../scripts/devnet/transactions.ts'
import { lensAbi, lensBytecode } from '../../shared/chain/generated/lens.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { ledgerOf } from '../../workers/agent/ledger-address.ts'
import { env } from '../integration/agent-world.ts'
import { reach } from '../integration/local-chain.ts'

// What the vault and the chain say by themselves.

export function ledgerOfVault(vault: Address) {
  return ledgerOf(env, reach.chain.id, vault)
}

/** How far a mandate is, in the state of one block; the newest unless told. */
export function progressOf(vault: Address, mandateId: Hex, block?: number) {
  return clientOf(reach).readContract({
    address: vault,
    abi: vaultAbi,
    functionName: 'mandateProgress',
    args: [mandateId],
    ...(block === undefined ? {} : { blockNumber: BigInt(block) }),
  })
}

/** Every trade of the vault. */
export async function tradesOf(vault: Address) {
  const logs = await clientOf(reach).getLogs({ address: vault, fromBlock: 0n, toBlock: 'latest' })
  return parseEventLogs({ abi: vaultAbi, eventName: 'Executed', logs })
}

/** The vault's limits, and what is used of them. */
export function stateOf(vault: Address) {
  return clientOf(reach).readContract({ abi: lensAbi, code: lensBytecode, functionName: 'stateOf', args: [vault] })
}
