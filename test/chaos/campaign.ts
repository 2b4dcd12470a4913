import { vi } from 'vitest'
import type { ChaosReport } from '../../scripts/chaos/report.ts'
import { comeToRest } from './calm.ts'
import { Hazards } from './hazards.ts'
import { inLedger } from './ledger-rows.ts'
import type { Letter } from './mailbox.ts'
import { ParentBook } from './parent-book.ts'
import type { Fate } from './schedule.ts'
import { Season, type SeasonOptions } from './season.ts'
import { Trail } from './tally.ts'
import { bury, cron, deliver, openChaosWorld, ringAlarm, type World } from './world.ts'

/** Lines of the trail: enough for some rounds before a violation. */
const trailLines = 400
/** Messages that one consumer takes at a time. */
const batchSize = 2
/** Seconds by which a message is late. */
const postponedSeconds = 30

/** One season: a fresh vault, so many ticks of trouble, then calm, and the books are compared. */
export async function playSeason(options: SeasonOptions): Promise<ChaosReport> {
  const trail = new Trail(trailLines)
  keepQuiet(trail)
  let opened: World | null = null
  const sabotage = options.sabotage?.(() => {
    if (opened === null) throw new Error('The world is not open yet.')
    return opened
  })
  const world = await openChaosWorld(options.seed, sabotage ?? ((_name, call) => call()))
  opened = world
  const season = new Season(options, world, trail)
  const [hazards, parents] = [new Hazards(season), new ParentBook(season)]
  let rounds = 0
  for (; season.ticks < options.ticks && !season.broken; rounds++) await round(season, hazards, parents)
  const fills = season.broken ? 0 : await comeToRest(season, hazards, parents)
  return report(season, rounds, fills)
}

async function round(season: Season, hazards: Hazards, parents: ParentBook): Promise<void> {
  const { schedule, world } = season
  schedule.advance()
  await parents.tend()
  for (const happening of schedule.happenings()) await hazards.happen(happening)
  hazards.disturb()
  await season.together(Array.from({ length: schedule.crons() }, () => runCron(season)))
  await runDeliveries(season)
  await runAlarm(season)
  if (world.faults.refusingBuilders.length > 0) season.tally.add('rounds in which a builder refuses')
  await moveChain(season)
}

async function runCron(season: Season): Promise<void> {
  season.ticks += 1
  if (season.world.chain.clockError > 0) season.look.excuseFuture(season.world.parents)
  const { kind } = await cron(season.world)
  season.note(`cron ${kind}`)
}

async function runDeliveries(season: Season): Promise<void> {
  const { world, schedule, tally } = season
  const { shuffled, consumers } = schedule.disorder()
  const letters = world.mailbox.takeDue().flatMap((letter) => onItsWay(season, letter))
  if (shuffled && letters.length > 1) {
    tally.add('messages reordered')
    letters.reverse()
  }
  const buried = letters.filter(({ fate }) => fate === 'buried').map(({ letter }) => letter)
  if (buried.length > 0) await bury(world, buried)
  const arriving = letters.filter(({ fate }) => fate !== 'buried').map(({ letter }) => letter)
  while (arriving.length > 0 && !season.broken) {
    if (consumers > 1 && arriving.length > 1) tally.add('two consumers at once')
    const batches = Array.from({ length: consumers }, () => arriving.splice(0, batchSize))
    await season.together(batches.filter((batch) => batch.length > 0).map((batch) => runDelivery(season, batch)))
  }
}

function onItsWay({ world, schedule, tally, look }: Season, letter: Letter): { letter: Letter; fate: Fate }[] {
  const fate = schedule.fateOf()
  if (fate !== 'delivered') tally.add(`message ${fate}`)
  if (fate === 'lost') {
    if (letter.body.type === 'tick') look.excuseLost(letter.body.due)
    return []
  }
  if (fate === 'postponed') {
    world.mailbox.putBack(letter, postponedSeconds)
    return []
  }
  // The same message, twice: with room between the two for a consumer each.
  return fate === 'doubled'
    ? [
        { letter, fate },
        { letter, fate },
      ]
    : [{ letter, fate }]
}

async function runDelivery(season: Season, letters: readonly Letter[]): Promise<void> {
  const { dead, looked } = await deliver(season.world, letters)
  if (looked) season.ticks += letters.filter(({ body }) => body.type === 'tick').length
  season.note(`delivered ${letters.map(({ id, body }) => `${body.type} ${id}`).join(', ')}`)
  if (dead.length === 0) return
  season.tally.add('message dead', dead.length)
  await bury(season.world, dead)
}

async function runAlarm({ world, schedule, tally, look }: Season): Promise<void> {
  const fate = schedule.alarm()
  if (fate === 'late') return
  const ringing = await ringAlarm(world, fate)
  if (ringing === 'lost') look.alarmLost = true
  if (ringing === 'lost' || ringing === 'failed') tally.add(`alarm ${ringing}`)
}

async function moveChain(season: Season): Promise<void> {
  const { world, schedule, tally } = season
  const move = schedule.chainMove()
  if (move.kind !== 'blocks') season.note(JSON.stringify(move))
  switch (move.kind) {
    case 'reorganisation':
      await season.reorganise(move.depth)
      return world.chain.mine()
    case 'pause':
      tally.add('clock jump of the chain')
      return world.chain.skip(move.seconds)
    case 'blocks':
      return world.chain.mine(move.count)
  }
}

async function report(season: Season, rounds: number, fills: number): Promise<ChaosReport> {
  const { world, options, tally, ticks, violations, trail } = season
  const { turns, network, chain, parents, vault } = world
  for (const [name, times] of network.struck) tally.add(name, times)
  const { outcomes, decisions } = await inLedger(vault, (sql) => ({
    outcomes: counted(sql, 'SELECT outcome AS name, count(*) AS times FROM orders GROUP BY outcome'),
    decisions: counted(
      sql,
      "SELECT reason AS name, count(*) AS times FROM records WHERE type = 'decision' GROUP BY reason",
    ),
  }))
  return {
    ...{ seed: options.seed, ticks, rounds, blocks: chain.blocks.size, parents: parents.length },
    fills: fills === 0 ? (outcomes.filled ?? 0) : fills,
    ...{ outcomes, decisions, faults: tally.counts },
    awaits: Object.fromEntries(
      [...turns.reached].map(([name, reached]) => [name, { reached, cut: turns.cut.get(name) ?? 0 }]),
    ),
    violations,
    trail: violations.length === 0 ? [] : trail.lines,
  }
}

function counted(sql: SqlStorage, query: string): Record<string, number> {
  const rows = sql.exec<{ name: string; times: number }>(query).toArray()
  return Object.fromEntries(rows.map(({ name, times }) => [name === '' ? 'live' : name, times]))
}

/** The agent's log lines are worth reading only after a violation, and there are a hundred thousand of them. */
function keepQuiet(trail: Trail): void {
  for (const level of ['log', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line: unknown) => trail.note(`  ${String(line).slice(0, 400)}`))
  }
}
