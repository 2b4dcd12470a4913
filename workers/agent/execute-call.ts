import { type Address, encodeFunctionData, type Hex } from 'viem'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import type { Decision, Plan, PlannedLeg } from '../../shared/schema/decision.ts'
import { type Mandate, mandateMessage } from '../../shared/schema/mandate.ts'
import type { Snapshot } from '../../shared/schema/snapshot.ts'
import { venueNumbers } from './snapshot-from-view.ts'

/** Stands for the log head before `reserve` has given one; the call costs the same gas with it. */
export const placeholderHead: Hex = `0x${'ff'.repeat(32)}`

/** No reviewer approved anything: the vault then holds the order to its automatic limit. */
const noVoucher = { minimumOut: 0n, expiry: 0n, nonce: 0n, signatures: [] }
/** Where a sentinel is set, the vault refuses. */
const noSentinelSignature: Hex = '0x'

/** Calldata of `Vault.execute` for one decided order. */
export function encodeExecute(
  mandate: Mandate,
  mandateId: Hex,
  order: NonNullable<Decision['order']>,
  plan: Plan,
  decisionHead: Hex,
): Hex {
  const { amountIn, minimumOut, deadline, executionIndex, epoch, modelId, sellHint, buyHint } = order
  return encodeFunctionData({
    abi: vaultAbi,
    functionName: 'execute',
    args: [
      mandateMessage(mandate),
      {
        ...{ mandateId, amountIn, minimumOut, deadline: BigInt(deadline), executionIndex, epoch },
        ...{ decisionHead, modelId, sellHint, buyHint },
      },
      plan.legs.map(encodedLeg),
      noVoucher,
      noSentinelSignature,
    ],
  })
}

/** A planned leg as the router takes it. */
export function encodedLeg({ venue, expectedOut: _, ...leg }: PlannedLeg) {
  return { venue: venueNumbers[venue], ...leg }
}

export interface Fees {
  /** Wei per gas. */
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
}

/**
 * What a transaction bids: the tip of recent blocks, and room for the base fee to double; at least `minimum`, which outbids
 * earlier transactions at the same nonce.
 */
export function bidFees({ baseFeePerGas, priorityFeePerGas }: Snapshot['fees'], minimum: Fees | null): Fees {
  const larger = (a: bigint, b: bigint) => (a > b ? a : b)
  const maxPriorityFeePerGas = larger(priorityFeePerGas, minimum?.maxPriorityFeePerGas ?? 0n)
  const maxFeePerGas = larger(2n * baseFeePerGas + maxPriorityFeePerGas, minimum?.maxFeePerGas ?? 0n)
  return { maxFeePerGas, maxPriorityFeePerGas }
}

/** Gas limit for a call that used `gasUsed` in simulation: pools may cross a few more ticks by the time it runs. */
export function gasLimit(gasUsed: bigint): bigint {
  return (gasUsed * 14n) / 10n + 60_000n
}

/** The call as a simulation sends it. */
export interface ExecuteCall {
  from: Address
  to: Address
  data: Hex
}

/** Wei the transaction may cost at most. */
export function maximumCost(gas: bigint, fees: Fees): bigint {
  return gas * fees.maxFeePerGas
}
