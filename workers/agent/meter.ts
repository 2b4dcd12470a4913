/** What one stage cost: round trips to providers and bytes both ways. Filled by the providers, read by logs and benches. */
export interface Meter {
  roundTrips: number
  bytes: number
}

export function newMeter(): Meter {
  return { roundTrips: 0, bytes: 0 }
}
