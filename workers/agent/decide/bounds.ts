/** The agent's own caution, on top of what the vault enforces. A change here is a change of `pipelineVersion`. */

/** Annualised volatility up to which a slice keeps its size; above it the slice shrinks in proportion. */
export const calmVolatility = 1.5
/** A slice takes of each pool at most this share of the input that would move its price by `depthImpactBps`. */
export const depthShareBps = 2_500
export const depthImpactBps = 200
/** A slice moves the price of a pool whose average guards it by at most this, a fraction of what the average may be off. */
export const oracleMoveBps = 10
/** A slice that would shrink below this share of what was wanted is not worth a transaction. */
export const smallestShareBps = 500
/** Blocks after the next one until which an order may be included. */
export const lifeBlocks = 3
/** Seconds from the snapshot to the end of an order's life. */
export function orderSeconds(blockSeconds: number): number {
  return (1 + lifeBlocks) * blockSeconds
}
/** Share of the slippage bound that is kept free, so that an order survives the usual move of one block. */
export const largestToleranceShare = 0.25
/** Legs of an order at most: each may need a head beside it, and the vault takes sixteen entries. */
export const maximumLegs = 8
/** Gas of one execution, generously: the vault's part, and each leg's. */
export const gasOfVault = 400_000n
export const gasPerLeg = 200_000n
