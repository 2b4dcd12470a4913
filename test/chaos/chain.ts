import { env as bound } from 'cloudflare:workers'
import { type Address, type Hex, hexToNumber, toHex } from 'viem'
import { z } from 'zod'
import { rpc } from '../integration/local-chain.ts'

const blockSchema = z.object({ number: z.string(), timestamp: z.string(), hash: z.string() })
const receiptSchema = z.object({ status: z.string(), blockNumber: z.string(), blockHash: z.string() })

/** A block as the watcher remembers it. */
export interface SeenBlock {
  number: number
  /** Seconds. */
  timestamp: number
  /** The executor's account nonce after it. */
  nonce: number
}

export interface Receipt {
  succeeded: boolean
  blockNumber: number
  blockHash: Hex
}

/** What the watcher knows of the chain, read past every fault; and its hand on blocks and clock. */
export class Chain {
  readonly blocks = new Map<number, SeenBlock>()
  /** Highest account nonce any block ever had, those that a reorganisation took away among them. */
  highestNonce = 0
  /** Seconds by which the worker's clock is wrong. */
  clockError = 0
  reorganisations = 0
  readonly #executor: Address
  readonly #ahead: number
  #head = 0

  constructor(executor: Address) {
    this.#executor = executor
    this.#ahead = Number(z.object({ CHAOS_AHEAD: z.string() }).parse(bound).CHAOS_AHEAD)
  }

  get head(): SeenBlock {
    return this.block(this.#head)
  }

  /** Milliseconds, as the worker's clock shows them. */
  get wallMilliseconds(): number {
    return (this.head.timestamp + this.clockError + this.#ahead) * 1000
  }

  block(number: number): SeenBlock {
    const block = this.blocks.get(number)
    if (block === undefined) throw new Error(`Block ${number} was never looked at.`)
    return block
  }

  /** Looks at the newest `depth` blocks (again). */
  async look(depth = 1): Promise<void> {
    const latest = blockSchema.parse(await rpc('eth_getBlockByNumber', ['latest', false]))
    this.#head = hexToNumber(latest.number as Hex)
    for (let number = this.#head - depth + 1; number <= this.#head; number++) {
      if (number < this.#head && depth === 1) continue
      const block = blockSchema.parse(await rpc('eth_getBlockByNumber', [toHex(number), false]))
      const nonce = z.string().parse(await rpc('eth_getTransactionCount', [this.#executor, toHex(number)]))
      const seen = { number, timestamp: hexToNumber(block.timestamp as Hex), nonce: hexToNumber(nonce as Hex) }
      this.blocks.set(number, seen)
      this.highestNonce = Math.max(this.highestNonce, seen.nonce)
    }
  }

  async mine(blocks = 1): Promise<void> {
    const before = this.#head
    await rpc('devnet_mine', [blocks])
    await this.look(blocks)
    if (this.#head < before) throw new Error('The chain went backwards.')
  }

  /** Lets time pass before the next block. */
  async skip(seconds: number): Promise<void> {
    await rpc('devnet_skip', [seconds])
    await this.mine()
  }

  async reorganise(depth: number): Promise<void> {
    await rpc('devnet_reorg', [depth])
    this.reorganisations += 1
    await this.look(depth)
  }

  async receipt(hash: Hex): Promise<Receipt | null> {
    const answer = await rpc('eth_getTransactionReceipt', [hash])
    if (answer === null) return null
    const { status, blockNumber, blockHash } = receiptSchema.parse(answer)
    return {
      succeeded: hexToNumber(status as Hex) === 1,
      blockNumber: hexToNumber(blockNumber as Hex),
      blockHash: blockHash as Hex,
    }
  }

  /** The account nonce that an included transaction used; null for one that is not in a block. */
  async nonceUsedBy(hash: Hex): Promise<number | null> {
    if ((await this.receipt(hash)) === null) return null
    const { nonce } = z.object({ nonce: z.string() }).parse(await rpc('eth_getTransactionByHash', [hash]))
    return hexToNumber(nonce as Hex)
  }
}

/** Seconds after which the pools' average prices are what the feeds say, if no price moves. */
const settlingSeconds = 3_600

/** Holds prices still and lets time pass, until feeds and averages agree. */
export async function stillMarket(): Promise<void> {
  await rpc('devnet_market', [false])
  await rpc('devnet_feedKeeper', [true])
  await rpc('devnet_mine', [2])
  await rpc('devnet_skip', [settlingSeconds])
  await rpc('devnet_mine', [2])
}
