import type { Hex } from 'viem'
import type { Decision } from '../../shared/schema/decision.ts'
import type { Agent } from './agent.ts'
import { feeCapOf } from './decide/bid.ts'
import { lifeBlocks } from './decide/bounds.ts'
import { bidFees, encodeExecute, type Fees, gasLimit, maximumCost, placeholderHead } from './execute-call.ts'
import type { SliceStanding } from './ledger-types.ts'
import { type Observation, observeSlice, readStanding } from './observe-slice.ts'
import { rememberForecast } from './remember-forecast.ts'
import {
  refused,
  released,
  type Slice,
  submitted,
  type TickEnd,
  uncommitted,
  unobserved,
  untimely,
} from './tick-endings.ts'
import { commit, decideSlice, hasRelay, newestBlock, reserve, send, sign, signerOf, simulateAt } from './tick-stages.ts'

/** Times a decision is made anew because the ledger moved on under it. */
const redecisions = 3

/** Carries one slice from observation to relay. Whatever comes of it is in the vault's log when this returns. */
export async function tick(agent: Agent, slice: Slice): Promise<TickEnd> {
  for (let redecision = 0; ; redecision++) {
    const end = await tickOnce(agent, slice)
    if (end.reason !== 'StaleDecision' || redecision === redecisions) return end
  }
}

async function tickOnce(agent: Agent, slice: Slice): Promise<TickEnd> {
  const standing = await readStanding(agent, slice)
  if (standing.claimed)
    return unobserved(agent, slice, 'AlreadyClaimed', 'This slice was taken by an earlier delivery.')
  if (standing.live !== null)
    return unobserved(agent, slice, 'OrderInFlight', 'The key has an order on its way already.')

  // observe: everything at one block, agreed by two providers
  const observed = await observeSlice(agent, slice, standing)
  if (!observed.ok) return unobserved(agent, slice, observed.reason, observed.sentence)
  const outOfTime = await untimely(agent, slice, observed.input)
  if (outOfTime !== null) return outOfTime

  // decide: pure, from a typed value to a typed value
  const decision = decideSlice(agent, slice, observed.input)
  const end = await carryOut(agent, slice, standing, observed, decision)
  // remember: what was forecast, to be judged by what comes
  await rememberForecast(agent, `${slice.stored.strategy.id}:${slice.slot}`, observed, decision)
  return end
}

async function carryOut(
  agent: Agent,
  slice: Slice,
  standing: SliceStanding,
  { input, quorum }: Observation & { ok: true },
  decision: Decision,
): Promise<TickEnd> {
  const { snapshot, mandate, mandateId } = input
  const { order, plan } = decision
  const trades = decision.verdict === 'allow' || decision.verdict === 'shrink'
  if (order === null || plan === null || !trades) return refused(agent, slice, input, decision)

  // simulate: the call itself, with a placeholder where the log head will be
  const callWith = (head: Hex) => ({
    from: snapshot.vault.executor,
    to: snapshot.vaultAddress,
    data: encodeExecute(mandate, mandateId, order, plan, head),
  })
  const firstLook = await simulateAt(agent, slice, quorum, callWith(placeholderHead), quorum.pin, null)
  if (!firstLook.ok) return refused(agent, slice, input, decision, 'SimulationReverted', firstLook.refusal)
  const gas = gasLimit(firstLook.gasUsed)
  if (!(await hasRelay(agent, slice, order))) return refused(agent, slice, input, decision, 'NoRelay')
  const cap = feeCapOf(input, agent.chain)
  const bid = (minimum: Fees | null) => bidFees(snapshot.fees, minimum, cap, 1 + lifeBlocks)
  const firstBid = bid(null)
  if (firstBid === null) return refused(agent, slice, input, decision, 'FeeCapReached')
  const affordable = (fees: Fees) => maximumCost(gas, fees) <= snapshot.executor.balance
  if (!affordable(firstBid)) return refused(agent, slice, input, decision, 'GasUnaffordable')
  const key = await signerOf(agent, snapshot)
  if (!key.ok) return refused(agent, slice, input, decision, key.reason, key.detail)

  // reserve: the decision record, its head, a nonce and the caps, in one synchronous step
  const reserved = await reserve(agent, slice, standing, input, decision)
  if (!reserved.ok) return refused(agent, slice, input, decision, reserved.reason)
  const { orderId } = reserved
  const fees = bid(reserved.minimumFees)
  if (fees === null) return released(agent, slice, input, orderId, 'FeeCapReached')
  if (!affordable(fees)) return released(agent, slice, input, orderId, 'GasUnaffordable')

  // sign, then simulate exactly what was signed: in the block it aims at, and at its deadline
  const call = callWith(reserved.head)
  const signed = await sign(slice, key.signer, {
    ...call,
    chainId: agent.chain.id,
    nonce: reserved.nonce,
    gas,
    ...fees,
  })
  if (!signed.ok) return released(agent, slice, input, orderId, signed.reason, signed.detail)
  const { transaction } = signed
  const newest = await newestBlock(quorum)
  if (newest === null) return released(agent, slice, input, orderId, 'ProviderUnavailable')
  const secondLook = await simulateAt(agent, slice, quorum, call, newest, order.deadline)
  if (!secondLook.ok) return released(agent, slice, input, orderId, 'SimulationReverted', secondLook.refusal)

  // commit: the bytes are kept before they leave
  const kept = await commit(agent, slice, orderId, { ...transaction, ...fees })
  if (!kept.ok) return uncommitted(slice, input, kept.reason)

  // send: the relay's own simulation, then down the ladder; what becomes of it is the tracker's business
  await send(agent, slice, quorum, { orderId, deadline: order.deadline, step: order.step }, transaction, newest)
  return submitted(slice, input, decision, reserved.head)
}
