import { assetOf } from '../../../shared/policy/oracle-bound.ts'
import { longestOrderLife } from '../../../shared/policy/order-terms.ts'
import type { Decision, DecisionInput } from '../../../shared/schema/decision.ts'
import { feeCapOf, maximumFee, usualTip } from './bid.ts'
import { gasOfVault, gasPerLeg, orderSeconds } from './bounds.ts'
import type { DecisionContext } from './context.ts'
import type { Route } from './route.ts'
import { refuse, type Stop } from './stop.ts'

export type PlannedOrder = NonNullable<Decision['order']>

/** The order that is to be signed, if all guards let it through. */
export function orderFor(
  { snapshot, mandate }: DecisionInput,
  { chain, modelId }: DecisionContext,
  route: Route,
  step: PlannedOrder['step'],
): PlannedOrder {
  return {
    amountIn: route.plan.amountIn,
    minimumOut: route.minimumOut,
    deadline: Math.min(snapshot.timestamp + lifeSeconds(chain.blockSeconds), mandate.end),
    step,
    executionIndex: snapshot.mandate.executionCount,
    epoch: snapshot.vault.epoch,
    modelId,
    sellHint: assetOf(snapshot.assets, mandate.sell)?.hint ?? 0,
    buyHint: assetOf(snapshot.assets, mandate.buy)?.hint ?? 0,
    oracleOut: route.oracleOut,
    predictedSlippageBps: route.slippage.value,
  }
}

/** Three blocks after the next one, and less than the vault's longest life. */
function lifeSeconds(blockSeconds: number): number {
  return Math.min(orderSeconds(blockSeconds), longestOrderLife - 1)
}

/**
 * Whether the executor can pay for the transaction at the fee it will offer; null when it can. Not at what gas is forecast to
 * cost, though that is less: nodes refuse a transaction whose sender does not hold its whole gas limit times its maximum fee,
 * however little of that it would pay.
 */
export function gasUnaffordable(input: DecisionInput, { chain }: DecisionContext, legs: number): Stop | null {
  const { fees, executor } = input.snapshot
  const offered = maximumFee(fees.baseFeePerGas, usualTip(fees.priorityFeePerGas), feeCapOf(input, chain))
  const cost = (gasOfVault + gasPerLeg * BigInt(legs)) * offered
  const { balance } = executor
  return balance >= cost ? null : refuse('GasUnaffordable', `It holds ${balance} wei and may need ${cost}.`)
}
