import { consume } from './agent/consume.ts'
import { dispatch } from './agent/dispatch.ts'
import { app } from './api/app.ts'
import type { Env, QueueMessage } from './environment.ts'

// biome-ignore lint/performance/noBarrelFile: the platform finds a Durable Object's class among the entry's exports.
export { VaultLedger } from './agent/vault-ledger.ts'

export default {
  fetch: app.fetch,
  scheduled: (controller, env) => dispatch(env, Math.floor(controller.scheduledTime / 1000)),
  queue: (batch, env) => consume(env, batch),
} satisfies ExportedHandler<Env, QueueMessage>
