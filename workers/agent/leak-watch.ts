import type { Hex } from 'viem'
import { z } from 'zod'
import type { Agent } from './agent.ts'
import { ledgerOf } from './ledger-address.ts'
import { logLine } from './log-line.ts'
import type { Quorum } from './providers.ts'
import type { Submission } from './submission.ts'

type Watched = Pick<Submission, 'orderId' | 'hash' | 'vault' | 'step' | 'wasTakenBack'>

/**
 * Whether a node that we gave nothing shows an order that only relays were given: then one of them leaked. Asked right after
 * the bytes left and with each look while they wait; what a node shows later than that and a block holds at once stays
 * unseen, unless the relay itself tells. A block shows an order to everybody, so one that was in a block is not asked about.
 */
export async function watchForLeak(agent: Agent, quorum: Quorum, order: Watched, at: number): Promise<void> {
  if (order.step === 'public' || order.wasTakenBack) return
  if (await waitsInPublic(quorum, order.hash)) await reportLeak(agent, order, at)
}

/** Notes the leak and says so, once. An order that nobody private had cannot have leaked. */
export async function reportLeak(
  agent: Agent,
  { vault, orderId }: Pick<Watched, 'vault' | 'orderId'>,
  at: number,
): Promise<void> {
  const holders = await ledgerOf(agent.bindings, agent.chain.id, vault).noteLeak(orderId, at)
  if (holders === null) return
  const [strategyId] = orderId.split(':') as [Hex]
  logLine('error', 'track.leaked', { vault, strategyId, orderId, relay: holders.join(', ') })
}

const waiting = z.object({ blockHash: z.null() })

/** Whether a node shows the transaction as waiting. One that does not answer has not seen it, as far as we know. */
async function waitsInPublic({ providers }: Quorum, hash: Hex): Promise<boolean> {
  const answers = await Promise.allSettled(
    providers.map((provider) => provider.request('eth_getTransactionByHash', [hash])),
  )
  return answers.some((answer) => answer.status === 'fulfilled' && waiting.safeParse(answer.value).success)
}
