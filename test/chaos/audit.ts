import { asc, eq, gte } from 'drizzle-orm'
import type { Hex } from 'viem'
import { z } from 'zod'
import type { OrderRow } from '../../workers/agent/ledger/store.ts'
import { decisions, executions, missedSlices, strategies } from '../../workers/database/schema.ts'
import { database } from '../integration/agent-world.ts'
import { inLedger, isFilled, isLive, type RecordRow } from './ledger-rows.ts'
import type { Look } from './look.ts'
import type { Parent } from './parents.ts'
import { ledgerOfVault, progressOf, stateOf, tradesOf } from './vault-facts.ts'
import type { Witness } from './witness.ts'
import type { World } from './world.ts'

type Trade = Awaited<ReturnType<typeof tradesOf>>[number]

const outcomeSchema = z.object({ type: z.literal('outcome'), decisionSequence: z.number(), outcome: z.string() })

/** Records of the projection read at a time; a decision is some tens of kilobytes. */
const pageSize = 50

/** What must hold once the world is quiet: ledger, database and chain tell the same story, and nothing is left over. */
export class Audit {
  readonly #world: World
  readonly #witness: Witness
  readonly #look: Look
  #rows: OrderRow[] = []
  #trades: Trade[] = []

  constructor(world: World, witness: Witness, look: Look) {
    this.#world = world
    this.#witness = witness
    this.#look = look
  }

  /** How many trades the chain has. */
  async run(): Promise<number> {
    const { vault, parents } = this.#world
    this.#rows = await inLedger(vault, (sql) => sql.exec<OrderRow>('SELECT * FROM orders ORDER BY sequence').toArray())
    this.#trades = await tradesOf(vault)
    await this.#look.lookAtLog(parents)
    await this.#quiet()
    await this.#projection()
    await this.#outcomes()
    this.#tradesInLedger()
    for (const parent of parents) await this.#parent(parent)
    this.#slices()
    await this.#traces()
    await this.#nonces()
    await this.#meters()
    return this.#trades.length
  }

  #accuse(rule: string, sentence: string): void {
    this.#witness.accuse(rule, sentence)
  }

  async #quiet(): Promise<void> {
    const { vault, mailbox } = this.#world
    const live = this.#rows.filter(isLive)
    if (live.length > 0) this.#accuse('quiet in the end', `${live.map(({ id }) => id).join()} never ended.`)
    const errands = await ledgerOfVault(vault).outbox(1)
    if (errands.length > 0) this.#accuse('quiet in the end', 'Errands are left in the outbox.')
    if (mailbox.size > 0) this.#accuse('quiet in the end', `${mailbox.size} messages are left in the queue.`)
  }

  /** The database has every record and every signed order, as the ledger has them. */
  async #projection(): Promise<void> {
    const { vault } = this.#world
    const { head, length } = await ledgerOfVault(vault).status()
    if (head !== this.#look.log.head || length !== this.#look.log.length) {
      this.#accuse('the log is a chain', `The ledger says ${length} records, ${this.#look.log.length} are chained.`)
    }
    for (let from = 0; from < length; from += pageSize) {
      const own = await inLedger(vault, (sql) =>
        sql
          .exec<RecordRow>('SELECT * FROM records WHERE sequence >= ? ORDER BY sequence LIMIT ?', from, pageSize)
          .toArray(),
      )
      const projected = await database
        .select({ sequence: decisions.sequence, head: decisions.head, record: decisions.record })
        .from(decisions)
        .where(gte(decisions.sequence, from))
        .orderBy(asc(decisions.sequence))
        .limit(pageSize)
      const differing = own.find((record, position) => {
        const copy = projected[position]
        return copy?.sequence !== record.sequence || copy.head !== record.head || copy.record !== record.record
      })
      if (differing !== undefined || own.length !== projected.length) {
        this.#accuse(
          'the projection is the log',
          `Record ${differing?.sequence ?? length} is not in the database as it is.`,
        )
        return
      }
    }
    await this.#projectedOrders()
  }

  async #projectedOrders(): Promise<void> {
    const { vault } = this.#world
    const rows = await database.select().from(executions).where(eq(executions.vault, vault))
    const copies = new Map(rows.map((row) => [row.id, row]))
    const signed = this.#rows.filter(({ transaction_hash: hash }) => hash !== null)
    const stale = signed.find((row) => copies.get(row.id)?.revision !== row.revision)
    if (stale !== undefined) this.#accuse('the projection is the log', `Order ${stale.id} is not projected as it is.`)
    if (rows.length !== signed.length) {
      this.#accuse('the projection is the log', `${rows.length} orders are projected and ${signed.length} were signed.`)
    }
  }

  /** Each order's last outcome in the log is what became of it. */
  async #outcomes(): Promise<void> {
    const records = await inLedger(this.#world.vault, (sql) =>
      sql.exec<RecordRow>("SELECT * FROM records WHERE type = 'outcome' ORDER BY sequence").toArray(),
    )
    const last = new Map<number, string>()
    for (const { record } of records) {
      const { decisionSequence, outcome } = outcomeSchema.parse(JSON.parse(record))
      last.set(decisionSequence, outcome)
    }
    for (const row of this.#rows) {
      if (last.get(row.sequence) === row.outcome) continue
      this.#accuse(
        'every order has its outcome',
        `${row.id} is ${row.outcome}, the log says ${last.get(row.sequence)}.`,
      )
    }
  }

  /** Every trade has its decision and its order, and both measured the same. */
  #tradesInLedger(): void {
    const byHash = new Map(this.#rows.map((row) => [row.transaction_hash, row]))
    for (const { args, transactionHash, blockHash } of this.#trades) {
      const row = byHash.get(transactionHash)
      if (row === undefined || row.head !== args.decisionHead) {
        this.#accuse('every trade has a decision', `${transactionHash} traded, and no decision has its head.`)
        continue
      }
      const revived = this.#look.revived.has(row.id)
      if (!isFilled(row) || (row.block_hash !== blockHash && !revived)) {
        this.#accuse('every trade has its outcome', `${row.id} traded in ${blockHash}; the ledger says ${row.outcome}.`)
      } else if (BigInt(row.measured_in) !== args.amountIn || BigInt(row.amount_out) !== args.amountOut) {
        this.#accuse('measured amounts', `${row.id} measured other amounts than the vault.`)
      }
    }
    const traded = new Set<Hex | null>(this.#trades.map(({ transactionHash }) => transactionHash))
    for (const row of this.#rows.filter(isFilled)) {
      if (traded.has(row.transaction_hash) || this.#look.revived.has(row.id)) continue
      this.#accuse('every trade has its outcome', `${row.id} is filled in the ledger, and not on the chain.`)
    }
  }

  async #parent({ strategyId, mandateId, mandate, opened }: Parent): Promise<void> {
    if (!opened) return
    const trades = this.#trades.filter(({ args }) => args.mandateId === mandateId)
    const indices = trades.map(({ args }) => args.executionIndex)
    if (indices.some((index, position) => index !== position)) {
      this.#accuse('each index once', `${strategyId} has indices ${indices.join()}.`)
    }
    const sum = trades.reduce((total, { args }) => total + args.amountIn, 0n)
    const progress = await progressOf(this.#world.vault, mandateId)
    if (sum > mandate.total) this.#accuse('never above the total', `${strategyId} sold ${sum} of ${mandate.total}.`)
    if (sum !== progress.filled || progress.executionCount !== trades.length) {
      this.#accuse('caps match the chain', `${strategyId} has ${sum} traded and ${progress.filled} charged.`)
    }
    const [row] = await database.select().from(strategies).where(eq(strategies.id, strategyId))
    const over = row?.status === 'filled' || row?.status === 'ended' || row?.status === 'closed'
    if (!over || row.nextDue !== null) {
      this.#accuse('every parent ends', `${strategyId} is ${row?.status} long after its end.`)
    }
    // What a reorganisation deeper than the confirmations took back was called filled in good faith.
    const undone = [...this.#look.revived].some((id) => id.startsWith(strategyId))
    if (row?.status === 'filled' && progress.filled < mandate.total && !undone) {
      this.#accuse('every parent ends', `${strategyId} is called filled at ${progress.filled} of ${mandate.total}.`)
    }
  }

  /** One fill for each slice; its attempts follow each other. */
  #slices(): void {
    const bySlice = Map.groupBy(this.#rows, (row) => `${row.strategy_id}:${row.slot}`)
    for (const [slice, attempts] of bySlice) {
      if (attempts.some(({ attempt }, position) => attempt !== position + 1)) {
        this.#accuse('attempts in sequence', `${slice} has attempts ${attempts.map(({ attempt }) => attempt).join()}.`)
      }
      const fills = attempts.filter((row) => isFilled(row) && !this.#look.revived.has(row.id))
      if (fills.length > 1) this.#accuse('one fill a slice', `${slice} was filled ${fills.length} times.`)
    }
  }

  /** Between the first and the last slice of a parent, each left a decision or is written down as missed. */
  async #traces(): Promise<void> {
    const { vault, parents } = this.#world
    const records = await inLedger(vault, (sql) =>
      sql.exec<{ strategy_id: string; slot: number }>('SELECT DISTINCT strategy_id, slot FROM records').toArray(),
    )
    const missed = await database.select().from(missedSlices)
    for (const { strategyId } of parents) {
      const own = records.filter((record) => record.strategy_id === strategyId).map(({ slot }) => slot)
      const seen = new Set([...own, ...missed.filter((row) => row.strategyId === strategyId).map(({ slot }) => slot)])
      for (let slot = Math.min(...seen); slot < Math.max(...seen); slot++) {
        if (seen.has(slot) || this.#look.lostSlices.has(`${strategyId}:${slot}`)) continue
        this.#accuse('every slice leaves a trace', `Nobody wrote of slice ${slot} of ${strategyId}.`)
        return
      }
    }
  }

  /** Every nonce the account ever used was used by a transaction that the ledger knows; none is missing. */
  async #nonces(): Promise<void> {
    const { chain } = this.#world
    const known = new Map(this.#rows.map((row) => [row.transaction_hash, row]))
    for (const { hash } of this.#witness.departed.values()) {
      if (!known.has(hash)) this.#accuse('every hash is kept', `${hash} was signed and the ledger does not know it.`)
    }
    const used = new Set<number>()
    for (const { transaction_hash: hash, nonce } of this.#rows) {
      if (hash !== null && (await chain.receipt(hash)) !== null) used.add(nonce)
    }
    for (const hash of this.#witness.foreign) {
      const nonce = await chain.nonceUsedBy(hash)
      if (nonce !== null) used.add(nonce)
    }
    for (let nonce = 0; nonce < chain.head.nonce; nonce++) {
      if (!used.has(nonce)) this.#accuse('every transaction is known', `Nobody knows what used nonce ${nonce}.`)
    }
    const above = [...used].filter((nonce) => nonce >= chain.head.nonce)
    if (above.length > 0) this.#accuse('no nonce gap', `Nonces ${above.join()} are used above ${chain.head.nonce}.`)
  }

  async #meters(): Promise<void> {
    const { limits, volumeUsedUsd, lossUsedUsd } = await stateOf(this.#world.vault)
    if (volumeUsedUsd > limits.volumeCapacityUsd || lossUsedUsd > limits.lossCapacityUsd) {
      this.#accuse('caps hold', 'A meter of the vault is above its capacity.')
    }
  }
}
