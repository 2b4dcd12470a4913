import type { Hex } from 'viem'
import { vi } from 'vitest'
import { type ExecutorTransaction, KeyServiceError } from '../../../workers/agent/signers/signer.ts'

/** One exchange as it was recorded; of the headers, those that matter. */
export interface Exchange {
  request: { method: string; url: string; headers: Record<string, string | undefined>; body: string }
  response: { status: number; body: string }
}

/** A request of ours, in the form of the recorded ones. */
export type Sent = Exchange['request']

/** Answers the next requests with these responses, in this order, and keeps what was sent. Undone by `vi.restoreAllMocks()`. */
export function replay(responses: readonly (Exchange['response'] | (() => Promise<Response>))[]): Sent[] {
  const sent: Sent[] = []
  const left = [...responses]
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const headers = Object.fromEntries(new Headers(init?.headers))
    sent.push({ method: init?.method ?? 'GET', url: String(input), headers, body: String(init?.body ?? '') })
    if (init?.redirect !== 'manual') throw new Error('Redirects would carry the credentials elsewhere.')
    if (!(init.signal instanceof AbortSignal)) throw new Error('Nothing would end this request.')
    const next = left.shift()
    if (next === undefined) throw new Error('Nothing more was recorded.')
    return typeof next === 'function' ? next() : new Response(next.body, { status: next.status })
  })
  return sent
}

/** A connection that breaks, and one that never answers, as `fetch` tells of them. */
export const brokenConnection = () => Promise.reject(new TypeError('Network connection lost.'))
export const noAnswer = () =>
  Promise.reject(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))

/** The key service's error that the work ends with; anything else is a failure of the test. */
export async function failureOf(work: Promise<unknown>): Promise<KeyServiceError> {
  const failure = await work.then(
    () => null,
    (error: unknown) => error,
  )
  if (failure instanceof KeyServiceError) return failure
  throw new Error(`Not an error of a key service: ${String(failure)}`)
}

/** The transaction of a recording, with the nonce of its n-th signature. */
export function transactionOf(
  recorded: { to: string; data: string; chainId: number } & Record<
    'gas' | 'maxFeePerGas' | 'maxPriorityFeePerGas',
    string
  >,
  nonce: number,
): ExecutorTransaction {
  const { to, data, chainId, gas, maxFeePerGas, maxPriorityFeePerGas } = recorded
  return {
    to: to.toLowerCase() as Hex,
    data: data as Hex,
    chainId,
    nonce,
    gas: BigInt(gas),
    maxFeePerGas: BigInt(maxFeePerGas),
    maxPriorityFeePerGas: BigInt(maxPriorityFeePerGas),
  }
}
