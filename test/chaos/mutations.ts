import type { Hex } from 'viem'
import { builderNames } from '../../scripts/devnet/block-builders.ts'
import type { OrderRow } from '../../workers/agent/ledger/store.ts'
import type {
  CommittedTransaction,
  OutboxEntry,
  ReserveResult,
  Settlement,
  TrackedOrder,
} from '../../workers/agent/ledger-types.ts'
import { rpc } from '../integration/local-chain.ts'
import type { Sabotage } from './bindings.ts'
import { inLedger } from './ledger-rows.ts'
import { ledgerOfVault } from './vault-facts.ts'
import type { World } from './world.ts'

/** A mistake that somebody could make in the ledger, planted between the worker and the genuine one. */
export interface Mutation {
  name: string
  /** Rules of which at least one must be found broken. */
  breaks: readonly string[]
  plant: (world: () => World) => Sabotage
}

/** Lets every call pass but those of one method. */
function at(
  method: string,
  instead: (call: () => Promise<unknown>, parameters: readonly unknown[]) => Promise<unknown>,
): Sabotage {
  return (name, call, parameters) => (name === method ? instead(call, parameters) : call())
}

/** What the ledger would have written of an order that is given up too early. */
function expired(order: TrackedOrder, at_: number): Settlement {
  const nothing = { amountIn: 0n, amountOut: 0n, oracleOut: 0n, gasUsed: 0n, gasPriceWei: 0n }
  return {
    ...nothing,
    ...{ orderId: order.orderId, outcome: 'expired', final: true, settledAt: at_ },
    ...{ transactionHash: order.transactionHash, blockNumber: null, blockHash: null },
    ...{ mandateFilled: null, executionCount: null },
  }
}

/** What the ledger is asked before bytes leave. */
const mayLeave: ReadonlySet<string> = new Set(['maySend', 'handTo'])

export const mutations: readonly Mutation[] = [
  {
    name: 'signs at the nonce after the next one',
    breaks: ['nonce of the ledger', 'never a nonce ahead'],
    plant: () =>
      at('reserve', async (call) => {
        const reserved = (await call()) as ReserveResult
        return reserved.ok ? { ...reserved, nonce: reserved.nonce + 1 } : reserved
      }),
  },
  {
    name: 'frees caps at the deadline, before it is confirmed',
    breaks: ['over only at depth'],
    plant: (world) =>
      at('tracked', async (call) => {
        const { vault, chain } = world()
        const tracked = (await call()) as TrackedOrder[]
        for (const order of tracked) {
          const { transactionHash: hash, deadline } = order
          if (hash === null || chain.head.timestamp <= deadline || (await chain.receipt(hash)) !== null) continue
          await ledgerOfVault(vault).settle(expired(order, chain.head.timestamp))
        }
        return ledgerOfVault(vault).tracked()
      }),
  },
  {
    name: 'takes the first word of a receipt as final',
    breaks: ['over only at depth'],
    plant: (world) =>
      at('settle', (_call, [settlement]) =>
        ledgerOfVault(world().vault).settle({ ...(settlement as Settlement), final: true }),
      ),
  },
  {
    name: 'settles by transaction and not by block',
    // Taken back nowhere, an order whose block is gone waits for ever.
    breaks: ['over only at depth', 'every trade has its outcome', 'quiet in the end', 'trades again'],
    plant: (world) => {
      const settled = new Map<string, Settlement>()
      return (name, call, parameters) => {
        if (name === 'unsettle') return Promise.resolve(false)
        if (name !== 'settle') return call()
        const [settlement] = parameters as [Settlement]
        const first = settled.get(settlement.orderId) ?? settlement
        if (settlement.outcome === 'filled') settled.set(settlement.orderId, first)
        const { blockHash, blockNumber } = first.outcome === settlement.outcome ? first : settlement
        return ledgerOfVault(world().vault).settle({ ...settlement, blockHash, blockNumber })
      }
    },
  },
  {
    name: 'sends before the bytes are kept',
    breaks: ['bytes are kept first'],
    plant: () => (name, call) => {
      if (name === 'commit') return Promise.resolve({ ok: true })
      return mayLeave.has(name) ? Promise.resolve(true) : call()
    },
  },
  {
    name: 'keeps other bytes than it sends',
    breaks: ['bytes are kept first'],
    plant: (world) =>
      at('commit', (_call, [orderId, transaction]) => {
        const kept = transaction as CommittedTransaction
        const bytes: Hex = `${kept.bytes.slice(0, -2) as Hex}00`
        return ledgerOfVault(world().vault).commit(String(orderId), { ...kept, bytes })
      }),
  },
  {
    name: 'does not see that a message came before',
    breaks: [
      'one signed order alive',
      'over only at depth',
      'one live order',
      'every order has its outcome',
      'caps are held',
    ],
    plant: (world) => (name, call) => {
      if (name === 'reserve') return forgetLiveOrders(world()).then(call)
      if (name !== 'standing') return call()
      return call().then((standing) => ({ ...Object(standing), claimed: false, live: null }))
    },
  },
  {
    name: 'bids the same again at the same nonce',
    breaks: ['replacements outbid'],
    plant: () =>
      at('reserve', async (call) => {
        const reserved = (await call()) as ReserveResult
        return reserved.ok ? { ...reserved, minimumFees: null } : reserved
      }),
  },
  {
    name: 'acknowledges errands that were not done',
    // An errand may also be a slice to try again, or that a parent is filled.
    breaks: ['the projection is the log', 'trades again', 'every parent ends'],
    plant: () => {
      let calls = 0
      return at('outbox', async (call) => {
        calls += 1
        const entries = (await call()) as OutboxEntry[]
        return calls % 5 === 0 ? entries.slice(-1) : entries
      })
    },
  },
  {
    name: 'releases an order that has bytes',
    breaks: ['over only at depth', 'one signed order alive', 'caps are held'],
    plant: (world) =>
      at('markSent', async (call) => {
        const answer = await call()
        await inLedger(world().vault, (sql) =>
          sql.exec("UPDATE orders SET final = 1, outcome = 'released', state = 'released' WHERE final = 0").toArray(),
        )
        return answer
      }),
  },
  {
    name: 'counts what it was told to trade as what was measured',
    breaks: ['measured amounts'],
    plant: (world) =>
      at('settle', (_call, [settlement]) => {
        const { amountOut, oracleOut, ...rest } = settlement as Settlement
        return ledgerOfVault(world().vault).settle({
          ...rest,
          oracleOut,
          amountOut: oracleOut === 0n ? amountOut : oracleOut,
        })
      }),
  },
  {
    name: 'does not ask whether somebody paused',
    breaks: ['nothing leaves while paused'],
    // Somebody pauses right after each commit, and no builder takes the order: there is one to be handed over again.
    plant: (world) => async (name, call) => {
      if (mayLeave.has(name)) return true
      const answer = await call()
      if (name !== 'commit') return answer
      await ledgerOfVault(world().vault).setPause({ scope: 'vault', subject: '', paused: true })
      for (const builder of builderNames) await rpc('devnet_builder', [builder, false])
      return answer
    },
  },
  {
    name: 'sets no alarm for what it reserved',
    breaks: ['what waits has an alarm'],
    plant: (world) =>
      at('reserve', async (call) => {
        const reserved = await call()
        await inLedger(world().vault, (_sql, storage) => storage.deleteAlarm())
        return reserved
      }),
  },
  {
    name: 'says nothing of what it does not trade',
    breaks: ['every slice leaves a trace'],
    plant: () => at('record', () => Promise.resolve({ sequence: 0, head: '0x' })),
  },
  {
    name: 'sends in public, too',
    breaks: ['never public'],
    plant: (world) =>
      at('markSent', async (call, [orderId]) => {
        const [row] = await inLedger(world().vault, (sql) =>
          sql.exec<OrderRow>('SELECT * FROM orders WHERE id = ?', String(orderId)).toArray(),
        )
        await rpc('eth_sendRawTransaction', [row?.transaction_bytes]).catch(() => undefined)
        return call()
      }),
  },
]

/** As a ledger would that lost its index of live orders. */
async function forgetLiveOrders({ vault }: World): Promise<void> {
  await inLedger(vault, (sql) => {
    const live = sql.exec<OrderRow>('SELECT * FROM orders WHERE final = 0').toArray()
    for (const { id } of live) {
      sql.exec("UPDATE orders SET final = 1, outcome = 'expired', state = 'expired' WHERE id = ?", id)
    }
  })
}
