import { eq } from 'drizzle-orm'
import { strategies } from '../../workers/database/schema.ts'
import { database } from '../integration/agent-world.ts'
import { Audit } from './audit.ts'
import { stillMarket } from './chain.ts'
import type { Hazards } from './hazards.ts'
import { inLedger } from './ledger-rows.ts'
import type { ParentBook } from './parent-book.ts'
import { endOf } from './parents.ts'
import type { Season } from './season.ts'
import { cron, deliver, ringAlarm } from './world.ts'

/**
 * Rounds of calm in which what is open may still trade, a block each: the longest parent that is drawn has five slices four minutes
 * apart, the first of them within a minute. Then rounds in which everything must come to rest.
 */
const rounds = { tradingAgain: 130, rest: 24 }

/**
 * Faults end. The world must come to rest by itself and trade a fresh order whole, and its books must agree.
 *
 * @returns trades on the chain; zero where something was broken before the books were compared
 */
export async function comeToRest(season: Season, hazards: Hazards, parents: ParentBook): Promise<number> {
  const { world, witness, look } = season
  await hazards.end()
  await stillMarket()
  await world.chain.look(4)
  for (let round = 0; round < 8; round++) await calmRound(season)
  const last = await parents.add()
  for (let round = 0; round < rounds.tradingAgain && !season.broken; round++) {
    await calmRound(season)
    if ((await parents.open()).length === 0) break
  }
  // Whatever cannot trade any more ends with its mandate, which is waited for in one leap.
  const end = Math.max(...world.parents.map(endOf))
  if (end >= world.chain.head.timestamp) await world.chain.skip(end - world.chain.head.timestamp + 60)
  for (let round = 0; round < rounds.rest && (round < 6 || (await isBusy(season))); round++) await calmRound(season)
  if (season.broken) return 0
  const fills = await new Audit(world, witness, look).run()
  const [row] = await database.select().from(strategies).where(eq(strategies.id, last.strategyId))
  if (row?.status !== 'filled') {
    witness.accuse('trades again', `A fresh order after all faults ended is ${row?.status}, not filled.`)
  }
  season.collect()
  return fills
}

async function calmRound(season: Season): Promise<void> {
  const { world } = season
  await season.together([cron(world)])
  for (const letter of world.mailbox.takeDue()) await season.together([deliver(world, [letter])])
  await ringAlarm(world, 'ring')
  await world.chain.mine()
}

async function isBusy({ world }: Season): Promise<boolean> {
  if (world.mailbox.size > 0) return true
  return inLedger(world.vault, (sql) => {
    const waiting = 'SELECT (SELECT count(*) FROM orders WHERE final = 0) + (SELECT count(*) FROM outbox) AS count'
    return sql.exec<{ count: number }>(waiting).one().count > 0
  })
}
