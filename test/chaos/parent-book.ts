import { inArray } from 'drizzle-orm'
import { strategies } from '../../workers/database/schema.ts'
import { database } from '../integration/agent-world.ts'
import { drawParent, endOf, fileParent, openParent, type Parent, plannedEnd } from './parents.ts'
import type { Season } from './season.ts'

/** Parents that may be open at the same time, and seconds after which one that should be through does not count. */
const atOnce = { most: 5, lingering: 600 }
/** Blocks that opening a mandate may make. */
const blocksOfOpening = 4

/** Keeps parents coming: fresh ones where old ones have ended, some of which wait a while for their mandate. */
export class ParentBook {
  readonly #season: Season
  #drawn = 0

  constructor(season: Season) {
    this.#season = season
  }

  async tend(): Promise<void> {
    const { world, schedule } = this.#season
    const random = schedule.stream('parents')
    const now = world.chain.head.timestamp
    const open = await this.open()
    const lingering = open.filter((parent) => now > plannedEnd(parent) + atOnce.lingering)
    const wanted = random.uniform() < 0.15 ? 2 : 1
    if (open.length - lingering.length < wanted && open.length < atOnce.most) await this.#draw()
    await this.#openMandates(() => random.uniform() < 0.7)
  }

  /** A fresh parent that is open at once. */
  async add(): Promise<Parent> {
    const parent = await this.#draw()
    await this.#openMandates(() => true)
    return parent
  }

  async #draw(): Promise<Parent> {
    const { world, schedule } = this.#season
    const now = world.chain.head.timestamp
    this.#drawn += 1
    const parent = await drawParent(world.vault, schedule.stream('parents'), this.#drawn, now)
    await fileParent(world.vault, parent, now)
    world.parents.push(parent)
    return parent
  }

  async #openMandates(now: () => boolean): Promise<void> {
    const { vault, parents, chain } = this.#season.world
    for (const parent of parents) {
      if (parent.opened || !now() || endOf(parent) < chain.head.timestamp) continue
      await openParent(vault, parent).catch(async (error: unknown) => {
        // The block came so late that a draft which had waited was over by then.
        await chain.look(blocksOfOpening)
        if (endOf(parent) >= chain.head.timestamp) throw error
      })
    }
    await chain.look(blocksOfOpening)
  }

  /** Those that the database does not call over. */
  async open(): Promise<Parent[]> {
    const rows = await database
      .select({ id: strategies.id })
      .from(strategies)
      .where(inArray(strategies.status, ['draft', 'active', 'latched']))
    const open = new Set<string>(rows.map(({ id }) => id))
    return this.#season.world.parents.filter(({ strategyId }) => open.has(strategyId))
  }
}
