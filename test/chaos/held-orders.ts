import { type Hex, keccak256, toHex } from 'viem'
import { relayClient } from '../../workers/relays/json-rpc.ts'
import { rpc } from '../integration/local-chain.ts'
import type { Chain } from './chain.ts'

/** Whoever hands a stale order to the builders; not the agent. */
const strangersKey: Hex = `0x${'66'.repeat(32)}`
/** Seconds an order lives, and two blocks more: after it the vault refuses. */
const tooLateSeconds = 60
/** Blocks in which a stale order is still tried. */
const staleBlocks = 25

/** Orders that a relay sits on, and those that it gave away. */
export class HeldOrders {
  readonly rpcUrl: string
  /** Hashes the public has seen because a relay showed them. */
  readonly published = new Set<Hex>()
  readonly #chain: Chain
  readonly #stranger: ReturnType<typeof relayClient>
  #waiting: { isDue: () => boolean; release: () => Promise<unknown> }[] = []

  constructor(chain: Chain, rpcUrl: string) {
    this.#chain = chain
    this.rpcUrl = rpcUrl
    this.#stranger = relayClient('flashbots-private', `${rpcUrl}/relay`, strangersKey)
  }

  /** Passes the request on when so many more blocks were made. */
  forBlocks(blocks: number, forward: () => Promise<unknown>): void {
    const from = this.#chain.head.number
    this.#waiting.push({ isDue: () => this.#chain.head.number >= from + blocks, release: forward })
  }

  /** Gives the order to builders once no vault would take it any more. */
  untilTooLate(raw: Hex): void {
    const from = this.#chain.head.timestamp
    const release = () =>
      this.#stranger.call('eth_sendPrivateTransaction', [
        { tx: raw, maxBlockNumber: toHex(this.#chain.head.number + staleBlocks) },
      ])
    this.#waiting.push({ isDue: () => this.#chain.head.timestamp > from + tooLateSeconds, release })
  }

  /** Shows an order to everybody. */
  async publish(raw: Hex): Promise<void> {
    this.published.add(keccak256(raw))
    // The pool refuses what it has, or what is used: then it is no secret any more.
    await rpc('eth_sendRawTransaction', [raw]).catch(() => undefined)
  }

  /** To be called after each block. How many orders were let go. */
  async releaseDue(): Promise<number> {
    const due = this.#waiting.filter(({ isDue }) => isDue())
    this.#waiting = this.#waiting.filter((held) => !due.includes(held))
    // What comes too late may be refused by then.
    for (const { release } of due) await release().catch(() => undefined)
    return due.length
  }

  forget(): void {
    this.#waiting = []
  }
}
