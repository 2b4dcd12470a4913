import { type Hex, hexToBigInt, hexToNumber, toHex } from 'viem'
import { z } from 'zod'
import { bytes32 } from '../../shared/schema/primitives.ts'
import type { Environment } from '../environment.ts'
import { redact } from '../redact.ts'
import type { Meter } from './meter.ts'

/** A provider did not answer, refused for load, or answered something that is not JSON-RPC. Try again later. */
export class ProviderUnavailable extends Error {
  override readonly name = 'ProviderUnavailable'
}

/** The providers differ about the same block, or one lags too far behind. No trade on it. */
export class ProvidersDisagree extends Error {
  override readonly name = 'ProvidersDisagree'
}

/** The node understood the request and refused it: a revert, an unknown method, an unknown block. */
export class ProviderRefused extends Error {
  override readonly name = 'ProviderRefused'
  readonly code: number
  /** Revert data, where there is any. */
  readonly data: Hex | null
  constructor(code: number, message: string, data: Hex | null) {
    super(message)
    this.code = code
    this.data = data
  }
}

export interface Provider {
  /** Position in the configuration; addresses stay out of messages because they may carry a key. */
  readonly label: string
  request(method: string, params: readonly unknown[]): Promise<unknown>
}

const timeoutMilliseconds = 5_000
/** Seconds of its rate that a provider gets at once after a quiet time. */
const burstSeconds = 2
/** Longest wait for a provider's next token; beyond it the caller should come back later. */
const longestWaitMilliseconds = 2_000
/** First pause after a 429 or a time-out; doubles up to the largest. */
const firstBackOffMilliseconds = 500
const largestBackOffMilliseconds = 30_000

/** EIP-1474: the JSON-RPC way to say 429. */
const limitExceeded = -32005

interface Load {
  tokens: number
  refilledAt: number
  blockedUntil: number
  backOff: number
}

/** How busy each provider is, as far as this isolate knows; a new isolate starts with a full bucket. */
const loads = new Map<string, Load>()

/** Waits for the provider's next token, so that we ask no more often than agreed. */
async function takeToken({ url, label, requestsPerSecond }: Endpoint): Promise<Load> {
  const now = Date.now()
  const capacity = requestsPerSecond * burstSeconds
  const load = loads.get(url) ?? { tokens: capacity, refilledAt: now, blockedUntil: 0, backOff: 0 }
  loads.set(url, load)
  if (now < load.blockedUntil) throw new ProviderUnavailable(`${label} is left alone for a moment after it failed`)
  load.tokens = Math.min(capacity, load.tokens + ((now - load.refilledAt) / 1000) * requestsPerSecond)
  load.refilledAt = now
  // Below zero the token is on credit: whoever took it waits until it is paid back.
  const wait = load.tokens >= 1 ? 0 : ((1 - load.tokens) / requestsPerSecond) * 1000
  if (wait > longestWaitMilliseconds) throw new ProviderUnavailable(`${label} has had its share of requests for now`)
  load.tokens -= 1
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
  return load
}

function backOff(load: Load): void {
  load.backOff = Math.min(largestBackOffMilliseconds, Math.max(firstBackOffMilliseconds, load.backOff * 2))
  load.blockedUntil = Date.now() + load.backOff
}

const answerSchema = z.object({
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }).optional(),
})

interface Endpoint {
  url: string
  label: string
  requestsPerSecond: number
}

type ProviderSettings = Pick<Environment, 'RPC_URLS' | 'PROVIDER_REQUESTS_PER_SECOND'>

/** JSON-RPC over HTTP with a time-out and a token bucket for each provider. Counts what it moves into `meter`. */
export function openProviders(settings: ProviderSettings, meter: Meter): Provider[] {
  return settings.RPC_URLS.map((url, position) => {
    const label = `provider ${position + 1}`
    const endpoint = { url, label, requestsPerSecond: settings.PROVIDER_REQUESTS_PER_SECOND }
    return { label, request: (method, params) => request(endpoint, meter, method, params) }
  })
}

async function request(endpoint: Endpoint, meter: Meter, method: string, params: readonly unknown[]): Promise<unknown> {
  const { url, label } = endpoint
  const load = await takeToken(endpoint)
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  meter.roundTrips += 1
  meter.bytes += body.length
  let status: number
  let text: string
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(timeoutMilliseconds),
    })
    status = response.status
    text = await response.text()
  } catch (error) {
    backOff(load)
    const why = error instanceof Error && error.name === 'TimeoutError' ? 'took too long' : 'could not be reached'
    throw new ProviderUnavailable(`${label} ${why} for ${method}`, { cause: error })
  }
  meter.bytes += text.length
  if (status === 429) {
    backOff(load)
    throw new ProviderUnavailable(`${label} asked for fewer requests (429)`)
  }
  const answer = answerSchema.safeParse(parseJson(text))
  if (!answer.success)
    throw new ProviderUnavailable(`${label} answered ${method} with status ${status} and no JSON-RPC`)
  load.backOff = 0
  const { result, error } = answer.data
  if (error !== undefined) {
    if (error.code === limitExceeded) {
      backOff(load)
      throw new ProviderUnavailable(`${label} asked for fewer requests`)
    }
    const data = bytesOf(error.data)
    throw new ProviderRefused(error.code, `${label} refused ${method}: ${redact(error.message, url)}`, data)
  }
  return result
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function bytesOf(data: unknown): Hex | null {
  if (typeof data === 'string' && /^0x[0-9a-fA-F]*$/.test(data)) return data as Hex
  if (data !== null && typeof data === 'object' && 'data' in data) return bytesOf(data.data)
  return null
}

/** The block everything of one tick is read at. */
export interface Pin {
  number: bigint
  hash: Hex
  timestamp: number
  /** Wei per gas. */
  baseFeePerGas: bigint
}

const quantity = z.string().regex(/^0x[0-9a-fA-F]+$/)
const blockSchema = z.object({ number: quantity, hash: bytes32, timestamp: quantity, baseFeePerGas: quantity })

export function parseBlock(answer: unknown, label: string): Pin {
  const parsed = blockSchema.safeParse(answer)
  if (!parsed.success) throw new ProviderUnavailable(`${label} answered with an undecodable block`)
  const { number, hash, timestamp, baseFeePerGas } = parsed.data
  return {
    number: hexToBigInt(number as Hex),
    hash,
    timestamp: hexToNumber(timestamp as Hex),
    baseFeePerGas: hexToBigInt(baseFeePerGas as Hex),
  }
}

/** Blocks one provider may be behind the other. */
const largestLag = 3n

/** The two providers of this tick and the block both can speak of: the lower of their heads. */
export interface Quorum {
  providers: readonly [Provider, Provider]
  pin: Pin
}

/**
 * Takes the first two providers that answer.
 * @throws ProviderUnavailable if fewer than two answer
 * @throws ProvidersDisagree if one is more than three blocks behind
 */
export async function openQuorum(providers: readonly Provider[]): Promise<Quorum> {
  const heads = await Promise.allSettled(
    providers.map(async (provider) => ({
      provider,
      head: parseBlock(await provider.request('eth_getBlockByNumber', ['latest', false]), provider.label),
    })),
  )
  const answered = heads.flatMap((head) => (head.status === 'fulfilled' ? [head.value] : []))
  const [first, second] = answered
  if (first === undefined || second === undefined) {
    const failure = heads.find((head) => head.status === 'rejected')
    const why = failure?.reason instanceof Error ? `: ${failure.reason.message}` : ''
    throw new ProviderUnavailable(`Two providers must answer and ${answered.length} did${why}`)
  }
  const [lower, higher] = first.head.number <= second.head.number ? [first, second] : [second, first]
  const lag = higher.head.number - lower.head.number
  if (lag > largestLag) throw new ProvidersDisagree(`${lower.provider.label} is ${lag} blocks behind`)
  return { providers: [first.provider, second.provider], pin: lower.head }
}

/**
 * The same providers at an earlier block, of which both must have the same hash.
 * @throws ProviderUnavailable if one does not know it
 * @throws ProvidersDisagree if they are on different branches
 */
export async function quorumAt({ providers }: Quorum, number: bigint): Promise<Quorum> {
  const [pin, other] = await Promise.all(
    providers.map(async (provider) =>
      parseBlock(await provider.request('eth_getBlockByNumber', [toHex(number), false]), provider.label),
    ),
  )
  if (pin === undefined || pin.hash !== other?.hash) {
    throw new ProvidersDisagree(`The providers have different blocks ${number}`)
  }
  return { providers, pin }
}

/** EIP-1898: the block by its hash, so that both answer about the same one or not at all. */
export function byHash(pin: Pin): { blockHash: Hex } {
  return { blockHash: pin.hash }
}

/**
 * Asks both providers and takes the answer only if it is the same, byte for byte.
 * @throws ProvidersDisagree if the answers differ, or one does not know the block
 * @throws ProviderRefused if both refuse (a revert)
 */
export async function askBoth({ providers }: Quorum, method: string, params: readonly unknown[]): Promise<unknown> {
  const [first, second] = await Promise.allSettled(providers.map((provider) => provider.request(method, params)))
  if (first === undefined || second === undefined) throw new ProviderUnavailable('Two providers must be asked')
  if (first.status === 'fulfilled' && second.status === 'fulfilled') {
    if (JSON.stringify(first.value) === JSON.stringify(second.value)) return first.value
    throw new ProvidersDisagree(`The providers answer ${method} differently for the same block`)
  }
  const failures = [first, second].flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []))
  const unavailable = failures.find((failure) => !(failure instanceof ProviderRefused))
  if (unavailable !== undefined) throw unavailable
  if (failures.length === 1) {
    throw new ProvidersDisagree(`One provider refuses ${method} for a block the other knows: ${failures[0].message}`)
  }
  throw failures[0]
}
