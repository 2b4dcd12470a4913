import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { pauses, strategies } from '../../workers/database/schema.ts'
import { database } from '../integration/agent-world.ts'
import { rpc } from '../integration/local-chain.ts'
import { type Deed, doOnChain, useExecutorsKey } from './people.ts'
import type { Disturbance, Happening } from './schedule.ts'
import type { Season } from './season.ts'
import { ledgerOfVault } from './vault-facts.ts'
import { askGate, type World } from './world.ts'

/** Carries out what the schedule draws: to the chain and its market, to people, and to awaits. */
export class Hazards {
  readonly #season: Season
  #pausedOnChain = false

  constructor(season: Season) {
    this.#season = season
  }

  /** Has the next await of some name disturbed; which one is drawn among those that were ever made. */
  disturb(): void {
    const { world, schedule } = this.#season
    for (const { where, what } of schedule.disturbances()) {
      const names = [...world.turns.reached.keys()]
      const name = names[Math.floor(where * names.length)]
      if (name === undefined) return
      if (what.kind === 'cut') world.turns.arm(name, what)
      else world.turns.arm(name, { kind: 'meanwhile', happens: () => this.#meanwhile(what) })
      this.#season.note(`armed ${JSON.stringify(what)} at ${name}`)
    }
  }

  async #meanwhile({ kind }: Exclude<Disturbance, { kind: 'cut' }>): Promise<void> {
    const { world, tally } = this.#season
    const ledger = ledgerOfVault(world.vault)
    tally.add(`${kind} in the middle`)
    this.#season.note(`${kind} in the middle`)
    if (kind === 'block') await world.chain.mine()
    else if (kind === 'reorganisation') await this.#season.reorganise(1)
    else if (kind === 'pause') await ledger.setPause({ scope: 'vault', subject: '', paused: true })
    else await ledger.sweep([])
  }

  async happen(happening: Happening): Promise<void> {
    const { world, tally } = this.#season
    if (!quiet.has(happening.kind)) this.#season.note(JSON.stringify(happening))
    switch (happening.kind) {
      case 'pause':
        return this.#pause(happening.scope)
      case 'resume':
        return this.resume()
      case 'clock':
        if (happening.seconds !== 0) tally.add('clock jump of the worker')
        world.chain.clockError = happening.seconds
        return
      case 'feeds':
        if (!happening.posting) tally.add('feeds stale')
        await rpc('devnet_feedKeeper', [happening.posting])
        return
      case 'price':
        return this.#price(happening.symbol, happening.factor)
      case 'on chain':
        return this.#onChain(happening.deed)
      case 'key used elsewhere':
        return this.#useKey()
      default:
        return this.#switch(happening)
    }
  }

  async #switch({ kind, where }: Happening & { kind: 'worsen' | 'mend' }): Promise<void> {
    const { faults } = this.#season.world
    const random = this.#season.schedule.stream(`${where} switches`)
    if (kind === 'mend') await faults.mend(where, random)
    else this.#season.note(await faults.worsen(where, random))
  }

  async #price(symbol: string, factor: number): Promise<void> {
    this.#season.tally.add('price jump')
    const status = z.object({ market: z.object({ prices: z.record(z.string(), z.number()) }) })
    const { prices } = status.parse(await rpc('devnet_status')).market
    await rpc('devnet_setPrice', [symbol, (prices[symbol] ?? 1) * factor])
  }

  async #pause(scope: 'everything' | 'vault' | 'strategy'): Promise<void> {
    const { world, tally } = this.#season
    tally.add(`pause of ${scope}`)
    const subjects = { everything: '', vault: world.vault, strategy: world.parents.at(-1)?.strategyId ?? '' }
    await this.#season.together([askGate(world, '/v1/pause', { scope, subject: subjects[scope] })])
  }

  /** Lifts every pause through the API, as a person does it; a latched strategy is re-enabled by resuming it. */
  async resume(): Promise<void> {
    const { world } = this.#season
    const rows = await database.select().from(pauses)
    const latched = await database.select().from(strategies).where(eq(strategies.status, 'latched'))
    for (const { scope, subject } of rows) await askGate(world, '/v1/resume', { scope, subject })
    for (const { id } of latched) await askGate(world, '/v1/resume', { scope: 'strategy', subject: id })
    await ledgerOfVault(world.vault).setPause({ scope: 'vault', subject: '', paused: false })
  }

  async #onChain(deed: Deed): Promise<void> {
    const { world, tally } = this.#season
    if (deed === 'unpause' && !this.#pausedOnChain) return
    const parent = world.parents.findLast(({ opened }) => opened)
    if (deed === 'close' && parent === undefined) return
    if (deed !== 'close') this.#pausedOnChain = deed === 'pause'
    if (deed !== 'unpause') tally.add(deed === 'pause' ? 'guardian pauses the vault' : 'mandate closed')
    await doOnChain(world.vault, deed, parent?.mandateId ?? '0x')
  }

  /** The public sees it, and the ledger can know nothing of it. */
  async #useKey(): Promise<void> {
    const { world, witness, tally } = this.#season
    tally.add('key used elsewhere')
    world.network.leaked = true
    witness.foreign.add(await useExecutorsKey(world.vault, world.executor, world.chain.head.nonce))
  }

  /** Ends every fault; what was done stays done. */
  async end(): Promise<void> {
    const { faults, turns, chain }: World = this.#season.world
    await faults.clear()
    turns.disarm()
    chain.clockError = 0
    await rpc('devnet_feedKeeper', [true])
    await this.resume()
    await this.#onChain('unpause')
  }
}

/** What mends and happens every few rounds is not worth a line. */
const quiet: ReadonlySet<Happening['kind']> = new Set(['mend', 'resume', 'on chain', 'worsen'])
