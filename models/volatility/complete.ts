import type { PriceHistory } from '../../shared/schema/price-history.ts'

/** Share of each window's bars that a trained model wants to see. */
const fewestPresent = 0.9

/** Whether every window has enough bars for the trained models. */
export function isComplete({ windows }: PriceHistory): boolean {
  return windows.length > 0 && windows.every(({ bars, present }) => present >= fewestPresent * bars)
}
