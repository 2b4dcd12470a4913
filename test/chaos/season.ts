import type { ChaosReport, Progress } from '../../scripts/chaos/report.ts'
import type { Sabotage } from './bindings.ts'
import { Look } from './look.ts'
import { Schedule } from './schedule.ts'
import { Tally, type Trail } from './tally.ts'
import { Witness } from './witness.ts'
import type { World } from './world.ts'

export interface SeasonOptions {
  seed: string
  ticks: number
  /** How bad the weather always is; it changes unless told. */
  weather?: number
  /** A mistake planted into calls to the ledger; none unless told. */
  sabotage?: (world: () => World) => Sabotage
  onProgress?: (progress: Progress) => Promise<void>
}

/** Ticks between looks at the log, and between progress lines. */
const logTicks = 10

/** A vault's life under faults: who plays, what was seen, and how far it is. */
export class Season {
  readonly options: SeasonOptions
  readonly world: World
  readonly schedule: Schedule
  readonly witness: Witness
  readonly look: Look
  readonly tally = new Tally()
  readonly trail: Trail
  readonly violations: ChaosReport['violations'] = []
  ticks = 0
  /** Whether the chain went back since the last look. */
  reorganised = false
  #nextLog = 0

  constructor(options: SeasonOptions, world: World, trail: Trail) {
    this.options = options
    this.world = world
    this.trail = trail
    this.schedule = new Schedule(options.seed, options.weather)
    this.witness = new Witness(world)
    this.look = new Look(world, this.witness)
  }

  get broken(): boolean {
    return this.violations.length > 0
  }

  note(line: string): void {
    this.trail.note(`tick ${this.ticks}: ${line}`)
  }

  /** Runs invocations side by side and looks at what they did. */
  async together(invocations: readonly Promise<unknown>[]): Promise<void> {
    if (invocations.length === 0) return
    await Promise.all(invocations)
    await this.look.look({ reorganised: this.reorganised })
    this.reorganised = false
    if (this.ticks >= this.#nextLog) {
      this.#nextLog = this.ticks + logTicks
      await this.look.lookAtLog(this.world.parents)
      await this.options.onProgress?.({ ticks: this.ticks, faults: this.faults, violations: this.violations })
    }
    this.collect()
  }

  collect(): void {
    for (const violation of this.witness.violations.splice(0)) this.violations.push({ ...violation, tick: this.ticks })
  }

  /** Everything that went wrong on purpose so far. */
  get faults(): number {
    const sum = (counts: Map<string, number>) => [...counts.values()].reduce((total, one) => total + one, 0)
    return this.tally.total + sum(this.world.network.struck) + sum(this.world.turns.cut)
  }

  async reorganise(depth: number): Promise<void> {
    this.tally.add(`reorganisation of ${depth}`)
    await this.look.excuseDeepReorganisation(depth)
    await this.world.chain.reorganise(depth)
    this.reorganised = true
  }
}
