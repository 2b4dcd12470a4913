import { setTimeout as delay } from 'node:timers/promises'
import { type Address, createPublicClient, type Hex, http, numberToHex, type PublicClient } from 'viem'
import { z } from 'zod'
import { AdaptiveSize } from './adaptive-size.ts'
import { type Complaint, type ComplaintKind, complaintOf, InconsistentAnswer } from './complaint.ts'
import { IngestRefused } from './errors.ts'
import { inChainOrder, type PoolEvent, poolEventSchema } from './rows.ts'
import { poolEvents } from './v3-pool.ts'

/** What is needed of a block's header. */
export interface BlockHeader {
  number: number
  hash: Hex
  /** Seconds since the epoch. */
  time: number
}

const timeoutMilliseconds = 30_000
/** Pause before a request is made again; doubles each time. */
const firstPauseSeconds = 0.5
const longestPauseSeconds = 30
/** Attempts that make up half a minute of pauses; at the first contact, where the address may be wrong, fewer. */
const attempts = 7
const attemptsAtFirst = 3
/** Headers in a JSON-RPC batch: Infura and Alchemy take a thousand, many take a hundred. */
const headersAtOnce = 100

const quantity = z
  .string()
  .regex(/^0x[0-9a-f]+$/i)
  .transform(Number)
const headerSchema = z
  .object({ number: quantity, hash: z.custom<Hex>((value) => typeof value === 'string'), timestamp: quantity })
  .transform(({ number, hash, timestamp }) => ({ number, hash, time: timestamp }))

/**
 * One chain by one node's JSON-RPC. Requests are made again, with growing pauses, while that may help; then they throw
 * {@link IngestRefused}.
 */
export class ChainNode {
  /** Where the node is, without what may be a key. */
  readonly label: string
  readonly #url: string
  readonly #client: PublicClient
  readonly #batches: PublicClient
  readonly #headers = new AdaptiveSize(headersAtOnce, headersAtOnce)
  #hasAnswered = false

  /** @param url http or https */
  constructor(url: string) {
    this.#url = url
    this.label = new URL(url).origin
    // Whether and when to ask again is decided here, since for some requests it is better to ask for less.
    const settings = { timeout: timeoutMilliseconds, retryCount: 0 }
    this.#client = createPublicClient({ transport: http(url, settings) })
    this.#batches = createPublicClient({ transport: http(url, { ...settings, batch: true }) })
  }

  chainId(): Promise<number> {
    return this.ask((client) => client.getChainId())
  }

  newestBlock(): Promise<number> {
    return this.ask(async (client) => Number(await client.getBlockNumber({ cacheTime: 0 })))
  }

  /**
   * What `work` finds; made again while the node is slow, busy or out of reach.
   *
   * @throws IngestRefused in the end, unless the kind of complaint is among `expected`: then what the client threw
   */
  async ask<Answer>(
    work: (client: PublicClient) => Promise<Answer>,
    expected: readonly ComplaintKind[] = [],
  ): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await work(this.#client)
        this.#hasAnswered = true
        return answer
      } catch (error) {
        if (error instanceof IngestRefused) throw error
        const complaint = complaintOf(error, this.#url)
        if (expected.includes(complaint.kind)) throw error
        if (complaint.kind === 'refused' || attempt >= (this.#hasAnswered ? attempts : attemptsAtFirst)) {
          throw this.#sorry(complaint, error)
        }
        await pauseAfter(attempt, complaint)
      }
    }
  }

  /** Undefined where the node does not know a block of that number. */
  async header(number: number): Promise<BlockHeader | undefined> {
    const found = await this.ask((client) =>
      client.request({ method: 'eth_getBlockByNumber', params: [numberToHex(number), false] }),
    )
    return found === null ? undefined : readHeader(number, found)
  }

  /** Those of the blocks, in batches; none is asked for again once it is there. */
  async headers(numbers: Iterable<number>): Promise<Map<number, BlockHeader>> {
    const found = new Map<number, BlockHeader>()
    const missing = new Set(numbers)
    while (missing.size > 0) {
      const wanted = [...missing].slice(0, this.#headers.value)
      const failure = await this.#batchOfHeaders(wanted, found)
      for (const number of found.keys()) missing.delete(number)
      if (failure === undefined) {
        this.#headers.succeeded(wanted.length)
        continue
      }
      // A node that takes no batch as large as this does not always say so.
      const { kind } = complaintOf(failure, this.#url)
      if (kind !== 'busy' && kind !== 'unreachable' && this.#headers.tooMuch(wanted.length)) continue
      await this.ask(async () => {
        const left = wanted.filter((number) => missing.has(number))
        const again = await this.#batchOfHeaders(left, found)
        for (const number of found.keys()) missing.delete(number)
        if (again !== undefined) throw again
      })
    }
    return found
  }

  /** Adds to `found` what came; answers with the first failure. */
  async #batchOfHeaders(numbers: readonly number[], found: Map<number, BlockHeader>): Promise<unknown> {
    const answers = await Promise.allSettled(
      numbers.map(async (number) => {
        const params: [Hex, false] = [numberToHex(number), false]
        return readHeader(number, await this.#batches.request({ method: 'eth_getBlockByNumber', params }))
      }),
    )
    for (const answer of answers) if (answer.status === 'fulfilled') found.set(answer.value.number, answer.value)
    return answers.find((answer) => answer.status === 'rejected')?.reason
  }

  /**
   * The pools' events in the blocks from `first` to `last`, in the chain's order; 'tooMuch' where the node wants to be asked for
   * fewer blocks.
   */
  async events(pools: readonly Address[], first: number, last: number): Promise<PoolEvent[] | 'tooMuch'> {
    const filter = { address: [...pools], events: poolEvents, fromBlock: BigInt(first), toBlock: BigInt(last) }
    try {
      const logs = await this.ask((client) => client.getLogs(filter), first < last ? ['tooMuch', 'slow'] : [])
      return inChainOrder(logs.map((log) => poolEventSchema.parse(log)))
    } catch (error) {
      if (error instanceof IngestRefused) throw error
      if (!(error instanceof z.ZodError)) return 'tooMuch'
      const where = `an event between block ${first} and block ${last}`
      throw new IngestRefused(`${this.label} answers with ${where} that no v3 pool emits.`, { cause: error })
    }
  }

  #sorry({ kind, text }: Complaint, cause: unknown): IngestRefused {
    const said = text === '' ? '.' : `: ${text.replace(/\.$/, '')}.`
    const sentences: Record<ComplaintKind, string> = {
      unreachable: this.#hasAnswered ? `${this.label} does not answer any more.` : `No chain answers at ${this.label}.`,
      slow: `${this.label} takes too long to answer.`,
      busy: `${this.label} is out of order, or wants fewer requests${said}`,
      tooMuch: `${this.label} refuses even the smallest request${said}`,
      refused: `${this.label} refuses${said}`,
    }
    return new IngestRefused(sentences[kind], { cause })
  }
}

function readHeader(number: number, answer: unknown): BlockHeader {
  const header = headerSchema.safeParse(answer)
  if (header.success && header.data.number === number) return header.data
  throw new InconsistentAnswer(`there is no header of block ${number}`)
}

function pauseAfter(attempt: number, { retryAfter }: Complaint): Promise<void> {
  const seconds = retryAfter ?? firstPauseSeconds * 2 ** (attempt - 1)
  return delay(Math.min(seconds, longestPauseSeconds) * 1000)
}
