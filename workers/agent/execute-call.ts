import { type Address, encodeFunctionData, type Hex } from 'viem'
import { highestBaseFee } from '../../shared/chain/base-fee.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { maximum } from '../../shared/chain/units.ts'
import { sectionsOf } from '../../shared/policy/sections.ts'
import type { Decision, Plan, PlannedLeg } from '../../shared/schema/decision.ts'
import { type Mandate, mandateMessage } from '../../shared/schema/mandate.ts'
import type { Snapshot } from '../../shared/schema/snapshot.ts'
import { maximumFee, usualTip } from './decide/bid.ts'
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
      encodedLegs(plan.legs, mandate.sell, mandate.buy),
      noVoucher,
      noSentinelSignature,
    ],
  })
}

/** A leg, or the head of a section, as the router takes it. */
export interface EncodedLeg {
  venue: number
  /** Head: the token that the legs after it sell. */
  pool: Address
  feePips: number
  tickSpacing: number
  /** Head: the token that the legs after it buy. */
  hooks: Address
  /** Head: what all legs after it plan to sell of that token. */
  amountIn: bigint
}

/** `Venue.Section` in contracts/src/Types.sol: no venue, but the head of a section. */
const sectionHead = 3

/**
 * Planned legs of an order that sells `sell` for `buy`, with the heads that say what each section trades. Direct legs need
 * none and come first. Throws where a leg buys what was sold before it, which would stay behind, or sells what the order
 * buys.
 */
export function encodedLegs(
  legs: readonly Omit<PlannedLeg, 'expectedOut'>[],
  sell: Address,
  buy: Address,
): EncodedLeg[] {
  const sold = new Set([sell])
  for (const leg of legs) {
    sold.add(leg.sell)
    if (sold.has(buy)) throw new Error(`The route sells ${buy}, which the order buys.`)
    if (sold.has(leg.buy)) throw new Error(`The route sells ${leg.buy} before it has bought all of it.`)
  }
  return sectionsOf(legs, sell, buy).flatMap(({ headed, planned, legs: ofSection, ...tokens }) => {
    const encoded = ofSection.map(encodedLeg)
    return headed ? [encodedHead(tokens.sell, tokens.buy, planned), ...encoded] : encoded
  })
}

function encodedHead(sell: Address, buy: Address, planned: bigint): EncodedLeg {
  return { venue: sectionHead, pool: sell, feePips: 0, tickSpacing: 0, hooks: buy, amountIn: planned }
}

/** What only v4 pools need stays zero. */
function encodedLeg(leg: Omit<PlannedLeg, 'expectedOut'>): EncodedLeg {
  const { venue, pool, feePips, tickSpacing, hooks, amountIn } = leg
  return { venue: venueNumbers[venue], pool, feePips, tickSpacing, hooks, amountIn }
}

export interface Fees {
  /** Wei per gas. */
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
}

/**
 * What a transaction bids: the tip of recent blocks, never none, and room for the base fee to double, up to the cap. What
 * was signed at the same nonce before must be outbid (`minimum`), if need be beyond the cap: what a transaction pays is the
 * base fee and the tip, so such a bid is made only while these stay below the cap for as long as the order can trade.
 * (After that it may only burn its nonce, for the gas of a revert.)
 *
 * @param cap wei per gas that the strategy pays at most
 * @param blocks the order's life
 * @returns null where gas costs more than the cap
 */
export function bidFees(
  { baseFeePerGas, priorityFeePerGas }: Pick<Snapshot['fees'], 'baseFeePerGas' | 'priorityFeePerGas'>,
  minimum: Fees | null,
  cap: bigint,
  blocks: number,
): Fees | null {
  const tip = maximum(usualTip(priorityFeePerGas), minimum?.maxPriorityFeePerGas ?? 0n)
  const maxFeePerGas = maximum(maximumFee(baseFeePerGas, tip, cap), minimum?.maxFeePerGas ?? 0n)
  const price = highestBaseFee(baseFeePerGas, maxFeePerGas > cap ? blocks : 1) + tip
  return price > cap ? null : { maxFeePerGas, maxPriorityFeePerGas: tip }
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
