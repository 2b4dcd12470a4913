import { maximumUint256, oneToken } from '../chain/units.ts'
import type { StablePool } from '../schema/pool.ts'

// StableSwap (Egorov 2019) in the integer steps of the 3pool and of the templates after it. Inside, amounts are in the pool's
// unit of 18 decimals: balance · rate / 10^18. With n tokens, S their sum and Ann = A·n, D solves
// Ann·S + D = Ann·D + D^(n+1) / (n^n·∏x).
//
// The pools revert where an intermediate value leaves 256 bits, falls below zero or is divided by zero, and the templates
// also where the rounds do not settle: all of that is null here. Pools from before the templates, whose A has no precision,
// go on with whatever the last round has left, and so do we.

/** Rates and the pool's own unit have 18 decimals. */
const precision = oneToken(18)
/** Fees are parts of this. */
const feeDenominator = 10n ** 10n
const maximumRounds = 255

/** The pool as it is after a swap, and what the swap paid. */
export interface StableSwapResult {
  /** Base units of the bought token. */
  amountOut: bigint
  /** What the pool counts as its own afterwards, in the order of its tokens; the administrator's share has left it. */
  balances: bigint[]
}

export interface StableExactOutput extends StableSwapResult {
  /** Base units of the sold token. */
  amountIn: bigint
}

/** The chain would have reverted. */
class Reverted extends Error {}

function checked(value: bigint): bigint {
  if (value < 0n || value > maximumUint256) throw new Reverted()
  return value
}

function quotient(value: bigint, divisor: bigint): bigint {
  if (divisor === 0n) throw new Reverted()
  return checked(value) / checked(divisor)
}

function orNull<Result>(steps: () => Result): Result | null {
  try {
    return steps()
  } catch (error) {
    if (error instanceof Reverted) return null
    throw error
  }
}

/**
 * D, what all balances would sum to in balance, in the pool's unit of 18 decimals. Zero for an empty pool; null where the
 * chain reverts: a token is missing altogether, A is zero, or the balances are beyond its arithmetic.
 */
export function stableInvariant(pool: StablePool): bigint | null {
  return orNull(() => invariantOf(pool, scaledBalances(pool)))
}

/**
 * The scaled balance of token `bought` that keeps the pool's D when token `sold` is at the scaled balance `x`; null where the
 * chain reverts.
 */
export function stableOther(pool: StablePool, sold: number, bought: number, x: bigint): bigint | null {
  return orNull(() => {
    const scaled = scaledBalances(pool)
    return otherOf(pool, { scaled, invariant: invariantOf(pool, scaled) }, sold, bought, x)
  })
}

/**
 * What `exchange` does with `amountIn` base units of token `sold`, bit for bit, for tokens that take no fee on transfers. Null
 * where the chain reverts, an input that buys nothing among others.
 */
export function swapStable(pool: StablePool, sold: number, bought: number, amountIn: bigint): StableSwapResult | null {
  return orNull(() => swapIn(pool, stateOf(pool, sold, bought), sold, bought, amountIn))
}

/**
 * The smallest input for at least `wanted` base units, and what it pays. Null where the pool cannot pay that much, where the
 * chain reverts, and for a `wanted` below one.
 */
export function quoteStableExactOutput(
  pool: StablePool,
  sold: number,
  bought: number,
  wanted: bigint,
): StableExactOutput | null {
  return orNull(() => {
    const state = stateOf(pool, sold, bought)
    if (wanted < 1n || wanted >= at(pool.balances, bought)) return null
    const amountIn = smallestInput(
      (input) => paidOf(pool, state, sold, bought, input) >= wanted,
      estimateInput(pool, state, sold, bought, wanted),
    )
    return amountIn === null ? null : { amountIn, ...swapIn(pool, state, sold, bought, amountIn) }
  })
}

interface State {
  scaled: readonly bigint[]
  invariant: bigint
}

function at(values: readonly bigint[], index: number): bigint {
  const value = values[index]
  if (value === undefined) throw new Reverted()
  return value
}

function stateOf(pool: StablePool, sold: number, bought: number): State {
  if (sold === bought) throw new Reverted()
  const scaled = scaledBalances(pool)
  at(scaled, sold)
  at(scaled, bought)
  return { scaled, invariant: invariantOf(pool, scaled) }
}

function scaledBalances({ balances, rates }: StablePool): bigint[] {
  return balances.map((balance, index) => quotient(at(rates, index) * balance, precision))
}

function settled(one: bigint, other: bigint): boolean {
  return one > other ? one - other <= 1n : other - one <= 1n
}

/** After all rounds. */
function unsettled(amplificationPrecision: bigint, value: bigint): bigint {
  if (amplificationPrecision === 1n) return value
  throw new Reverted()
}

function invariantOf({ amplification, amplificationPrecision }: StablePool, scaled: readonly bigint[]): bigint {
  const count = BigInt(scaled.length)
  const sum = checked(scaled.reduce((total, x) => total + x, 0n))
  if (sum === 0n) return 0n
  const amplified = amplification * count
  const beyond = checked(amplified - amplificationPrecision)
  const weighted = quotient(amplified * sum, amplificationPrecision)
  let invariant = sum
  for (let round = 0; round < maximumRounds; round++) {
    let product = invariant
    for (const x of scaled) product = quotient(product * invariant, x * count)
    const before = invariant
    invariant = quotient(
      (weighted + product * count) * invariant,
      quotient(beyond * invariant, amplificationPrecision) + (count + 1n) * product,
    )
    if (settled(invariant, before)) return invariant
  }
  return unsettled(amplificationPrecision, invariant)
}

function otherOf(pool: StablePool, { scaled, invariant }: State, sold: number, bought: number, x: bigint): bigint {
  const count = BigInt(scaled.length)
  const amplified = pool.amplification * count
  let sum = 0n
  let c = invariant
  for (const [index, balance] of scaled.entries()) {
    if (index === bought) continue
    const present = index === sold ? x : balance
    sum += present
    c = quotient(c * invariant, present * count)
  }
  c = quotient(c * invariant * pool.amplificationPrecision, amplified * count)
  const b = checked(sum + quotient(invariant * pool.amplificationPrecision, amplified))
  let y = invariant
  for (let round = 0; round < maximumRounds; round++) {
    const before = y
    checked(2n * y + b)
    y = quotient(y * y + c, 2n * y + b - invariant)
    if (settled(y, before)) return y
  }
  return unsettled(pool.amplificationPrecision, y)
}

/** Before the fee, in the pool's unit of 18 decimals; below zero where the chain reverts because nothing is bought. */
function grossOf(pool: StablePool, state: State, sold: number, bought: number, amountIn: bigint): bigint {
  const x = checked(at(state.scaled, sold) + quotient(amountIn * at(pool.rates, sold), precision))
  // One unit stays in the pool, against the rounding of its own Newton.
  return at(state.scaled, bought) - otherOf(pool, state, sold, bought, x) - 1n
}

function unscaled(pool: StablePool, token: number, amount: bigint): bigint {
  return quotient(amount * precision, at(pool.rates, token))
}

function feeOf(pool: StablePool, gross: bigint): bigint {
  return quotient(gross * pool.fee, feeDenominator)
}

function paidOf(pool: StablePool, state: State, sold: number, bought: number, amountIn: bigint): bigint {
  const gross = grossOf(pool, state, sold, bought, amountIn)
  return gross < 0n ? -1n : unscaled(pool, bought, gross - feeOf(pool, gross))
}

function swapIn(pool: StablePool, state: State, sold: number, bought: number, amountIn: bigint): StableSwapResult {
  const gross = checked(grossOf(pool, state, sold, bought, checked(amountIn)))
  const fee = feeOf(pool, gross)
  const amountOut = unscaled(pool, bought, checked(gross - fee))
  const adminFee = unscaled(pool, bought, quotient(fee * pool.adminFee, feeDenominator))
  const balances = [...pool.balances]
  balances[sold] = checked(at(balances, sold) + amountIn)
  balances[bought] = checked(at(balances, bought) - amountOut - adminFee)
  return { amountOut, balances }
}

/** Roughly the input that the curve itself asks for `wanted`; where it has none, what the pool holds. */
function estimateInput(pool: StablePool, state: State, sold: number, bought: number, wanted: bigint): bigint {
  const estimate = orNull(() => {
    const net = quotient(wanted * at(pool.rates, bought), precision)
    const y = at(state.scaled, bought) - quotient(net * feeDenominator, feeDenominator - pool.fee) - 1n
    const more = otherOf(pool, state, bought, sold, y > 1n ? y : 1n) - at(state.scaled, sold)
    return more > 0n ? unscaled(pool, sold, more) : 0n
  })
  return estimate ?? at(pool.balances, sold)
}

/**
 * The smallest input that `reaches`: outward from the estimate in growing steps, then halving. Null where the chain's
 * arithmetic ends before.
 */
function smallestInput(reaches: (input: bigint) => boolean, estimate: bigint): bigint | null {
  // Inputs beyond the chain's arithmetic are none that the pool accepts, but they are not too little.
  const tried = (input: bigint) => orNull(() => reaches(input))
  let low = estimate
  for (let step = 1n; low >= 0n && tried(low) !== false; step *= 2n) low -= step
  if (low < 0n) low = -1n
  let high = low + 1n
  for (let step = 1n; tried(high) === false; step *= 2n) {
    low = high
    high += step
  }
  while (high - low > 1n) {
    const middle = (high + low) / 2n
    if (tried(middle) === false) low = middle
    else high = middle
  }
  return tried(high) === true ? high : null
}
