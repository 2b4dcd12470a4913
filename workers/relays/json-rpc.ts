import { type Hex, keccak256, stringToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { redact } from '../redact.ts'
import { RelayError, relayErrorFrom } from './errors.ts'

/** Milliseconds a relay gets to answer. */
export const relayTimeoutMilliseconds = 4_000

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
 * One HTTP request to a relay.
 * @throws RelayError `Unknown` after a time-out, `Unavailable` if it cannot be reached: the next steps differ
 */
export async function askRelay(relay: string, url: string, request: RequestInit): Promise<RawAnswer> {
  try {
    const signal = AbortSignal.timeout(relayTimeoutMilliseconds)
    const response = await fetch(url, { ...request, signal })
    return { status: response.status, text: await response.text() }
  } catch (error) {
    const timedOut = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
    if (timedOut) throw new RelayError('Unknown', relay, 'gave no answer in time', { cause: error })
    throw new RelayError('Unavailable', relay, 'could not be reached', { cause: error })
  }
}

/** The result of a JSON-RPC answer, or the error that its status or words mean. */
export function resultOf(relay: string, url: string, { status, text }: RawAnswer): unknown {
  if (status === 429) throw new RelayError('Throttled', relay, 'asks for fewer requests (429)')
  const answer = parseJson(text)
  const said = errorMessage(answer)
  const message = said === null ? null : redact(said, url)
  if (status >= 500) throw new RelayError('Unavailable', relay, message ?? `failed with status ${status}`)
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

/** Calls a relay's methods; every request is signed with the relay authentication key, which never holds funds. */
export interface RelayClient {
  call(method: string, parameters: readonly unknown[]): Promise<unknown>
}

export function relayClient(relay: string, url: string, authenticationKey: Hex): RelayClient {
  const account = privateKeyToAccount(authenticationKey)
  return {
    call: async (method, parameters) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: parameters })
      // Signed over the text of the hash of exactly the bytes sent.
      const signature = await account.signMessage({ message: keccak256(stringToBytes(body)) })
      const headers = {
        'content-type': 'application/json',
        'x-flashbots-signature': `${account.address}:${signature}`,
      }
      return resultOf(relay, url, await postToRelay(relay, url, body, headers))
    },
  }
}
