import { type Address, decodeFunctionResult, encodeFunctionData, type Hex, hexToNumber } from 'viem'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import type { Settlement, TrackedOrder } from './ledger-types.ts'
import { askBoth, ProviderUnavailable, type Quorum } from './providers.ts'
import { executedIn, type Inclusion, readBlock, readInclusion } from './receipts.ts'

/** What the chain shows of a live order. `live`: it may still trade; `gone`: its block was taken away by a reorg. */
export type Judgement = { kind: 'settled'; settlements: Settlement[] } | { kind: 'gone' } | { kind: 'live' }

/**
 * Reads receipts before absences, and calls an order dead only by what lies at confirmation depth: its deadline passed, its
 * nonce is used, or the mandate's index moved on. Relays are not asked: their word is no fact.
 *
 * @throws ProvidersDisagree, ProviderUnavailable: undecided, look again
 */
export async function judge(
  quorum: Quorum,
  vault: Address,
  order: TrackedOrder,
  confirmations: number,
): Promise<Judgement> {
  const { pin } = quorum
  const inclusions: { sibling: TrackedOrder['siblings'][number]; inclusion: Inclusion }[] = []
  for (const sibling of order.siblings) {
    const inclusion = await readInclusion(quorum, sibling.hash)
    if (inclusion !== null) inclusions.push({ sibling, inclusion })
  }
  const isFinal = (blockNumber: bigint) => pin.number >= blockNumber + BigInt(confirmations)

  const own = inclusions.find(({ sibling }) => sibling.orderId === order.orderId)
  if (own !== undefined) {
    return {
      kind: 'settled',
      settlements: [await settledBy(quorum, vault, order, own.inclusion, isFinal(own.inclusion.blockNumber))],
    }
  }
  const [earlier] = inclusions
  if (earlier !== undefined && isFinal(earlier.inclusion.blockNumber)) {
    // An earlier transaction took the nonce. If it traded after all, that is its own order's fill.
    const late = await settledBy(quorum, vault, earlier.sibling, earlier.inclusion, true)
    const replaced = dead(order, 'replaced', pin.timestamp)
    return { kind: 'settled', settlements: late.outcome === 'filled' ? [replaced, late] : [replaced] }
  }
  if (order.state === 'included') return { kind: 'gone' }

  const deep = pin.number - BigInt(confirmations)
  if (deep < 0n) return { kind: 'live' }
  const cause = await causeOfDeath(quorum, vault, order, deep)
  return cause === null ? { kind: 'live' } : { kind: 'settled', settlements: [dead(order, cause, pin.timestamp)] }
}

/**
 * Why an order without a receipt can no longer trade, by the state of one block at confirmation depth; null while it can.
 * The index comes first: a nonce that is used and an index that moved may be this order's own fill, whose receipt nobody has.
 */
async function causeOfDeath(
  quorum: Quorum,
  vault: Address,
  order: TrackedOrder,
  number: bigint,
): Promise<'index-moved' | 'replaced' | 'expired' | null> {
  const block = await readBlock(quorum, number)
  const progress = await progressAt(quorum, vault, order.mandateId, block.hash)
  if (progress.executionCount > order.executionIndex) return 'index-moved'
  if ((await nonceAt(quorum, order.executor, block.hash)) > order.nonce) return 'replaced'
  return block.timestamp > order.deadline ? 'expired' : null
}

/** A receipt as a settlement. Success without `Executed` is a refusal too: nothing of this order traded. */
async function settledBy(
  quorum: Quorum,
  vault: Address,
  order: Pick<TrackedOrder, 'orderId' | 'mandateId' | 'executionIndex'>,
  inclusion: Inclusion,
  final: boolean,
): Promise<Settlement> {
  const fill = executedIn(inclusion, vault, order.mandateId, order.executionIndex)
  const progress = final && fill !== null ? await progressAt(quorum, vault, order.mandateId, quorum.pin.hash) : null
  return {
    orderId: order.orderId,
    outcome: fill === null ? 'refused-on-chain' : 'filled',
    final,
    settledAt: (await readBlock(quorum, inclusion.blockNumber)).timestamp,
    transactionHash: inclusion.hash,
    blockNumber: inclusion.blockNumber,
    blockHash: inclusion.blockHash,
    amountIn: fill?.amountIn ?? 0n,
    amountOut: fill?.amountOut ?? 0n,
    oracleOut: fill?.oracleOut ?? 0n,
    gasUsed: inclusion.gasUsed,
    gasPriceWei: inclusion.gasPriceWei,
    mandateFilled: progress?.filled ?? null,
    executionCount: progress?.executionCount ?? null,
  }
}

function dead(order: TrackedOrder, outcome: 'expired' | 'replaced' | 'index-moved', at: number): Settlement {
  return {
    orderId: order.orderId,
    outcome,
    final: true,
    settledAt: at,
    transactionHash: order.transactionHash,
    blockNumber: null,
    blockHash: null,
    amountIn: 0n,
    amountOut: 0n,
    oracleOut: 0n,
    gasUsed: 0n,
    gasPriceWei: 0n,
    mandateFilled: null,
    executionCount: null,
  }
}

async function nonceAt(quorum: Quorum, account: Address, blockHash: Hex): Promise<number> {
  const answer = await askBoth(quorum, 'eth_getTransactionCount', [account, { blockHash }])
  if (typeof answer !== 'string') throw new ProviderUnavailable('The account’s nonce could not be read')
  return hexToNumber(answer as Hex)
}

async function progressAt(quorum: Quorum, vault: Address, mandateId: Hex, blockHash: Hex) {
  const data = encodeFunctionData({ abi: vaultAbi, functionName: 'mandateProgress', args: [mandateId] })
  const answer = await askBoth(quorum, 'eth_call', [{ to: vault, data }, { blockHash }])
  if (typeof answer !== 'string') throw new ProviderUnavailable('The mandate’s progress could not be read')
  return decodeFunctionResult({ abi: vaultAbi, functionName: 'mandateProgress', data: answer as Hex })
}
