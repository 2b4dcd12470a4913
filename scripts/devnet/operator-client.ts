import { z } from 'zod'
import { DevnetError } from './errors.ts'

const answerSchema = z.object({ result: z.unknown().optional(), error: z.object({ message: z.string() }).nullish() })
const timeoutMilliseconds = 60_000

/**
 * Sends one request to a local chain that runs on this machine, and returns its result. Throws DevnetError with one sentence
 * when nothing listens there, what listens is something else, or the request is refused.
 */
export async function callRunning(port: number, method: string, params: readonly unknown[]): Promise<unknown> {
  const answer = answerSchema.safeParse(await post(port, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })))
  if (!answer.success) throw somethingElse(port)
  const { result, error } = answer.data
  if (error !== undefined && error !== null) throw new DevnetError('call-refused', `${method}: ${error.message}.`)
  return result
}

/** A parameter as the command line has it: JSON, or else a plain word; so is a number that JSON would round. */
export function readParameter(word: string): unknown {
  try {
    const value: unknown = JSON.parse(word)
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? word : value
  } catch {
    return word
  }
}

async function post(port: number, body: string): Promise<unknown> {
  let response: Response
  try {
    const signal = AbortSignal.timeout(timeoutMilliseconds)
    const headers = { 'content-type': 'application/json' }
    response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers, body, signal })
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'TimeoutError') {
      const sentence = `The chain on port ${port} did not answer within ${timeoutMilliseconds / 1000} seconds.`
      throw new DevnetError('chain-silent', sentence, { cause })
    }
    const sentence = `No chain listens on port ${port}: start one with npm run devnet or npm start, or name its port with --port.`
    throw new DevnetError('chain-silent', sentence, { cause })
  }
  try {
    return await response.json()
  } catch (cause) {
    throw somethingElse(port, cause)
  }
}

function somethingElse(port: number, cause?: unknown): DevnetError {
  return new DevnetError('chain-silent', `What listens on port ${port} is not the local chain.`, { cause })
}
