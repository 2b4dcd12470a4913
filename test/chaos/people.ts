import { type Address, encodeFunctionData, type Hex } from 'viem'
import type { HDAccount } from 'viem/accounts'
import { clientOf } from '../../scripts/devnet/transactions.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { localSigner } from '../../workers/agent/signers/local.ts'
import { env } from '../integration/agent-world.ts'
import { reach, rpc } from '../integration/local-chain.ts'

/** Wei per gas: whoever stops something is in a hurry. */
const bid = { maxFeePerGas: 200_000_000_000n, maxPriorityFeePerGas: 5_000_000_000n }

/** What people do to a vault on the chain. It waits in the public pool, so that it may land beside an order. */
export type Deed = 'pause' | 'unpause' | 'close'

export async function doOnChain(vault: Address, deed: Deed, mandateId: Hex): Promise<void> {
  const { guardian, owner, treasurer } = reach.accounts
  if (deed === 'pause') await sendPublicly(guardian, vault, call('pause'))
  else if (deed === 'unpause') await sendPublicly(owner, vault, call('unpause'))
  else {
    const data = encodeFunctionData({ abi: vaultAbi, functionName: 'closeMandate', args: [mandateId] })
    await sendPublicly(treasurer, vault, data)
  }
}

function call(functionName: 'pause' | 'unpause'): Hex {
  return encodeFunctionData({ abi: vaultAbi, functionName })
}

async function sendPublicly(account: HDAccount, to: Address, data: Hex): Promise<void> {
  const nonce = await clientOf(reach).getTransactionCount({ address: account.address, blockTag: 'pending' })
  const fields = { type: 'eip1559', chainId: reach.chain.id, nonce, to, data, gas: 300_000n, ...bid } as const
  await rpc('eth_sendRawTransaction', [await account.signTransaction(fields)])
}

/** Somebody uses the executor's key for something else, at the account's next nonce; the transaction's hash. */
export async function useExecutorsKey(vault: Address, executor: Address, nonce: number): Promise<Hex> {
  const signer = localSigner(env.EXECUTOR_SEED as Hex, 1, reach.chain.id, vault, 1, executor)
  const transaction = { chainId: reach.chain.id, nonce, to: executor, data: '0x', gas: 21_000n, ...bid } as const
  const { bytes, hash } = await signer.sign(transaction)
  await rpc('eth_sendRawTransaction', [bytes])
  return hash
}
