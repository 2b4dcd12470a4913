import { type Address, encodeFunctionData, type Hex } from 'viem'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { type Mandate, mandateId, mandateMessage, typedDataTypes, vaultDomain } from '../../shared/schema/mandate.ts'
import type { DevnetAccounts } from './accounts.ts'
import { clientOf, type Reach, sendAll } from './transactions.ts'
import { vaultState } from './treasury-reading.ts'

/** One reviewer's approval, as the vault takes it. */
export interface ReviewerSignature {
  signer: Address
  signature: Hex
}

export interface BreakerReset {
  incident: number
  newExecutor: Address
  /** Seconds since epoch, both. */
  executorExpiry: number
  deadline: number
}

/** What reviewers approve of an oversized order; epoch, counter and policy are the vault's own at signing. */
export interface OrderEnvelope {
  mandateId: Hex
  sell: Address
  buy: Address
  /** Base units. */
  amountIn: bigint
  minimumOut: bigint
  /** Seconds since epoch. */
  expiry: number
  nonce: bigint
}

type Signing = Pick<Reach, 'chain' | 'accounts'>

/** The treasurer's signature under a mandate. */
export function signMandate({ chain, accounts }: Signing, vault: Address, mandate: Mandate): Promise<Hex> {
  return accounts.treasurer.signTypedData({
    domain: vaultDomain(chain.id, vault),
    types: typedDataTypes,
    primaryType: 'Mandate',
    message: mandateMessage(mandate),
  })
}

/** Signs a mandate and opens it on chain, in a block of its own; returns its id. */
export async function openMandate(reach: Reach, vault: Address, mandate: Mandate): Promise<Hex> {
  const signature = await signMandate(reach, vault, mandate)
  const args = [mandateMessage(mandate), signature] as const
  const data = encodeFunctionData({ abi: vaultAbi, functionName: 'openMandate', args })
  await sendAll(reach, [{ from: reach.accounts.keeper, to: vault, data, purpose: 'opening a mandate' }])
  return mandateId(reach.chain.id, vault, mandate)
}

/** Two reviewers' signatures under the re-arming of a tripped breaker. */
export async function signBreakerReset(
  reach: Reach,
  vault: Address,
  reset: BreakerReset,
): Promise<ReviewerSignature[]> {
  const { policyHash } = await vaultState(reach, vault)
  const message = { ...breakerResetMessage(reset), policyHash }
  const domain = vaultDomain(reach.chain.id, vault)
  return byReviewers(reach.accounts, (reviewer) =>
    reviewer.signTypedData({ domain, types: typedDataTypes, primaryType: 'BreakerReset', message }),
  )
}

/** Has the reviewers sign and re-arms the breaker, in a block of its own. */
export async function resetBreaker(reach: Reach, vault: Address, reset: BreakerReset): Promise<void> {
  const signatures = await signBreakerReset(reach, vault, reset)
  const args = [breakerResetMessage(reset), signatures] as const
  const data = encodeFunctionData({ abi: vaultAbi, functionName: 'resetBreaker', args })
  await sendAll(reach, [{ from: reach.accounts.keeper, to: vault, data, purpose: 're-arming the breaker' }])
}

/** The voucher with which an order above the automatic limit may pass. */
export async function signVoucher(reach: Reach, vault: Address, envelope: OrderEnvelope) {
  const client = clientOf(reach)
  const { policyHash, epoch } = await vaultState(reach, vault)
  const counter = await client.readContract({ address: vault, abi: vaultAbi, functionName: 'voucherCounter' })
  const expiry = BigInt(envelope.expiry)
  const message = { ...envelope, expiry, epoch, counter, policyHash }
  const domain = vaultDomain(reach.chain.id, vault)
  const signatures = await byReviewers(reach.accounts, (reviewer) =>
    reviewer.signTypedData({ domain, types: typedDataTypes, primaryType: 'Voucher', message }),
  )
  return { minimumOut: envelope.minimumOut, expiry, nonce: envelope.nonce, signatures }
}

function breakerResetMessage(reset: BreakerReset) {
  return { ...reset, executorExpiry: BigInt(reset.executorExpiry), deadline: BigInt(reset.deadline) }
}

/** The first two reviewers, in ascending order of address, as the vault wants them. */
async function byReviewers(
  accounts: DevnetAccounts,
  sign: (reviewer: DevnetAccounts['owner']) => Promise<Hex>,
): Promise<ReviewerSignature[]> {
  const signers = accounts.reviewers.slice(0, 2).toSorted((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1))
  return Promise.all(signers.map(async (signer) => ({ signer: signer.address, signature: await sign(signer) })))
}
