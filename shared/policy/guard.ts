import type { Address, Hex } from 'viem'
import type { Refusal } from '../chain/generated/refusals.ts'
import type { GuardVerdict } from '../schema/decision.ts'
import type { Mandate } from '../schema/mandate.ts'
import type { AssetState, MandateProgress, Refill, VaultState } from '../schema/snapshot.ts'
import type { SectionLeg } from './sections.ts'

/** What `execute` would be given. Amounts in base units. */
export interface DraftOrder {
  amountIn: bigint
  minimumOut: bigint
  deadline: number
  executionIndex: number
  epoch: number
  legs: readonly SectionLeg[]
  /** What the pools are planned to give; the vault measures it. */
  expectedOut: bigint
}

/** What the vault's guards look at. */
export interface GuardInput {
  chainId: number
  vaultAddress: Address
  vault: VaultState
  assets: readonly AssetState[]
  mandateId: Hex
  mandate: Mandate
  progress: MandateProgress
  refill: Refill
  /** Whether the vault lets the model behind the order trade. */
  modelActive: boolean
  /** Who would send the transaction. */
  caller: Address
  /** Time of the block in which the order would run, seconds. */
  at: number
}

export interface OrderGuardInput extends GuardInput {
  order: DraftOrder
}

/** What a guard finds; `detail` is for people. */
export interface Finding {
  reason: Refusal
  detail: string
}

export const pass: Finding = { reason: 'None', detail: '' }

export function refuse(reason: Refusal, detail: string): Finding {
  return { reason, detail }
}

/** A guard of the vault; one that needs an order says nothing where there is none. */
export type Guard =
  | { rule: string; needsOrder: false; judge: (input: GuardInput) => Finding }
  | { rule: string; needsOrder: true; judge: (input: OrderGuardInput) => Finding }

export function verdictOf(rule: string, finding: Finding): GuardVerdict {
  return { rule, reason: finding.reason, detail: finding.detail }
}
