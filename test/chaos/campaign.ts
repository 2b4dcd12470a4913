import { eq, inArray } from 'drizzle-orm'
import { vi } from 'vitest'
import { z } from 'zod'
import type { ChaosReport, Progress } from '../../scripts/chaos/report.ts'
import { pauses, strategies } from '../../workers/database/schema.ts'
import { database } from '../integration/agent-world.ts'
import { rpc } from '../integration/local-chain.ts'
import { Audit } from './audit.ts'
import type { Sabotage } from './bindings.ts'
import { inLedger } from './ledger-rows.ts'
import { Look } from './look.ts'
import type { Letter } from './mailbox.ts'
import { drawParent, endOf, fileParent, openParent, type Parent, plannedEnd } from './parents.ts'
import { type Deed, doOnChain, useExecutorsKey } from './people.ts'
import { type Disturbance, type Happening, Schedule } from './schedule.ts'
import { Tally, Trail } from './tally.ts'
import { ledgerOfVault } from './vault-facts.ts'
import { Witness } from './witness.ts'
import { askGate, bury, cron, deliver, openChaosWorld, ringAlarm, type World } from './world.ts'

export interface CampaignOptions {
  seed: string
  ticks: number
  /** How bad the weather always is; it changes unless told. */
  weather?: number
  /** A mistake planted into calls to the ledger; none unless told. */
  sabotage?: (world: () => World) => Sabotage
  onProgress?: (progress: Progress) => Promise<void>
}

/** Parents that may be open at the same time, and seconds after which one that should be through does not count. */
const parentsAtOnce = { most: 5, lingering: 600 }
/** Ticks between looks at the log, and between progress lines. */
const logTicks = 10
/** Seconds of calm before a fresh order must trade. */
const calmSeconds = 3_600
/** Rounds of calm after which a world that is not quiet never will be. */
const mostCalmRounds = 80

/** One season: a fresh vault, so many ticks of trouble, then calm, and the books are compared. */
export class Campaign {
  readonly #options: CampaignOptions
  readonly #world: World
  readonly #schedule: Schedule
  readonly #witness: Witness
  readonly #look: Look
  readonly #faults = new Tally()
  readonly #trail: Trail
  #ticks = 0
  #rounds = 0
  #pausedOnChain = false
  #nextLog = 0
  #reorganised = false
  #drawn = 0
  #found: ChaosReport['violations'] = []

  private constructor(options: CampaignOptions, world: World, trail: Trail) {
    this.#options = options
    this.#world = world
    this.#schedule = new Schedule(options.seed, options.weather)
    this.#witness = new Witness(world)
    this.#look = new Look(world, this.#witness)
    this.#trail = trail
  }

  static async run(options: CampaignOptions): Promise<ChaosReport> {
    const trail = new Trail(400)
    keepQuiet(trail)
    let opened: World | null = null
    const sabotage = options.sabotage?.(() => {
      if (opened === null) throw new Error('The world is not open yet.')
      return opened
    })
    const world = await openChaosWorld(options.seed, sabotage ?? ((_name, call) => call()))
    opened = world
    const campaign = new Campaign(options, world, trail)
    await campaign.#trouble()
    const fills = campaign.#found.length === 0 ? await campaign.#calm() : 0
    return campaign.#report(fills)
  }

  async #trouble(): Promise<void> {
    while (this.#ticks < this.#options.ticks && this.#found.length === 0) {
      this.#rounds += 1
      this.#schedule.advance()
      await this.#parents()
      for (const happening of this.#schedule.happenings()) await this.#happen(happening)
      this.#disturb()
      const crons = Array.from({ length: this.#schedule.crons() }, () => this.#cron())
      await this.#together(crons)
      await this.#deliveries()
      await this.#alarm()
      await this.#chainMoves()
    }
  }

  /** Runs invocations side by side and looks at what they did. */
  async #together(invocations: readonly Promise<unknown>[]): Promise<void> {
    if (invocations.length === 0) return
    await Promise.all(invocations)
    await this.#lookNow()
  }

  async #lookNow(): Promise<void> {
    await this.#look.look({ reorganised: this.#reorganised })
    this.#reorganised = false
    if (this.#ticks >= this.#nextLog) {
      this.#nextLog = this.#ticks + logTicks
      await this.#look.lookAtLog(this.#world.parents)
      await this.#options.onProgress?.({ ticks: this.#ticks, faults: this.#allFaults, violations: this.#found })
    }
    this.#collect()
  }

  #collect(): void {
    for (const violation of this.#witness.violations.splice(0)) this.#found.push({ ...violation, tick: this.#ticks })
  }

  get #allFaults(): number {
    const sum = (counts: Map<string, number>) => [...counts.values()].reduce((total, one) => total + one, 0)
    return this.#faults.total + sum(this.#world.network.struck) + sum(this.#world.turns.cut)
  }

  async #cron(): Promise<void> {
    this.#ticks += 1
    const end = await cron(this.#world)
    this.#trail.note(`tick ${this.#ticks}: cron ${end.kind}`)
  }

  async #deliveries(): Promise<void> {
    const { mailbox } = this.#world
    const { shuffled, consumers } = this.#schedule.disorder()
    const letters = mailbox.takeDue().flatMap((letter) => this.#onItsWay(letter))
    if (shuffled && letters.length > 1) {
      this.#faults.add('messages reordered')
      letters.reverse()
    }
    const buried = letters.filter(({ fate }) => fate === 'buried').map(({ letter }) => letter)
    if (buried.length > 0) await bury(this.#world, buried)
    const arriving = letters.filter(({ fate }) => fate !== 'buried').map(({ letter }) => letter)
    while (arriving.length > 0) {
      if (consumers > 1 && arriving.length > 1) this.#faults.add('two consumers at once')
      const batches = Array.from({ length: consumers }, () => arriving.splice(0, 2)).filter((batch) => batch.length > 0)
      await this.#together(batches.map((batch) => this.#deliver(batch)))
      if (this.#found.length > 0) return
    }
  }

  #onItsWay(letter: Letter): { letter: Letter; fate: string }[] {
    const { mailbox } = this.#world
    const fate = this.#schedule.fateOf()
    if (fate !== 'delivered') this.#faults.add(`message ${fate}`)
    if (fate === 'lost') return []
    if (fate === 'postponed') {
      mailbox.putBack(letter, 30)
      return []
    }
    return fate === 'doubled'
      ? [
          { letter, fate },
          { letter, fate },
        ]
      : [{ letter, fate }]
  }

  async #deliver(letters: readonly Letter[]): Promise<void> {
    const { dead, looked } = await deliver(this.#world, letters)
    const decided = letters.filter(({ body }) => body.type === 'tick').length
    if (looked) this.#ticks += decided
    const names = letters.map(({ id, body }) => `${body.type} ${id}`).join(', ')
    this.#trail.note(`tick ${this.#ticks}: delivered ${names}`)
    if (dead.length === 0) return
    this.#faults.add('message dead', dead.length)
    await bury(this.#world, dead)
  }

  /** Has the next await of some name disturbed; which one is drawn among those that were ever made. */
  #disturb(): void {
    const { turns } = this.#world
    for (const { where, what } of this.#schedule.disturbances()) {
      const names = [...turns.reached.keys()]
      const name = names[Math.floor(where * names.length)]
      if (name === undefined) return
      if (what.kind === 'cut') turns.arm(name, what)
      else turns.arm(name, { kind: 'meanwhile', happens: () => this.#meanwhile(what) })
      this.#trail.note(`tick ${this.#ticks}: armed ${JSON.stringify(what)} at ${name}`)
    }
  }

  async #meanwhile({ kind }: Exclude<Disturbance, { kind: 'cut' }>): Promise<void> {
    const { chain } = this.#world
    this.#faults.add(`${kind} in the middle`)
    this.#trail.note(`tick ${this.#ticks}: ${kind} in the middle`)
    if (kind === 'block') await chain.mine()
    else if (kind === 'reorganisation') await this.#reorganise(1)
    else if (kind === 'pause')
      await ledgerOfVault(this.#world.vault).setPause({ scope: 'vault', subject: '', paused: true })
    else await ledgerOfVault(this.#world.vault).sweep([])
  }

  async #alarm(): Promise<void> {
    const fate = this.#schedule.alarm()
    if (fate === 'late') return
    const ringing = await ringAlarm(this.#world, fate)
    if (ringing === 'lost' || ringing === 'failed') this.#faults.add(`alarm ${ringing}`)
  }

  async #chainMoves(): Promise<void> {
    const { chain, faults } = this.#world
    if (faults.refusingBuilders.length > 0) this.#faults.add('builder refuses, rounds')
    const move = this.#schedule.chainMove()
    if (move.kind !== 'blocks' || move.count > 3) this.#trail.note(`tick ${this.#ticks}: ${JSON.stringify(move)}`)
    if (move.kind === 'reorganisation') await this.#reorganise(move.depth)
    if (move.kind === 'pause') {
      this.#faults.add('clock jump of the chain')
      await chain.skip(move.seconds)
    } else await chain.mine(move.kind === 'blocks' ? move.count : 1)
  }

  async #reorganise(depth: number): Promise<void> {
    this.#faults.add(`reorganisation of ${depth}`)
    await this.#look.excuseDeepReorganisation(depth)
    await this.#world.chain.reorganise(depth)
    this.#reorganised = true
  }

  async #happen(happening: Happening): Promise<void> {
    const { chain } = this.#world
    const { kind } = happening
    if (kind !== 'mend' && kind !== 'resume' && kind !== 'on chain')
      this.#trail.note(`tick ${this.#ticks}: ${JSON.stringify(happening)}`)
    switch (happening.kind) {
      case 'pause':
      case 'resume':
        return this.#askGate(happening.kind, happening.scope)
      case 'clock':
        if (happening.seconds !== 0) this.#faults.add('clock jump of the worker')
        chain.clockError = happening.seconds
        return
      case 'feeds':
        if (!happening.posting) this.#faults.add('feeds stale')
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

  async #onChain(deed: Deed): Promise<void> {
    const { vault, parents } = this.#world
    if (deed === 'unpause' && !this.#pausedOnChain) return
    const parent = parents.findLast(({ opened }) => opened)
    if (deed === 'close' && parent === undefined) return
    this.#pausedOnChain = deed === 'pause' || (deed === 'close' && this.#pausedOnChain)
    if (deed !== 'unpause') this.#faults.add(deed === 'pause' ? 'guardian pauses the vault' : 'mandate closed')
    await doOnChain(vault, deed, parent?.mandateId ?? '0x')
  }

  /** The public sees it, and the ledger can know nothing of it. */
  async #useKey(): Promise<void> {
    const { vault, executor, chain, network } = this.#world
    this.#faults.add('key used elsewhere')
    network.leaked = true
    this.#witness.foreign.add(await useExecutorsKey(vault, executor, chain.head.nonce))
  }

  async #switch({ kind, where }: Happening & { kind: 'worsen' | 'mend' }): Promise<void> {
    const { faults } = this.#world
    const random = this.#schedule.stream(`${where} switches`)
    if (kind === 'mend') await faults.mend(where, random)
    else this.#trail.note(`tick ${this.#ticks}: ${await faults.worsen(where, random)}`)
  }

  async #price(symbol: string, factor: number): Promise<void> {
    this.#faults.add('price jump')
    const status = z.object({ market: z.object({ prices: z.record(z.string(), z.number()) }) })
    const { prices } = status.parse(await rpc('devnet_status')).market
    await rpc('devnet_setPrice', [symbol, (prices[symbol] ?? 1) * factor])
  }

  /** Through the API, as a person does it; a latched strategy is re-enabled by resuming it. */
  async #askGate(kind: 'pause' | 'resume', scope: 'everything' | 'vault' | 'strategy'): Promise<void> {
    const { vault, parents } = this.#world
    if (kind === 'resume') {
      const rows = await database.select().from(pauses)
      const latched = await database.select().from(strategies).where(eq(strategies.status, 'latched'))
      for (const row of rows) await this.#resume(row.scope, row.subject)
      for (const { id } of latched) await this.#resume('strategy', id)
      await ledgerOfVault(vault).setPause({ scope: 'vault', subject: '', paused: false })
      return
    }
    this.#faults.add(`pause of ${scope}`)
    const subject = scope === 'vault' ? vault : (parents.at(-1)?.strategyId ?? '')
    const gate = { scope, subject: scope === 'everything' ? '' : subject }
    await askGate(this.#world, '/v1/pause', gate)
  }

  #resume(scope: 'everything' | 'vault' | 'strategy', subject: string) {
    return askGate(this.#world, '/v1/resume', { scope, subject })
  }

  /** Fresh parents where old ones have ended; some wait a while for their mandate. */
  async #parents(): Promise<void> {
    const { vault, parents, chain } = this.#world
    const random = this.#schedule.stream('parents')
    const now = chain.head.timestamp
    const open = await this.#openParents()
    const lingering = open.filter((parent) => now > plannedEnd(parent) + parentsAtOnce.lingering)
    const usual = random.uniform() < 0.15 ? 2 : 1
    if (open.length - lingering.length < usual && open.length < parentsAtOnce.most) {
      this.#drawn += 1
      const parent = await drawParent(vault, random, this.#drawn, now)
      await fileParent(vault, parent, now)
      parents.push(parent)
    }
    for (const parent of parents) if (!parent.opened && random.uniform() < 0.7) await openParent(vault, parent)
    await chain.look(4)
  }

  /** Faults end; the world must come to rest by itself, trade a fresh order whole, and its books must agree. */
  async #calm(): Promise<number> {
    const { vault, faults, chain, parents, turns } = this.#world
    await faults.clear()
    turns.disarm()
    chain.clockError = 0
    await rpc('devnet_feedKeeper', [true])
    await this.#askGate('resume', 'everything')
    await this.#onChain('unpause')
    // The average prices of the pools must have come to where the feeds are, and checkpoints are made anew.
    await chain.skip(calmSeconds)
    for (let round = 0; round < 8; round++) await this.#calmRound()
    this.#drawn += 1
    const last = await drawParent(vault, this.#schedule.stream('parents'), this.#drawn, chain.head.timestamp)
    await fileParent(vault, last, chain.head.timestamp)
    parents.push(last)
    for (const parent of parents) if (!parent.opened) await openParent(vault, parent)
    await chain.look(4)
    await this.#untilOver()
    this.#collect()
    if (this.#found.length > 0) return 0
    const fills = await new Audit(this.#world, this.#witness, this.#look).run()
    const [row] = await database.select().from(strategies).where(eq(strategies.id, last.strategyId))
    if (row?.status !== 'filled') {
      this.#witness.accuse('trades again', `A fresh order after all faults ended is ${row?.status}, not filled.`)
    }
    this.#collect()
    return fills
  }

  /** Calm rounds until every parent is over; then their ends are waited for in one leap. */
  async #untilOver(): Promise<void> {
    const { chain, parents, mailbox } = this.#world
    for (let round = 0; round < mostCalmRounds; round++) {
      await this.#calmRound()
      if (this.#found.length > 0 || (await this.#openParents()).length === 0) break
    }
    const end = Math.max(...parents.map(endOf))
    if (end >= chain.head.timestamp) await chain.skip(end - chain.head.timestamp + 60)
    for (let round = 0; round < 12; round++) await this.#calmRound()
    for (let round = 0; round < 12 && (mailbox.size > 0 || (await this.#isBusy())); round++) await this.#calmRound()
  }

  async #isBusy(): Promise<boolean> {
    return inLedger(this.#world.vault, (sql) => {
      const open = 'SELECT (SELECT count(*) FROM orders WHERE final = 0) + (SELECT count(*) FROM outbox) AS count'
      return sql.exec<{ count: number }>(open).one().count > 0
    })
  }

  /** Those that the database does not call over. */
  async #openParents(): Promise<Parent[]> {
    const rows = await database
      .select({ id: strategies.id })
      .from(strategies)
      .where(inArray(strategies.status, ['draft', 'active', 'latched']))
    const open = new Set<string>(rows.map(({ id }) => id))
    return this.#world.parents.filter(({ strategyId }) => open.has(strategyId))
  }

  async #calmRound(): Promise<void> {
    const { mailbox, chain } = this.#world
    await this.#together([cron(this.#world)])
    for (const letter of mailbox.takeDue()) await this.#together([deliver(this.#world, [letter])])
    await ringAlarm(this.#world, 'ring')
    await chain.mine()
  }

  async #report(fills: number): Promise<ChaosReport> {
    const { turns, network, chain, parents, vault } = this.#world
    for (const [name, times] of network.struck) this.#faults.add(name, times)
    const { outcomes, decisions } = await inLedger(vault, (sql) => {
      const counted = (query: string) =>
        Object.fromEntries(
          sql
            .exec<{ name: string; times: number }>(query)
            .toArray()
            .map(({ name, times }) => [name === '' ? 'live' : name, times]),
        )
      return {
        outcomes: counted('SELECT outcome AS name, count(*) AS times FROM orders GROUP BY outcome'),
        decisions: counted(
          "SELECT reason AS name, count(*) AS times FROM records WHERE type = 'decision' GROUP BY reason",
        ),
      }
    })
    return {
      seed: this.#options.seed,
      ticks: this.#ticks,
      rounds: this.#rounds,
      blocks: chain.blocks.size,
      parents: parents.length,
      fills: fills === 0 ? (outcomes.filled ?? 0) : fills,
      outcomes,
      decisions,
      faults: this.#faults.counts,
      awaits: Object.fromEntries(
        [...turns.reached].map(([name, reached]) => [name, { reached, cut: turns.cut.get(name) ?? 0 }]),
      ),
      violations: this.#found,
      trail: this.#found.length === 0 ? [] : this.#trail.lines,
    }
  }
}

/** The agent's log lines are worth reading only after a violation, and there are a hundred thousand of them. */
function keepQuiet(trail: Trail): void {
  for (const level of ['log', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line: unknown) => trail.note(`  ${String(line).slice(0, 400)}`))
  }
}
