import {
  getAbiItem,
  type Hex,
  hexToNumber,
  keccak256,
  parseTransaction,
  recoverTransactionAddress,
  toFunctionSelector,
} from 'viem'
import type { Violation } from '../../scripts/chaos/report.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import type { OrderRow } from '../../workers/agent/ledger/store.ts'
import { inLedger } from './ledger-rows.ts'
import type { Exchange } from './network.ts'
import type { World } from './world.ts'

/** A signed transaction that left the worker, for whatever reason. */
export interface Departed {
  hash: Hex
  raw: Hex
  nonce: number
}

/** Watches what leaves the worker, as an outsider would who trusts nothing that the ledger says. */
export class Witness {
  readonly violations: Violation[] = []
  readonly departed = new Map<Hex, Departed>()
  /** Hashes that the executor's key signed for somebody else. */
  readonly foreign = new Set<Hex>()
  /** Pauses that the ledger had before the invocations of now began. */
  pausedBefore: readonly { scope: string; subject: string }[] = []
  readonly #world: World
  readonly #strangers = new Set<Hex>()

  constructor(world: World) {
    this.#world = world
    world.network.onRequest = (exchange) => this.#watch(exchange)
  }

  accuse(rule: string, sentence: string): void {
    this.violations.push({ rule, sentence })
  }

  async #watch({ raws, place, method }: Exchange): Promise<void> {
    for (const raw of raws) {
      const hash = keccak256(raw)
      if (this.#strangers.has(hash)) continue
      if (!this.departed.has(hash)) await this.#meet(raw, hash)
      if (this.departed.has(hash) && this.pausedBefore.length > 0) await this.#paused(hash, method)
      if (this.departed.has(hash) && (place === 'a' || place === 'b')) {
        this.accuse('never public', `${hash} was handed to a public provider by ${method}.`)
      }
    }
  }

  /** Where a pause was known before an invocation began and still is, the invocation must not hand anything over. */
  async #paused(hash: Hex, method: string): Promise<void> {
    const covering = await inLedger(this.#world.vault, (sql) => {
      const [row] = sql.exec<OrderRow>('SELECT * FROM orders WHERE transaction_hash = ?', hash).toArray()
      const pauses = sql.exec<{ scope: string; subject: string }>('SELECT scope, subject FROM pauses').toArray()
      const covers = ({ scope, subject }: { scope: string; subject: string }) =>
        scope !== 'strategy' || subject === row?.strategy_id
      const before = (pause: { scope: string; subject: string }) =>
        this.pausedBefore.some(({ scope, subject }) => scope === pause.scope && subject === pause.subject)
      return pauses.find((pause) => covers(pause) && before(pause))
    })
    if (covering !== undefined) {
      this.accuse(
        'nothing leaves while paused',
        `${hash} was handed over by ${method} while ${covering.scope} is paused.`,
      )
    }
  }

  /** The first time a transaction is seen: are its bytes kept, and is its nonce the one that comes next? */
  async #meet(raw: Hex, hash: Hex): Promise<void> {
    const { executor, vault, chain } = this.#world
    const sender = await recoverTransactionAddress({ serializedTransaction: raw as `0x02${string}` })
    if (sender !== executor) {
      this.#strangers.add(hash)
      return
    }
    const { nonce = 0 } = parseTransaction(raw)
    this.departed.set(hash, { hash, raw, nonce })
    const [row] = await inLedger(vault, (sql) =>
      sql.exec<OrderRow>('SELECT * FROM orders WHERE transaction_hash = ?', hash).toArray(),
    )
    if (row === undefined || row.transaction_bytes !== raw) {
      this.accuse('bytes are kept first', `${hash} left the worker and the ledger has no such bytes.`)
    } else if (row.nonce !== nonce) {
      this.accuse('nonce of the ledger', `${hash} has nonce ${nonce}, and order ${row.id} was given ${row.nonce}.`)
    }
    if (nonce > chain.highestNonce) {
      this.accuse(
        'never a nonce ahead',
        `${hash} has nonce ${nonce} while no more than ${chain.highestNonce} are used.`,
      )
    }
  }
}

const executeSelector = toFunctionSelector(getAbiItem({ abi: vaultAbi, name: 'execute' }))

/** Whether the transaction is an order at all. */
export function isOrder(raw: Hex): boolean {
  return parseTransaction(raw).data?.startsWith(executeSelector) === true
}

/** Base unit of block numbers as the ledger keeps them: decimal text or null. */
export function blockOf(row: OrderRow): number | null {
  return row.block_number === null ? null : hexToNumber(`0x${BigInt(row.block_number).toString(16)}`)
}
