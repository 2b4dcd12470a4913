import { builderNames } from '../../scripts/devnet/block-builders.ts'
import type { Random } from '../../scripts/devnet/random.ts'
import { type RelayFaults, relayFaultTable } from '../../scripts/devnet/relay-faults.ts'
import { type RpcFaults, rpcFaultTable } from '../../scripts/devnet/rpc-faults.ts'
import { rpc } from '../integration/local-chain.ts'

/** Something that may misbehave in several ways at once. */
interface Board {
  places: readonly string[]
  faults: readonly string[]
  /** Tells the local chain; true and false, or a number. */
  tell: (place: string, fault: string, value: boolean | number) => Promise<unknown>
}

export type BoardName = 'relay' | 'provider' | 'builder'

/** What a fault's number is drawn from: blocks of delay and of lag, shares of leaks. */
function strengthOf(fault: string, random: Random): boolean | number {
  if (fault === 'delay') return 1 + Math.floor(random.uniform() * 3)
  if (fault === 'lag') return 1 + Math.floor(random.uniform() * 5)
  return fault === 'leak' ? 0.5 : true
}

/** Which faults of the local chain are on. A relay that hangs is not told so: no test waits for a clock. */
export class Faults {
  readonly #boards: Record<BoardName, Board>
  readonly #on = new Map<string, Set<string>>()

  constructor(relayPlaces: readonly string[]) {
    const relayFaults = Object.keys(relayFaultTable) as (keyof RelayFaults)[]
    this.#boards = {
      relay: {
        places: relayPlaces,
        faults: relayFaults,
        tell: async (place, fault, value) =>
          fault === 'hang' ? undefined : rpc('devnet_relayFault', [place, fault, value]),
      },
      provider: {
        places: ['a', 'b'],
        faults: Object.keys(rpcFaultTable) as (keyof RpcFaults)[],
        tell: (place, fault, value) => rpc('devnet_rpcFault', [place, fault, value]),
      },
      builder: {
        places: builderNames,
        faults: ['refuses'],
        tell: (place, _fault, value) => rpc('devnet_builder', [place, value !== true]),
      },
    }
  }

  /** Names of the faults that are on at a place. */
  at(place: string): ReadonlySet<string> {
    return this.#on.get(place) ?? new Set()
  }

  /** Names of the builders that take no private orders. */
  get refusingBuilders(): string[] {
    return builderNames.filter((name) => this.at(name).size > 0)
  }

  /** Switches one more fault on; what and where. */
  async worsen(name: BoardName, random: Random): Promise<string> {
    const { places, faults, tell } = this.#boards[name]
    const place = places[Math.floor(random.uniform() * places.length)] ?? ''
    const fault = faults[Math.floor(random.uniform() * faults.length)] ?? ''
    this.#on.set(place, new Set(this.at(place)).add(fault))
    await tell(place, fault, strengthOf(fault, random))
    return `${place} ${fault}`
  }

  /** Switches everything off at one place, where anything is on. */
  async mend(name: BoardName, random: Random): Promise<void> {
    const ill = this.#boards[name].places.filter((place) => this.at(place).size > 0)
    const place = ill[Math.floor(random.uniform() * ill.length)]
    if (place !== undefined) await this.#clear(name, place)
  }

  async clear(): Promise<void> {
    for (const name of ['relay', 'provider', 'builder'] as const) {
      for (const place of this.#boards[name].places) await this.#clear(name, place)
    }
  }

  async #clear(name: BoardName, place: string): Promise<void> {
    this.#on.delete(place)
    if (name === 'builder') await this.#boards.builder.tell(place, '', false)
    else await rpc(name === 'relay' ? 'devnet_relayFault' : 'devnet_rpcFault', [place, 'none'])
  }
}
