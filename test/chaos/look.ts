import type { Hex } from 'viem'
import { canonicalJson } from '../../shared/audit/canonical-json.ts'
import { appendToChain, genesisHead } from '../../shared/audit/log-chain.ts'
import type { OrderRow } from '../../workers/agent/ledger/store.ts'
import { publicSightings, reach } from '../integration/local-chain.ts'
import { holdsAmount, inLedger, isIncluded, isLive, type RecordRow } from './ledger-rows.ts'
import type { Parent } from './parents.ts'
import { ledgerOfVault, progressOf } from './vault-facts.ts'
import type { Witness } from './witness.ts'
import type { World } from './world.ts'

/** What may excuse what is seen: the chain went back while an order was judged. */
export interface Excuses {
  reorganised: boolean
}

/**
 * What must hold at every moment, looked at after each invocation: cheap enough for that, so that a violation is found next
 * to its cause.
 */
export class Look {
  readonly #world: World
  readonly #witness: Witness
  readonly #confirmations = reach.chain.confirmations
  /** Orders that a reorganisation deeper than the confirmations may have brought back to life. */
  readonly revived = new Set<string>()
  /** Whether chaos took the alarm away; until one is seen again, its absence proves nothing. */
  alarmLost = false
  /** Slices whose message was lost, or that a wrong clock leapt over: nobody could write of them. */
  readonly lostSlices = new Set<string>()
  #open = new Set<string>()
  #sequence = -1
  #sightings = 0
  #reorganisations = 0
  #leakedBefore = false
  #head: Hex
  #length = 0

  constructor(world: World, witness: Witness) {
    this.#world = world
    this.#witness = witness
    this.#head = genesisHead(reach.chain.id, world.vault)
  }

  async look({ reorganised }: Excuses): Promise<void> {
    const rows = await this.#changed()
    this.#oneLiveOrder(rows)
    await this.#outbids(rows)
    for (const row of rows) {
      if (!isLive(row) && !reorganised && !this.revived.has(row.id)) await this.#provablyOver(row)
      this.#sequence = Math.max(this.#sequence, row.sequence)
    }
    this.#open = new Set(rows.filter(isLive).map(({ id }) => id))
    await this.#oneSignedOrderAlive()
    await this.#private()
    await this.#awake()
  }

  /** A clock that is ahead may have slices of the future announced, and those between then come to nothing. */
  excuseFuture(parents: readonly Parent[]): void {
    const { head, clockError } = this.#world.chain
    for (const { strategyId, configuration } of parents) {
      const slotAt = (time: number) => Math.floor((time - configuration.start) / configuration.intervalSeconds)
      for (let slot = slotAt(head.timestamp); slot <= slotAt(head.timestamp + clockError); slot++) {
        this.lostSlices.add(`${strategyId}:${slot}`)
      }
    }
  }

  excuseLost(due: readonly { strategyId: Hex; slot: number }[]): void {
    for (const { strategyId, slot } of due) this.lostSlices.add(`${strategyId}:${slot}`)
  }

  /** Orders that are open, were open at the last look, or came since. */
  #changed(): Promise<OrderRow[]> {
    const known = [...this.#open]
    const places = known.map(() => '?').join()
    return inLedger(this.#world.vault, (sql) =>
      sql
        .exec<OrderRow>(
          `SELECT * FROM orders WHERE final = 0 OR sequence > ? OR id IN (${places}) ORDER BY sequence`,
          this.#sequence,
          ...known,
        )
        .toArray(),
    )
  }

  #oneLiveOrder(rows: readonly OrderRow[]): void {
    const live = rows.filter(isLive)
    if (live.length > 1) {
      this.#witness.accuse('one live order', `${live.map(({ id }) => id).join(' and ')} are live at the same time.`)
    }
  }

  /** Who follows at a nonce outbids everybody before him by an eighth, in both fees. */
  async #outbids(rows: readonly OrderRow[]): Promise<void> {
    const fresh = rows.filter(({ sequence, transaction_hash: hash }) => sequence > this.#sequence && hash !== null)
    for (const row of fresh) {
      const earlier = await inLedger(this.#world.vault, (sql) =>
        sql
          .exec<OrderRow>(
            'SELECT * FROM orders WHERE nonce = ? AND sequence < ? AND transaction_hash IS NOT NULL',
            row.nonce,
            row.sequence,
          )
          .toArray(),
      )
      const rival = earlier.find((other) => !outbids(row, other))
      if (rival !== undefined) {
        this.#witness.accuse('replacements outbid', `${row.id} does not outbid ${rival.id} at nonce ${row.nonce}.`)
      }
    }
  }

  /** An order is over only by what lies at confirmation depth. */
  async #provablyOver(row: OrderRow): Promise<void> {
    const { chain, vault } = this.#world
    const deep = chain.block(chain.head.number - this.#confirmations)
    const accuse = (why: string) =>
      this.#witness.accuse('over only at depth', `${row.id} is ${row.outcome}, and ${why}.`)
    const hash = row.transaction_hash
    if (row.outcome === 'released') {
      if (hash !== null) accuse('it has bytes')
    } else if (hash === null) accuse('it has no bytes')
    else if (row.outcome === 'expired') {
      if (deep.timestamp <= row.deadline) accuse(`block ${deep.number} is not past its deadline`)
    } else if (row.outcome === 'replaced') {
      if (deep.nonce <= row.nonce) accuse(`its nonce is unused in block ${deep.number}`)
    } else if (row.outcome === 'index-moved') {
      const { executionCount } = await progressOf(vault, row.mandate_id, deep.number)
      if (executionCount <= row.execution_index) accuse(`its index is the next one in block ${deep.number}`)
    } else {
      const receipt = await chain.receipt(hash)
      if (receipt === null) accuse('it has no receipt')
      else if (receipt.blockNumber > deep.number) accuse(`its block ${receipt.blockNumber} is not deep enough`)
      else if (receipt.blockHash !== row.block_hash) accuse('the ledger names another block')
    }
  }

  /** Of all that ever left, at most one transaction could still trade; and the ledger holds its caps. */
  async #oneSignedOrderAlive(): Promise<void> {
    const { chain, vault } = this.#world
    const hashes = [...this.#witness.departed.values()]
      .filter(({ nonce }) => nonce >= chain.head.nonce)
      .map(({ hash }) => hash)
    if (hashes.length === 0) return
    const rows = await inLedger(vault, (sql) =>
      sql
        .exec<OrderRow>(`SELECT * FROM orders WHERE transaction_hash IN (${hashes.map(() => '?').join()})`, ...hashes)
        .toArray(),
    )
    const timely = rows.filter(({ deadline, nonce }) => nonce === chain.head.nonce && chain.head.timestamp < deadline)
    const alive: OrderRow[] = []
    for (const row of timely) {
      const { executionCount } = await progressOf(vault, row.mandate_id, chain.head.number)
      if (executionCount === row.execution_index && !this.revived.has(row.id)) alive.push(row)
    }
    if (alive.length > 1) {
      const names = alive.map(({ id }) => id).join(' and ')
      this.#witness.accuse('one signed order alive', `${names} could both trade in the next block.`)
    }
    const forgotten = alive.find((row) => !isLive(row))
    if (forgotten !== undefined) {
      this.#witness.accuse('caps are held', `${forgotten.id} could trade in the next block, and its caps are free.`)
    }
  }

  /** The public sees nothing that no relay showed it, and that no reorganisation threw out. */
  async #private(): Promise<void> {
    const { chain, executor, network } = this.#world
    const sightings = await publicSightings(executor)
    // A relay may publish what a worker gave it that died before the last look.
    const leaked = network.leaked || this.#leakedBefore
    const excused = leaked || chain.reorganisations > this.#reorganisations
    if (sightings > this.#sightings && !excused) {
      this.#witness.accuse('never public', `The public pool shows ${sightings} transactions, and no relay leaked.`)
    }
    this.#sightings = sightings
    this.#leakedBefore = network.leaked
    network.leaked = false
    this.#reorganisations = chain.reorganisations
  }

  /** What waits in the ledger has an alarm, so that nothing sleeps for ever; and what is paused is known. */
  async #awake(): Promise<void> {
    const { vault } = this.#world
    const { alarm, waiting, pauses } = await inLedger(vault, async (sql, storage) => ({
      alarm: await storage.getAlarm(),
      waiting: sql
        .exec<{ count: number }>(
          'SELECT (SELECT count(*) FROM orders WHERE final = 0) + (SELECT count(*) FROM outbox) AS count',
        )
        .one().count,
      pauses: sql.exec<{ scope: string; subject: string }>('SELECT scope, subject FROM pauses').toArray(),
    }))
    if (alarm !== null) this.alarmLost = false
    else if (waiting > 0 && !this.alarmLost) {
      this.#witness.accuse('what waits has an alarm', `${waiting} orders and errands wait, and no alarm is set.`)
    }
    this.#witness.pausedBefore = pauses
  }

  /** A reorganisation this deep may undo what was final: such orders are live again, whatever the ledger says. */
  async excuseDeepReorganisation(depth: number): Promise<void> {
    if (depth <= this.#confirmations) return
    const { chain, vault } = this.#world
    const rows = await inLedger(vault, (sql) =>
      sql
        .exec<OrderRow>(
          'SELECT * FROM orders WHERE final = 1 AND transaction_hash IS NOT NULL ORDER BY sequence DESC LIMIT 8',
        )
        .toArray(),
    )
    for (const row of rows) {
      const undone = row.block_number === null || Number(row.block_number) > chain.head.number - depth
      if (undone) this.revived.add(row.id)
    }
  }

  /** New records continue the hash chain; what is reserved is what live orders hold. */
  async lookAtLog(parents: readonly Parent[]): Promise<void> {
    const { records, open } = await inLedger(this.#world.vault, (sql) => ({
      records: sql
        .exec<RecordRow>(
          'SELECT sequence, type, head, record, verdict, reason FROM records WHERE sequence >= ?',
          this.#length,
        )
        .toArray(),
      open: sql.exec<OrderRow>('SELECT * FROM orders WHERE final = 0').toArray(),
    }))
    for (const record of records) {
      const { head } = appendToChain(this.#head, JSON.parse(record.record))
      if (
        record.sequence !== this.#length ||
        head !== record.head ||
        canonicalJson(JSON.parse(record.record)) !== record.record
      ) {
        this.#witness.accuse('the log is a chain', `Record ${record.sequence} does not follow the one before it.`)
        return
      }
      this.#head = head
      this.#length += 1
    }
    await this.#reserved(parents, open)
  }

  async #reserved(parents: readonly Parent[], open: readonly OrderRow[]): Promise<void> {
    const { vault } = this.#world
    const drift = { sell: vault, buy: vault, seconds: 48, champion: '', challenger: '' }
    for (const { strategyId, mandateId } of parents.slice(-6)) {
      const { reserved } = await ledgerOfVault(vault).standing({ strategyId, slot: 0, mandateId, drift })
      const held = open
        .filter((row) => row.mandate_id === mandateId && holdsAmount(row) && !isIncluded(row))
        .reduce((sum, row) => sum + BigInt(row.amount_in), 0n)
      if (held !== reserved) {
        this.#witness.accuse(
          'reserved is in flight',
          `${reserved} is reserved for ${strategyId}, and ${held} in flight.`,
        )
      }
    }
  }

  /** Head and length of the verified log. */
  get log(): { head: Hex; length: number } {
    return { head: this.#head, length: this.#length }
  }
}

function outbids(own: OrderRow, other: OrderRow): boolean {
  const higher = (mine: string | null, theirs: string | null) =>
    BigInt(mine ?? 0) * 1000n >= BigInt(theirs ?? 0) * 1125n
  return (
    higher(own.max_fee_per_gas, other.max_fee_per_gas) &&
    higher(own.max_priority_fee_per_gas, other.max_priority_fee_per_gas)
  )
}
