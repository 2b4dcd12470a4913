import type { Random } from '../../scripts/devnet/random.ts'

/** What a relay can do to those who trust it. The names are those of the local chain's own switches. */
export const relayFaults = [
  'down',
  'hang',
  'throttle',
  'html',
  'garbage',
  'refuse',
  'unknown',
  'drop',
  'delay',
  'leak',
  'duplicate',
  'late',
] as const
export type RelayFault = (typeof relayFaults)[number]

/** What a provider can do. */
export const providerFaults = ['down', 'throttle', 'html', 'lag', 'lie'] as const
export type ProviderFault = (typeof providerFaults)[number]

/** Blocks of delay, share of leaks, blocks behind: what a fault's number means; 1 is simply "on". */
function strengthOf(fault: RelayFault | ProviderFault, random: Random): number {
  if (fault === 'delay') return 1 + Math.floor(random.uniform() * 3)
  if (fault === 'lag') return 1 + Math.floor(random.uniform() * 5)
  return fault === 'leak' ? 0.5 : 1
}

/** Which faults are on where. Several may be on at one place. */
export class Switchboard<Fault extends RelayFault | ProviderFault> {
  readonly #places: readonly string[]
  readonly #faults: readonly Fault[]
  readonly #on = new Map<string, Map<Fault, number>>()

  constructor(places: readonly string[], faults: readonly Fault[]) {
    this.#places = places
    this.#faults = faults
  }

  /** Strength of the fault there; zero where it is off. */
  at(place: string, fault: Fault): number {
    return this.#on.get(place)?.get(fault) ?? 0
  }

  /** Switches one more on somewhere; its name. */
  worsen(random: Random): Fault | null {
    const place = this.#places[Math.floor(random.uniform() * this.#places.length)]
    const fault = this.#faults[Math.floor(random.uniform() * this.#faults.length)]
    if (place === undefined || fault === undefined) return null
    const there = this.#on.get(place) ?? new Map<Fault, number>()
    this.#on.set(place, there.set(fault, strengthOf(fault, random)))
    return fault
  }

  /** Switches everything off at one place. */
  mend(random: Random): void {
    this.#on.delete(this.#places[Math.floor(random.uniform() * this.#places.length)] ?? '')
  }

  clear(): void {
    this.#on.clear()
  }
}
