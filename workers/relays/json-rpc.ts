import { type Hex, keccak256, type LocalAccount, stringToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { boundedText } from '../bounded-text.ts'
import { redact } from '../redact.ts'
import { RelayError, relayErrorFrom } from './errors.ts'
import { alreadyKnown } from './wordings.ts'

/** Milliseconds a relay gets to answer. */
export const relayTimeoutMilliseconds = 4_000

/** Characters of an answer that are read: more than any method of ours answers. */
const longestAnswer = 1_000_000

/** A relay's answer as it came: relays do not reliably speak JSON-RPC when they refuse. */
export interface RawAnswer {
  status: number
  text: string
}

/** Posts a body to a relay; fails as {@link askRelay} does. */
export function postToRelay(
  relay: string,
  url: string,
  body: string,
  headers: Record<string, string>,
): Promise<RawAnswer> {
  return askRelay(relay, url, { method: 'POST', headers, body })
}

/**
 * One HTTP request to a relay, which no redirection carries elsewhere: whoever it points to was not chosen to see the order.
 * @throws RelayError `Unknown` after a time-out or of an endless answer, `Unavailable` if it cannot be reached, `Rejected` if it
 * points elsewhere: the next steps differ
 */
export async function askRelay(relay: string, url: string, request: RequestInit): Promise<RawAnswer> {
  try {
    const signal = AbortSignal.timeout(relayTimeoutMilliseconds)
    const response = await fetch(url, { ...request, signal, redirect: 'manual' })
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel()
      throw new RelayError('Rejected', relay, `points to another address (${response.status}), which is not followed`)
    }
    const text = await boundedText(response, longestAnswer)
    if (text === null) throw new RelayError('Unknown', relay, 'gave an answer too long to read')
    return { status: response.status, text }
  } catch (error) {
    if (error instanceof RelayError) throw error
    const timedOut = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
    if (timedOut) throw new RelayError('Unknown', relay, 'gave no answer in time', { cause: error })
    throw new RelayError('Unavailable', relay, 'could not be reached', { cause: error })
  }
}

/** Who asks is not let in; whatever is said beside is of keys and payments, not of the order. */
const accessDenied: readonly number[] = [401, 402, 403]

/** The result of a JSON-RPC answer, or the error that its status or words mean. */
export function resultOf(relay: string, url: string, { status, text }: RawAnswer): unknown {
  if (status === 429) throw new RelayError('Throttled', relay, 'asks for fewer requests (429)')
  if (accessDenied.includes(status)) throw new RelayError('Rejected', relay, `denies access (${status})`)
  const answer = parseJson(text)
  const said = errorMessage(answer)
  const message = said === null ? null : redact(said, url)
  if (status >= 500) throw relayErrorFrom(relay, message ?? `failed with status ${status}`, 'Unavailable')
  if (message !== null) throw relayErrorFrom(relay, message)
  if (status >= 400) throw relayErrorFrom(relay, `refused with status ${status}`)
  if (answer !== null && typeof answer === 'object' && 'result' in answer) return answer.result
  // Accepted or not, nobody can tell: treat it as sent.
  throw new RelayError('Unknown', relay, 'gave an answer without a result')
}

/** Null for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** `{error: "text"}` and `{error: {message}}` both occur in the wild. */
function errorMessage(answer: unknown): string | null {
  if (answer === null || typeof answer !== 'object' || !('error' in answer)) return null
  const { error } = answer
  if (error === null || error === undefined) return null
  if (typeof error === 'string') return error
  if (typeof error === 'object' && 'message' in error && typeof error.message === 'string') return error.message
  return 'refused without saying why'
}

/** Calls a relay's methods. */
export interface RelayClient {
  readonly relay: string
  readonly url: string
  /** @throws RelayError for everything but a result */
  call(method: string, parameters: readonly unknown[]): Promise<unknown>
}

/** A client whose requests are signed with the relay authentication key, which never holds funds. */
export function relayClient(relay: string, url: string, authenticationKey: Hex): RelayClient {
  const account = privateKeyToAccount(authenticationKey)
  return clientOf(relay, url, async (body) => ({ 'x-flashbots-signature': await authenticationHeader(account, body) }))
}

/** A client for relays that take requests from anybody. */
export function unsignedClient(relay: string, url: string): RelayClient {
  return clientOf(relay, url, async () => ({}))
}

function clientOf(
  relay: string,
  url: string,
  headersFor: (body: string) => Promise<Record<string, string>>,
): RelayClient {
  return {
    relay,
    url,
    call: async (method, parameters) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: parameters })
      const headers = { 'content-type': 'application/json', ...(await headersFor(body)) }
      return resultOf(relay, url, await postToRelay(relay, url, body, headers))
    },
  }
}

/** X-Flashbots-Signature: the signer, and EIP-191 over the text of the hash of exactly the bytes sent. */
export async function authenticationHeader(account: LocalAccount, body: string): Promise<string> {
  return `${account.address}:${await account.signMessage({ message: keccak256(stringToBytes(body)) })}`
}

/** Whether a result is what a method answers where it took the order. */
export type IsReceipt = (result: unknown) => boolean

/** Methods that take a transaction answer with its hash; another hash is another transaction's. */
export function transactionReceipt(hash: Hex): IsReceipt {
  return (result) => typeof result === 'string' && result.toLowerCase() === hash.toLowerCase()
}

/** Methods that take a bundle answer with an object, which holds the bundle's hash and whatever else a relay tells. */
export const bundleReceipt: IsReceipt = (result) =>
  typeof result === 'object' && result !== null && !Array.isArray(result) && Object.keys(result).length > 0

/**
 * Hands bytes over by one method. A relay that has them already has what we want.
 * @throws RelayError `Unknown` for a result that is no receipt, too, which does not say that they were taken
 */
export async function handOver(
  client: RelayClient,
  method: string,
  parameters: readonly unknown[],
  isReceipt: IsReceipt,
): Promise<void> {
  try {
    const result = await client.call(method, parameters)
    if (!isReceipt(result)) throw withoutReceipt(client.relay)
  } catch (error) {
    if (!(error instanceof RelayError && alreadyKnown(error.message))) throw error
  }
}

/** Taken or not, nobody can tell: treat it as sent. */
export function withoutReceipt(relay: string): RelayError {
  return new RelayError('Unknown', relay, 'answered without saying that it took the order')
}
