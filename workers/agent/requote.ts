import type { Address } from 'viem'
import { outputOfLegs } from '../../shared/routing/requote.ts'
import type { Agent } from './agent.ts'
import { ledgerOf } from './ledger-address.ts'
import { logLine } from './log-line.ts'
import { newMeter } from './meter.ts'
import { observeLegs } from './observe-legs.ts'
import { unobservable } from './observe-slice.ts'
import { openProviders, openQuorum, quorumAt } from './providers.ts'
import { type ShadowQuote, shadowBlocks } from './shadow-quote.ts'

/** Tries, each a block later than the one before, until a shadow quote is given up: nodes soon forget a block's state. */
const mostTries = 8

/** `later`: not yet, or nobody says. `never`: it cannot be quoted again. */
type Requote = { kind: 'quoted'; amountOut: bigint; at: number } | { kind: 'later' | 'never'; reason: string }

/**
 * What a `requote` message asks for: the legs of a shadow quote once more, by exact arithmetic, on the pools as they were at the end
 * of an order's life. Repeating it is harmless: the ledger counts each shadow once.
 *
 * @param tries made so far
 */
export async function requote(agent: Agent, vault: Address, shadowId: string, tries: number): Promise<void> {
  const ledger = ledgerOf(agent.bindings, agent.chain.id, vault)
  const shadow = await ledger.shadowQuote(shadowId)
  if (shadow === null) return
  const answer = await quoteAgain(agent, vault, shadow)
  let reason = 'an order is on its way that may have traded in between'
  if (answer.kind === 'quoted') {
    const outcome = await ledger.learnShadow(shadowId, answer.amountOut, answer.at)
    if (outcome.kind === 'learned') {
      logLine('info', 'shadow.learned', { vault, subject: shadowId, driftBps: outcome.driftBps })
      return
    }
    if (outcome.kind === 'contaminated') {
      logLine('info', 'shadow.dropped', { vault, subject: shadowId, reason: 'an order of ours traded in between' })
      return
    }
    if (outcome.kind === 'known') return
  } else reason = answer.reason
  if (answer.kind === 'never' || tries + 1 >= mostTries) {
    await ledger.dropShadow(shadowId)
    logLine('warn', 'shadow.dropped', { vault, subject: shadowId, reason })
    return
  }
  const { bindings, chain, clock } = agent
  const delaySeconds = Math.ceil(clock.realMilliseconds((1 + tries) * chain.blockSeconds) / 1000)
  const again = { type: 'requote', vault, chainId: chain.id, shadowId, tries: tries + 1 } as const
  await bindings.TICKS.send(again, { delaySeconds })
}

async function quoteAgain(agent: Agent, vault: Address, shadow: ShadowQuote): Promise<Requote> {
  const { sell, buy, legs, blockNumber, blockHash } = shadow
  const ledger = ledgerOf(agent.bindings, agent.chain.id, vault)
  const target = blockNumber + BigInt(shadowBlocks)
  try {
    const now = await openQuorum(openProviders(agent.environment, newMeter()))
    if (now.pin.number < target) return { kind: 'later', reason: 'its block has not come' }
    const { pin: quotedAt } = await quorumAt(now, blockNumber)
    if (quotedAt.hash !== blockHash) return { kind: 'never', reason: 'the block it was quoted at is not on the chain' }
    const then = await quorumAt(now, target)
    const pools = await observeLegs(then, agent.chain, vault, shadow, async (keys) => ledger.pools(keys))
    const amountOut = outputOfLegs(pools, legs, sell, buy)
    if (amountOut === null) return { kind: 'never', reason: 'its pools cannot take the same legs any more' }
    return { kind: 'quoted', amountOut, at: then.pin.timestamp }
  } catch (error) {
    return { kind: 'later', reason: unobservable(error).sentence }
  }
}
