import { BaseError, HttpRequestError, ResponseBodyTooLargeError, TimeoutError } from 'viem'
import { redact } from '../../workers/redact.ts'

/**
 * What a failed request calls for. tooMuch: ask for less. slow: ask for less, later. busy and unreachable: the same again, later.
 * refused: nothing helps.
 */
export type ComplaintKind = 'tooMuch' | 'slow' | 'busy' | 'unreachable' | 'refused'

export interface Complaint {
  kind: ComplaintKind
  /** What the node said, a line at most, without addresses or keys; may be empty. */
  text: string
  /** Seconds after which the node wants to be asked again, where it says so. */
  retryAfter: number | null
}

/** The answers of one node contradict each other, or one is no answer to the question: nodes behind one address may differ. */
export class InconsistentAnswer extends Error {
  override name = 'InconsistentAnswer'
}

const longestText = 200

// Providers agree on neither codes nor words: these are of go-ethereum, Erigon, Reth, Nethermind, Besu, Infura, Alchemy, QuickNode,
// Ankr, Tenderly and BNB Chain. "Too many requests" must be told from "too many results" first.
const slowWords = /tim(ed|e) ?-?out|deadline exceeded|took too long|query duration/i
const busyWords =
  /rate.?limit|too many requests|requests? (per|limit)|per second|capacity|throughput|compute units|quota|daily/i
const behindWords =
  /beyond (the )?(current )?head|after (the )?last|cannot be found|block not found|unknown block|header not found/i
const tooMuchWords = /range|results|too (many|large|big|wide|much|long)|size|exceed|limit|batch/i
const tooMuchCodes = [-32005, -32614, -32615]
const busyCodes = [429, -32007, -32603]
const busyStatuses = [408, 429, 500, 502, 503, 504]

/** @param url the address that was asked, whose keys are taken out of what was said */
export function complaintOf(error: unknown, url: string): Complaint {
  const errors = causesOf(error)
  const said = errors.map(wordsOf).filter((words) => words !== '')
  const text =
    redact(said[0] ?? '', url)
      .split('\n')[0]
      ?.slice(0, longestText) ?? ''
  const response = errors.find((cause) => cause instanceof HttpRequestError)
  const retryAfter = /^\d+$/.exec(response?.headers?.get('retry-after') ?? '')?.[0]
  return {
    kind: kindOf(errors, said.join(' '), response),
    text,
    retryAfter: retryAfter === undefined ? null : Number(retryAfter),
  }
}

function kindOf(errors: readonly Error[], said: string, response: HttpRequestError | undefined): ComplaintKind {
  if (errors.some((cause) => cause instanceof InconsistentAnswer)) return 'busy'
  if (errors.some((cause) => cause instanceof TimeoutError)) return 'slow'
  if (errors.some((cause) => cause instanceof ResponseBodyTooLargeError)) return 'tooMuch'
  const status = response?.status
  if (response !== undefined && status === undefined) return 'unreachable'
  if (status === 413) return 'tooMuch'
  if (status === 429 || busyWords.test(said)) return 'busy'
  if (slowWords.test(said) || status === 408 || status === 504) return 'slow'
  if (behindWords.test(said)) return 'busy'
  const codes = errors.flatMap((cause) => ('code' in cause && typeof cause.code === 'number' ? [cause.code] : []))
  if (codes.some((code) => tooMuchCodes.includes(code)) || tooMuchWords.test(said)) return 'tooMuch'
  if (codes.some((code) => busyCodes.includes(code))) return 'busy'
  return status !== undefined && busyStatuses.includes(status) ? 'busy' : 'refused'
}

/** The error and what caused it, outermost first. */
function causesOf(error: unknown): Error[] {
  const causes: Error[] = []
  for (let cause = error; cause instanceof Error && !causes.includes(cause); cause = cause.cause) causes.push(cause)
  return causes
}

/** What the node itself said: viem's own messages repeat the request, and with it the address. */
function wordsOf(error: Error): string {
  const own = error instanceof BaseError ? (error.details ?? '') : error.message
  const data = 'data' in error && error.data !== undefined ? ` ${JSON.stringify(error.data)}` : ''
  return `${own}${data}`.trim()
}
