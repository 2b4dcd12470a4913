import type { Env, QueueMessage } from '../../workers/environment.ts'
import { env } from '../integration/agent-world.ts'
import { withLedgerCalls } from '../integration/crash.ts'
import type { Mailbox } from './mailbox.ts'
import type { Turns } from './turns.ts'

/** A mistake planted into the worker's calls, to see that it is found. `call` makes the honest call. */
export type Sabotage = (name: string, call: () => Promise<unknown>, parameters: readonly unknown[]) => Promise<unknown>

/** The worker's bindings, with every call to the ledger, the queue and the database as one named await. */
export function steppedBindings(turns: Turns, mailbox: Mailbox, sabotage: Sabotage): Env {
  const ledgers = withLedgerCalls(env, (method, call, parameters) =>
    turns.step(`ledger ${method}`, () => sabotage(method, call, parameters)),
  )
  return { ...ledgers, TICKS: steppedQueue(turns, mailbox), DATABASE: steppedDatabase(turns, env.DATABASE) }
}

function steppedQueue(turns: Turns, mailbox: Mailbox): Env['TICKS'] {
  const metrics = { backlogCount: 0, backlogBytes: 0 }
  const send = (body: QueueMessage, options?: QueueSendOptions) =>
    turns.step(`queue ${body.type}`, async () => {
      mailbox.post(body, options?.delaySeconds ?? 0)
      return { metadata: { metrics } }
    })
  return { send, sendBatch: async () => ({ metadata: { metrics } }), metrics: async () => metrics }
}

const running = new Set(['all', 'run', 'raw', 'first'])

function steppedDatabase(turns: Turns, database: D1Database): D1Database {
  const honest = new WeakMap<object, D1PreparedStatement>()
  const statement = (inner: D1PreparedStatement, name: string): D1PreparedStatement => {
    const stepped = new Proxy(inner, {
      get: (target, key) => {
        const member: unknown = Reflect.get(target, key)
        if (typeof member !== 'function') return member
        if (key === 'bind') return (...values: unknown[]) => statement(target.bind(...values), name)
        return (...parameters: unknown[]) =>
          running.has(String(key))
            ? turns.step(name, async () => Reflect.apply(member, target, parameters))
            : Reflect.apply(member, target, parameters)
      },
    })
    honest.set(stepped, inner)
    return stepped
  }
  return new Proxy(database, {
    get: (target, key) => {
      if (key === 'prepare') return (query: string) => statement(target.prepare(query), nameOf(query))
      if (key === 'batch') {
        return (statements: D1PreparedStatement[]) =>
          turns.step('database batch', () => target.batch(statements.map((one) => honest.get(one) ?? one)))
      }
      const member: unknown = Reflect.get(target, key)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

/** "database select strategies": what is done, and the table it is done to first. */
function nameOf(query: string): string {
  const verb = /^\s*(\w+)/.exec(query)?.[1]?.toLowerCase() ?? 'statement'
  const table = /(?:from|into|update)\s+"?(\w+)"?/i.exec(query)?.[1] ?? ''
  return `database ${verb} ${table}`.trim()
}
