// The worker with a door for the bench: POST /bench/STAGE?count=N&strategy=ID repeats one stage of a tick inside workerd.
import { type Agent, openAgent } from '../../workers/agent/agent.ts'
import { encodeExecute, placeholderHead } from '../../workers/agent/execute-call.ts'
import { ledgerOf } from '../../workers/agent/ledger-address.ts'
import { observeSlice, readStanding } from '../../workers/agent/observe-slice.ts'
import { readStrategy } from '../../workers/agent/strategy-rows.ts'
import type { Slice } from '../../workers/agent/tick-endings.ts'
import { decideSlice, sign, signerOf, simulateAt } from '../../workers/agent/tick-stages.ts'
import type { Env, QueueMessage } from '../../workers/environment.ts'
import worker, { VaultLedger } from '../../workers/index.ts'

// The platform finds the Durable Object by this name.
export { VaultLedger }

/** What one stage moved over the network while it was repeated. */
const traffic = { roundTrips: 0, bytes: 0 }
const plainFetch = globalThis.fetch
globalThis.fetch = async (input, init) => {
  const response = await plainFetch(input, init)
  const text = await response.clone().text()
  traffic.roundTrips += 1
  traffic.bytes += text.length + (typeof init?.body === 'string' ? init.body.length : 0)
  return response
}

type Repeated = (index: number) => Promise<unknown>

/** Prepares what the stage needs, outside the measurement, and returns the stage alone. */
async function prepare(agent: Agent, slice: Slice, stage: string): Promise<Repeated> {
  const standing = await readStanding(agent, slice)
  if (stage === 'observe') return () => observeSlice(agent, slice, standing)
  const observed = await observeSlice(agent, slice, standing)
  if (!observed.ok) throw new Error(observed.sentence)
  const { input, quorum } = observed
  if (stage === 'decide') return async () => decideSlice(agent, slice, input)
  const decision = decideSlice(agent, slice, input)
  const { order, plan } = decision
  if (order === null || plan === null) throw new Error(`Nothing would trade: ${decision.sentence}`)
  const { snapshot, mandate, mandateId } = input
  const call = {
    from: snapshot.vault.executor,
    to: snapshot.vaultAddress,
    data: encodeExecute(mandate, mandateId, order, plan, placeholderHead),
  }
  if (stage === 'simulate') return () => simulateAt(agent, slice, quorum, call, quorum.pin, order.deadline)
  const key = await signerOf(agent, snapshot)
  if (!key.ok) throw new Error('The key of this bench is not the executor of its vault.')
  const fees = { gas: 1_000_000n, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 10n ** 9n }
  if (stage === 'sign') return (nonce) => sign(slice, key.signer, { ...call, ...fees, chainId: agent.chain.id, nonce })
  if (stage === 'log') {
    const ledger = ledgerOf(agent.bindings, agent.chain.id, snapshot.vaultAddress)
    const { id: strategyId } = slice.stored.strategy
    return (slot) => ledger.record({ strategyId, slot, decidedAt: snapshot.timestamp, input, decision })
  }
  throw new Error(`There is no stage "${stage}".`)
}

async function repeat(env: Env, stage: string, query: URLSearchParams): Promise<Response> {
  const agent = openAgent(env)
  const strategyId = query.get('strategy') as `0x${string}`
  const stored = await readStrategy(agent, strategyId)
  if (stored === null) throw new Error('There is no such strategy.')
  const slice = { stored, slot: 0, scheduledAt: stored.strategy.configuration.start }
  const repeated = await prepare(agent, slice, stage)
  traffic.roundTrips = 0
  traffic.bytes = 0
  const count = Number(query.get('count'))
  for (let index = 0; index < count; index++) await repeated(index)
  return Response.json(traffic)
}

export default {
  ...worker,
  fetch: (request, env, context) => {
    const { pathname, searchParams } = new URL(request.url)
    if (!pathname.startsWith('/bench/')) return worker.fetch(request, env, context)
    return repeat(env, pathname.slice('/bench/'.length), searchParams)
  },
} satisfies ExportedHandler<Env, QueueMessage>
