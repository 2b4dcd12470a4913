import { decodeJwt, decodeProtectedHeader } from 'jose'
import { type Address, parseTransaction, recoverTransactionAddress, type TransactionSerializedEIP1559 } from 'viem'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { gcpKms } from '../../../workers/agent/signers/gcp-kms.ts'
import { keyName, keyServiceSigner } from '../../../workers/agent/signers/key-service.ts'
import {
  type KeyServiceError,
  KeyServiceRefused,
  KeyServiceThrottled,
  KeyServiceTimedOut,
  KeyServiceUnavailable,
} from '../../../workers/agent/signers/signer.ts'
import recording from '../../fixtures/kms/gcp.json' with { type: 'json' }
import { brokenConnection, type Exchange, failureOf, noAnswer, replay, type Sent, transactionOf } from './replay.ts'

const { keyRing, account, transaction, token, publicKey, signatures } = recording
const executor = recording.address as Address
const vault: Address = '0x52908400098527886E0F7030069857D2E4169EE7'
const key = keyName(424_242, vault, 1)
const recordedAssertion = new URLSearchParams(token.request.body).get('assertion') ?? ''
/** When the recorded assertion was made, seconds. */
const recordedAt = decodeJwt(recordedAssertion).iat ?? 0

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: recordedAt * 1000 }))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** Google's clients name a form of body even where there is none. */
function comparable({ headers, ...request }: Sent): Sent {
  return { ...request, headers: { authorization: headers.authorization } }
}

async function openRecorded() {
  const sent = replay([token.response, publicKey.response])
  const signer = await keyServiceSigner(gcpKms({ keyRing, account }), key, executor)
  return { signer, sent }
}

describe('Google Cloud KMS replayed', () => {
  it('is asked for a token and the public key exactly as Google’s own clients ask', async () => {
    const { signer, sent } = await openRecorded()
    // To the last bit of the assertion's signature, which is of a deterministic kind.
    expect(sent.map(comparable)).toEqual([comparable(token.request), comparable(publicKey.request)])
    expect(sent[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect(signer.address).toBe(executor)
  })

  it('is given an assertion for the key service alone, that ends within the hour', () => {
    expect(decodeProtectedHeader(recordedAssertion)).toEqual({ alg: 'RS256' })
    expect(decodeJwt(recordedAssertion)).toEqual({
      iss: account.client_email,
      scope: 'https://www.googleapis.com/auth/cloudkms',
      aud: 'https://oauth2.googleapis.com/token',
      iat: recordedAt,
      exp: recordedAt + 3600,
    })
  })

  it('signs transactions: the requests are the recorded ones, the transactions the executor’s, in every form of signature', async () => {
    const { signer } = await openRecorded()
    const seen = new Set<string>()
    for (const [nonce, exchange] of signatures.entries()) {
      const sent = replay([exchange.response])
      const { bytes } = await signer.sign(transactionOf(transaction, nonce))
      expect(sent.map(comparable)).toEqual([comparable(exchange.request)])
      expect(sent[0]?.headers['content-type']).toBe('application/json')
      const serializedTransaction = bytes as TransactionSerializedEIP1559
      expect(await recoverTransactionAddress({ serializedTransaction })).toBe(executor)
      const parsed = parseTransaction(serializedTransaction)
      expect(parsed).toMatchObject(transactionOf(transaction, nonce))
      const der = Uint8Array.from(atob(JSON.parse(exchange.response.body).signature), (one) => one.charCodeAt(0))
      seen.add(`parity ${parsed.yParity}`).add(der[5 + (der[3] ?? 0)] === 33 ? 'high s' : 'low s')
    }
    expect([...seen].sort()).toEqual(['high s', 'low s', 'parity 0', 'parity 1'])
  })

  it('fetches a token once, and another one before it ends', async () => {
    const { signer } = await openRecorded()
    const sign = async (sent: Sent[]) => {
      await signer.sign(transactionOf(transaction, 0))
      return sent.map(({ url }) => new URL(url).host)
    }
    const [first = { response: token.response }] = signatures
    vi.setSystemTime((recordedAt + 3599 - 61) * 1000)
    expect(await sign(replay([first.response]))).toEqual(['cloudkms.googleapis.com'])
    vi.setSystemTime((recordedAt + 3599 - 60) * 1000)
    const renewed = replay([token.response, first.response])
    expect(await sign(renewed)).toEqual(['oauth2.googleapis.com', 'cloudkms.googleapis.com'])
  })

  it('fetches another token after one was withdrawn', async () => {
    const { signer } = await openRecorded()
    replay([{ status: 401, body: '{"error":{"code":401,"status":"UNAUTHENTICATED"}}' }])
    expect(await failureOf(signer.sign(transactionOf(transaction, 0)))).toBeInstanceOf(KeyServiceUnavailable)
    const sent = replay([token.response, signatures[0]?.response ?? token.response])
    await signer.sign(transactionOf(transaction, 0))
    expect(sent).toHaveLength(2)
  })
})

describe('what Google Cloud KMS refuses', () => {
  // Forms of cloud.google.com/apis/design/errors, one for each status.
  const failed = (code: number, status: string) => ({
    status: code,
    body: JSON.stringify({ error: { code, message: 'words', status } }),
  })
  const unusable = 'Google Cloud KMS gave an answer that is not usable.'
  const recorded = JSON.parse(signatures[0]?.response.body ?? '{}')

  it.each<[string, Exchange['response'] | (() => Promise<Response>), typeof KeyServiceError, string]>([
    [
      'no permission',
      failed(403, 'PERMISSION_DENIED'),
      KeyServiceRefused,
      `Google Cloud KMS refused the key ${key} (PERMISSION_DENIED).`,
    ],
    ['no key', failed(404, 'NOT_FOUND'), KeyServiceRefused, `Google Cloud KMS refused the key ${key} (NOT_FOUND).`],
    [
      'a disabled key',
      failed(400, 'FAILED_PRECONDITION'),
      KeyServiceRefused,
      `Google Cloud KMS refused the key ${key} (FAILED_PRECONDITION).`,
    ],
    [
      'too many requests',
      failed(429, 'RESOURCE_EXHAUSTED'),
      KeyServiceThrottled,
      'Google Cloud KMS asks for fewer requests (RESOURCE_EXHAUSTED).',
    ],
    ['a fault inside', failed(500, 'INTERNAL'), KeyServiceUnavailable, 'Google Cloud KMS failed (INTERNAL).'],
    ['a page', { status: 502, body: '<html>' }, KeyServiceUnavailable, 'Google Cloud KMS failed (status 502).'],
    ['a broken connection', brokenConnection, KeyServiceUnavailable, 'Google Cloud KMS could not be reached.'],
    ['no answer', noAnswer, KeyServiceTimedOut, 'Google Cloud KMS gave no answer in time.'],
    [
      'another form',
      { status: 200, body: '[]' },
      KeyServiceUnavailable,
      `${unusable} The answer is not of the documented form.`,
    ],
    [
      'another key',
      { status: 200, body: JSON.stringify({ ...recorded, name: `${recorded.name}0` }) },
      KeyServiceUnavailable,
      `${unusable} The answer is about another key.`,
    ],
    [
      'half a signature',
      { status: 200, body: JSON.stringify({ ...recorded, signature: recorded.signature.slice(0, 40) }) },
      KeyServiceUnavailable,
      `${unusable} The signature is not valid DER of two numbers of the curve.`,
    ],
  ])('to sign: %s', async (_name, answer, kind, sentence) => {
    const { signer } = await openRecorded()
    const sent = replay([answer])
    const failure = await failureOf(signer.sign(transactionOf(transaction, 0)))
    expect(failure).toBeInstanceOf(kind)
    expect(failure.message).toBe(sentence)
    expect(sent).toHaveLength(1)
  })

  it.each<[string, Exchange['response'] | (() => Promise<Response>), typeof KeyServiceError, string]>([
    [
      'an unknown account',
      { status: 400, body: '{"error":"invalid_grant","error_description":"Invalid JWT Signature."}' },
      KeyServiceRefused,
      'Google Cloud KMS refused the service account (invalid_grant).',
    ],
    [
      'too many requests',
      { status: 429, body: '' },
      KeyServiceThrottled,
      'Google Cloud KMS asks for fewer requests (status 429).',
    ],
    ['a fault inside', { status: 503, body: '' }, KeyServiceUnavailable, 'Google Cloud KMS failed (status 503).'],
    ['no answer', noAnswer, KeyServiceTimedOut, 'Google Cloud KMS gave no answer in time.'],
    [
      'another form',
      { status: 200, body: '{"access_token":""}' },
      KeyServiceUnavailable,
      `${unusable} The answer to the request for a token is not of the documented form.`,
    ],
  ])('a token: %s', async (_name, answer, kind, sentence) => {
    const sent = replay([answer])
    const failure = await failureOf(keyServiceSigner(gcpKms({ keyRing, account }), key, executor))
    expect(failure).toBeInstanceOf(kind)
    expect(failure.message).toBe(sentence)
    expect(sent).toHaveLength(1)
  })

  it('a private key that is none is not told', async () => {
    const sent = replay([])
    const broken = { ...account, private_key: account.private_key.replace('MII', 'AAA') }
    const failure = await failureOf(keyServiceSigner(gcpKms({ keyRing, account: broken }), key, executor))
    expect(failure.message).toBe('The private key in GCP_SERVICE_ACCOUNT is not an RSA key in PKCS #8 form.')
    expect(failure.cause).toBeUndefined()
    expect(sent).toEqual([])
  })

  it('a name that Google does not allow is never asked for', async () => {
    const sent = replay([])
    const long = keyName(11_155_111, vault, 1)
    const failure = await failureOf(keyServiceSigner(gcpKms({ keyRing, account }), long, executor))
    expect(failure).toBeInstanceOf(KeyServiceRefused)
    expect(failure.message).toBe(`Google Cloud KMS allows 63 characters for a key's name: ${long} is too long.`)
    expect(sent).toEqual([])
  })
})
