/** One fill, with what was known around it. Prices are USD per whole token of what is bought. */
export interface Fill {
  /** USD sold, and whole tokens bought. */
  soldUsd: number
  bought: number
  /** The same, had nobody traded right before it to take from it. */
  boughtWithoutSandwich: number
  /** The reference price when the parent order began, and in the block of the fill. */
  arrivalPrice: number
  priceThen: number
  /** Pool fees it paid, in USD. */
  feeUsd: number
  /** Blocks from the first hand-over to inclusion: 1 is the very next one. */
  inclusionBlocks: number
}

/** Where a parent order's cost came from; basis points of what it sold, positive is a cost. The four parts add up to the first. */
export interface Attribution {
  shortfallBps: number
  impactBps: number
  feeBps: number
  timingBps: number
  sandwichBps: number
  inclusionP50: number
  inclusionP95: number
}

/**
 * Shortfall against arrival (Perold, "The implementation shortfall", 1988), in parts: what the market moved until the fill,
 * the pools' fees, what a sandwich took, and the rest, which is impact on the pools and their distance from the reference.
 *
 * @throws RangeError without a fill, or where a figure of one is not known or cannot be
 */
export function attribute(fills: readonly Fill[]): Attribution {
  if (fills.length === 0) throw new RangeError('Nothing was filled, so nothing can be attributed.')
  for (const fill of fills) requireFigures(fill)
  const sold = fills.reduce((sum, { soldUsd }) => sum + soldUsd, 0)
  const bps = (costUsd: (fill: Fill) => number) => (fills.reduce((sum, fill) => sum + costUsd(fill), 0) / sold) * 10_000
  const shortfallBps = bps(({ soldUsd, bought, arrivalPrice }) => soldUsd - bought * arrivalPrice)
  const timingBps = bps(({ soldUsd, priceThen, arrivalPrice }) => soldUsd * (1 - arrivalPrice / priceThen))
  const sandwichBps = bps(
    ({ boughtWithoutSandwich, bought, arrivalPrice }) => (boughtWithoutSandwich - bought) * arrivalPrice,
  )
  const feeBps = bps(({ feeUsd }) => feeUsd)
  const waits = fills.map(({ inclusionBlocks }) => inclusionBlocks)
  return {
    shortfallBps,
    impactBps: shortfallBps - timingBps - sandwichBps - feeBps,
    feeBps,
    timingBps,
    sandwichBps,
    inclusionP50: quantile(waits, 0.5),
    inclusionP95: quantile(waits, 0.95),
  }
}

function requireFigures(fill: Fill): void {
  const { soldUsd, arrivalPrice, priceThen, inclusionBlocks } = fill
  for (const [name, value] of Object.entries(fill)) {
    if (!(Number.isFinite(value) && value >= 0)) throw new RangeError(`The ${name} of a fill cannot be ${value}.`)
  }
  // Costs are measured by what was sold and by these prices, and no block holds what comes after it.
  for (const [name, value] of Object.entries({ soldUsd, arrivalPrice, priceThen, inclusionBlocks })) {
    if (value === 0) throw new RangeError(`The ${name} of a fill cannot be 0.`)
  }
}

/** The smallest value that at least this share of all does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
