import type { Address, Hex } from 'viem'
import type { HDAccount } from 'viem/accounts'
import type { BlockSlot } from './block-simulation.ts'
import type { ChainState } from './chain-state.ts'
import type { PublicPool } from './public-pool.ts'
import { readSignedTransaction, type UnsignedTransaction } from './signed-transaction.ts'

/** A call as somebody wants to make it. */
export interface Call {
  to: Address
  data: Hex
  gas: bigint
  /** Wei per gas. */
  tip: bigint
}

/** Signs calls and puts them into the public pool, each after what its account has waiting there. */
export class PublicSender {
  readonly #state: ChainState
  readonly #pool: PublicPool

  constructor(state: ChainState, pool: PublicPool) {
    this.#state = state
    this.#pool = pool
  }

  /** @throws JsonRpcError where the pool refuses it */
  async send(account: HDAccount, call: Call, slot: BlockSlot): Promise<Hex> {
    const { chainId } = this.#state
    const transaction = await this.transaction(account, call, slot)
    const raw = await account.signTransaction({ ...transaction, to: call.to, type: 'eip1559', chainId })
    return this.#pool.add(await readSignedTransaction(raw, chainId))
  }

  /** The account's next transaction, or the one `ahead` of that. */
  async transaction(account: HDAccount, call: Call, slot: BlockSlot, ahead = 0): Promise<UnsignedTransaction> {
    const { to, data, gas, tip } = call
    const nonce = this.#pool.pendingNonce(account.address, await this.#state.nonce(account.address)) + ahead
    const fees = { maxFeePerGas: 2n * slot.baseFeePerGas + tip, maxPriorityFeePerGas: tip }
    return { from: account.address, to, data, value: 0n, gas, nonce, ...fees }
  }
}

/** Gas used plus what a refund or a neighbour's trade could hide. */
export function spareGas(gasUsed: bigint): bigint {
  return (gasUsed * 13n) / 10n + 100_000n
}
