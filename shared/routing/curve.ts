/**
 * One direction of one pool as the solver sees it, in doubles. The solver works in u = 1/√λ, where λ is the marginal price of
 * the input (output per input, base units, after the fee): on concentrated and constant-product pools the input is piecewise
 * linear in u.
 *
 * A curve is a cursor: `moveTo` sets the other fields to what the pool takes and gives until its marginal price is 1/u².
 */
export interface Curve {
  /** u at the pool's present price, whether or not there is liquidity. */
  readonly presentU: number
  /** u of the first unit of input; infinite for a pool without liquidity that way. */
  readonly firstU: number
  /** Input so far, base units. */
  readonly amountIn: number
  /** Output for it, base units. */
  readonly amountOut: number
  /** Derivative of the input by u, to the right; 0 where the pool has no liquidity. */
  readonly slope: number
  /** u to which the cursor was moved last. */
  readonly standsAt: number
  /** Initialised ticks crossed so far. */
  readonly crossings: number
  moveTo(u: number): void
  /** The smallest u above the cursor's own at which the pool has liquidity again; infinite where it is exhausted. */
  nextStart(): number
  /** Moves the cursor to this input, or to where the pool is exhausted, and returns u there. Base units. */
  moveToInput(amountIn: number): number
  /**
   * Moves the cursor to where output − λ·input − cost is largest among all stops up to `limit` with a marginal price of at least λ = 1/u²,
   * where a trade at all costs `legCost` and each initialised tick crossed `crossingCost`, and returns that difference: 0, at
   * the start, where no trade pays. Costs in base units of the bought token.
   */
  moveToBest(u: number, limit: number, legCost: number, crossingCost: number): number
  /** u at which the `crossings`-th initialised tick is reached but not crossed; infinite where there are no more. */
  uBeforeCrossing(crossings: number): number
}

/** Marginal price at u: output per input, base units. */
export function priceAt(u: number): number {
  return 1 / (u * u)
}
