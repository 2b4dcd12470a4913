import type { Fill } from './attribution.ts'

/** What was seen while the order was worked. */
export interface Observed {
  /** Reference price of WETH, USD, by block. */
  prices: ReadonlyMap<number, number>
  /** Head when a slice was first handed over, by slot. */
  firstSent: ReadonlyMap<number, number>
  arrivalPrice: number
}

/** A slice that a block holds; amounts in base units of USDC and WETH. */
export interface IncludedSlice {
  slot: number
  blockNumber: number
  amountIn: bigint
  amountOut: bigint
  /** What it would have bought, had nobody traded right before it to take from it. */
  amountOutWithoutSandwich: bigint
}

/**
 * The fill of a slice; `feeUsd` values its pool fees at the price of then.
 *
 * @throws Error where its hand-over or the price in its block was not seen
 */
export function fillOf(slice: IncludedSlice, observed: Observed, feeUsd: (priceThen: number) => number): Fill {
  const { slot, blockNumber, amountIn, amountOut, amountOutWithoutSandwich } = slice
  const priceThen = observed.prices.get(blockNumber)
  if (priceThen === undefined)
    throw new Error(`Nobody saw the price in block ${blockNumber}, which filled slot ${slot}.`)
  const sentAt = observed.firstSent.get(slot)
  if (sentAt === undefined) throw new Error(`Block ${blockNumber} filled slot ${slot}, which nobody saw handed over.`)
  return {
    soldUsd: Number(amountIn) / 1e6,
    bought: Number(amountOut) / 1e18,
    boughtWithoutSandwich: Number(amountOutWithoutSandwich) / 1e18,
    arrivalPrice: observed.arrivalPrice,
    priceThen,
    feeUsd: feeUsd(priceThen),
    inclusionBlocks: blockNumber - sentAt,
  }
}

/**
 * What is left unsold costs nothing here, so a part of an order looks cheaper than the whole. Amounts in base units.
 *
 * @throws Error where less than all was filled
 */
export function requireWhole(filled: bigint, total: bigint): void {
  if (filled >= total) return
  const percent = Number((filled * 10_000n) / total) / 100
  throw new Error(`Only ${percent} % of the order was filled, so what it cost cannot be compared: give it more slices.`)
}
