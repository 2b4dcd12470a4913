import type { ChainDefinition } from '../../../shared/chain/chains/chain.ts'
import { oneToken } from '../../../shared/chain/units.ts'
import { assetOf } from '../../../shared/policy/oracle-bound.ts'
import type { GasCost } from '../../../shared/routing/gas.ts'
import { vaultGas } from '../../../shared/routing/gas-schedule.ts'
import { limitsOf } from '../../../shared/routing/limits.ts'
import type { RouteRequest } from '../../../shared/routing/route.ts'
import type { DecisionInput } from '../../../shared/schema/decision.ts'
import { depthImpactBps, depthShareBps, maximumLegs, oracleMoveBps } from './bounds.ts'

/** Where a slice may be traded: everything a route is planned from but its amount. */
export type Market = Omit<RouteRequest, 'amount'>

/**
 * The snapshot's pools with what a slice may take of each, and what gas is worth in the bought token.
 *
 * @param baseFeePerGas of the block the order aims at, wei per gas
 */
export function marketOf(input: DecisionInput, chain: ChainDefinition, baseFeePerGas: bigint): Market {
  const { snapshot, mandate } = input
  const { sell, buy } = mandate
  const oraclePools = [sell, buy].flatMap((token) => assetOf(snapshot.assets, token)?.twapPool ?? [])
  const gas = gasCost(input, chain, baseFeePerGas)
  return {
    pools: snapshot.pools,
    sell,
    buy,
    // Every hop costs gas: where nobody knows what that is worth, a route stays with the pair's own pools.
    intermediates: gas === null ? [] : chain.intermediates,
    gas,
    maximumLegs,
    limitOf: limitsOf({ shareBps: depthShareBps, impactBps: depthImpactBps, oraclePools, oracleMoveBps }),
  }
}

/**
 * What gas costs in the bought token at this base fee and the tip of recent blocks; null where the chain's own currency
 * or the bought token has no price the vault would trade on: the route is then the one with the most output.
 */
function gasCost({ snapshot, mandate }: DecisionInput, chain: ChainDefinition, baseFeePerGas: bigint): GasCost | null {
  const native = assetOf(snapshot.assets, chain.wrappedNative)
  const bought = assetOf(snapshot.assets, mandate.buy)
  if (native?.verdict.reason !== 'None' || bought?.verdict.reason !== 'None') return null
  const weiPerGas = baseFeePerGas + snapshot.fees.priorityFeePerGas
  // The dearer end of the native price over the cheaper end of the bought one: gas is rather over- than underrated.
  const worthUsd = Number(weiPerGas) * (Number(native.verdict.high) / Number(oneToken(native.decimals)))
  const unitUsd = Number(bought.verdict.low) / Number(oneToken(bought.decimals))
  return unitUsd > 0 ? { schedule: vaultGas, pricePerGas: worthUsd / unitUsd } : null
}
