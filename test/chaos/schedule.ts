import { type Random, seededRandom } from '../../scripts/devnet/random.ts'
import type { BoardName } from './faults.ts'
import type { Deed } from './people.ts'
import { type Ending, endings, type Moment, moments } from './turns.ts'

/** What befalls a message on its way. */
export type Fate = 'delivered' | 'lost' | 'doubled' | 'postponed' | 'buried'

/** What the chain does next. */
export type ChainMove =
  | { kind: 'blocks'; count: number }
  | { kind: 'reorganisation'; depth: number }
  | { kind: 'pause'; seconds: number }

/** What a person, or the market, does before the next block. */
export type Happening =
  | { kind: 'pause' | 'resume'; scope: 'everything' | 'vault' | 'strategy' }
  | { kind: 'price'; symbol: string; factor: number }
  | { kind: 'feeds'; posting: boolean }
  | { kind: 'clock'; seconds: number }
  | { kind: 'on chain'; deed: Deed }
  | { kind: 'key used elsewhere' }
  | { kind: 'worsen'; where: BoardName }
  | { kind: 'mend'; where: BoardName }

/** How an await is disturbed. */
export type Disturbance =
  | { kind: 'cut'; moment: Moment; ending: Ending }
  | { kind: 'block' | 'reorganisation' | 'pause' | 'second cron' }

/** Rounds between one weather and the next. */
const weatherRounds = 30

/** How much goes wrong: nothing, something, much. */
const weathers = [0, 0.6, 1, 1, 1.8]

/**
 * Draws, by seed, what goes wrong when. Each concern draws from a stream of its own, so that what one consumes changes
 * nothing for the others.
 */
export class Schedule {
  readonly #streams = new Map<string, Random>()
  readonly #seed: string
  readonly #weather: number | undefined
  #intensity = 1
  #round = 0

  /** @param weather how much goes wrong, all the time; it changes unless told */
  constructor(seed: string, weather?: number) {
    this.#seed = seed
    this.#weather = weather
  }

  /** To be called once a round. */
  advance(): void {
    if (this.#round % weatherRounds === 0) this.#intensity = this.#weather ?? this.#pick('weather', weathers)
    this.#round += 1
  }

  stream(name: string): Random {
    const stream = this.#streams.get(name) ?? seededRandom(`${this.#seed} ${name}`)
    this.#streams.set(name, stream)
    return stream
  }

  /** Runs of the cron in this round, at the same time. */
  crons(): number {
    if (!this.#chance('cron', 0.3, false)) return 0
    return this.#chance('cron', 0.1) ? 2 : 1
  }

  fateOf(): Fate {
    const draw = this.stream('fate').uniform() / Math.max(this.#intensity, 0.01)
    if (draw < 0.04) return 'lost'
    if (draw < 0.12) return 'doubled'
    if (draw < 0.18) return 'postponed'
    return draw < 0.19 ? 'buried' : 'delivered'
  }

  /** Whether what is due is handed out in another order, and to two consumers at once. */
  disorder(): { shuffled: boolean; consumers: number } {
    return { shuffled: this.#chance('disorder', 0.3), consumers: this.#chance('disorder', 0.15) ? 2 : 1 }
  }

  alarm(): 'ring' | 'late' | 'lose' | 'fail' {
    const draw = this.stream('alarm').uniform() / Math.max(this.#intensity, 0.01)
    if (draw < 0.15) return 'late'
    if (draw < 0.2) return 'lose'
    return draw < 0.25 ? 'fail' : 'ring'
  }

  /** What is to happen at an await soon; `where` lies in [0, 1). */
  disturbances(): { where: number; what: Disturbance }[] {
    if (!this.#chance('disturbance', 0.4)) return []
    const random = this.stream('disturbance')
    const where = random.uniform()
    const draw = random.uniform()
    if (draw < 0.1) return [{ where, what: { kind: 'block' } }]
    if (draw < 0.14) return [{ where, what: { kind: 'reorganisation' } }]
    if (draw < 0.18) return [{ where, what: { kind: 'pause' } }]
    if (draw < 0.22) return [{ where, what: { kind: 'second cron' } }]
    const [moment, ending] = [this.#pick('disturbance', moments), this.#pick('disturbance', endings)]
    return [{ where, what: { kind: 'cut', moment, ending } }]
  }

  chainMove(): ChainMove {
    const random = this.stream('chain')
    const draw = random.uniform() / Math.max(this.#intensity, 0.01)
    if (draw < 0.05) return { kind: 'reorganisation', depth: 1 + Math.floor(Math.sqrt(random.uniform()) * 2.15) }
    if (draw < 0.08) return { kind: 'blocks', count: 4 + Math.floor(random.uniform() * 4) }
    if (draw < 0.09) return { kind: 'pause', seconds: Math.floor(60 * 60 ** random.uniform()) }
    return { kind: 'blocks', count: 1 + Math.floor(random.uniform() * 3) }
  }

  happenings(): Happening[] {
    const happenings: Happening[] = []
    const scope = this.#pick('people', ['everything', 'vault', 'strategy'] as const)
    if (this.#chance('people', 0.03)) happenings.push({ kind: 'pause', scope })
    if (this.#chance('people', 0.25, false)) happenings.push({ kind: 'resume', scope })
    if (this.#chance('vault', 0.006))
      happenings.push({ kind: 'on chain', deed: this.#pick('vault', ['pause', 'close']) })
    if (this.#chance('vault', 0.3, false)) happenings.push({ kind: 'on chain', deed: 'unpause' })
    if (this.#chance('key', 0.004)) happenings.push({ kind: 'key used elsewhere' })
    if (this.#chance('market', 0.02)) {
      const factor = 1 + 0.02 * (this.stream('market').uniform() - 0.5)
      happenings.push({ kind: 'price', symbol: this.#pick('market', ['WETH', 'WBTC']), factor })
    }
    if (this.#chance('feeds', 0.01)) happenings.push({ kind: 'feeds', posting: false })
    if (this.#chance('feeds', 0.15, false)) happenings.push({ kind: 'feeds', posting: true })
    if (this.#chance('clock', 0.02)) {
      const seconds = Math.floor((this.stream('clock').uniform() - 0.5) * 1_200)
      happenings.push({ kind: 'clock', seconds })
    } else if (this.#chance('clock', 0.2, false)) happenings.push({ kind: 'clock', seconds: 0 })
    for (const [where, often] of [
      ['relay', 0.15],
      ['provider', 0.05],
      ['builder', 0.02],
    ] as const) {
      if (this.#chance(where, often)) happenings.push({ kind: 'worsen', where })
      if (this.#chance(where, 0.2, false)) happenings.push({ kind: 'mend', where })
    }
    return happenings
  }

  /** True so often; where `weathered`, more often the worse the weather. */
  #chance(stream: string, probability: number, weathered = true): boolean {
    return this.stream(stream).uniform() < probability * (weathered ? this.#intensity : 1)
  }

  #pick<T>(stream: string, choices: readonly T[]): T {
    const choice = choices[Math.floor(this.stream(stream).uniform() * choices.length)]
    if (choice === undefined) throw new Error('There is nothing to choose from.')
    return choice
  }
}
