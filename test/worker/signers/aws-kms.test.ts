import { AwsV4Signer } from 'aws4fetch'
import {
  type Address,
  keccak256,
  parseTransaction,
  recoverTransactionAddress,
  type TransactionSerializedEIP1559,
} from 'viem'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { awsKms } from '../../../workers/agent/signers/aws-kms.ts'
import { keyName, keyServiceSigner } from '../../../workers/agent/signers/key-service.ts'
import {
  type KeyServiceError,
  KeyServiceRefused,
  KeyServiceThrottled,
  KeyServiceTimedOut,
  KeyServiceUnavailable,
  SignerMismatch,
} from '../../../workers/agent/signers/signer.ts'
import recording from '../../fixtures/kms/aws.json' with { type: 'json' }
import { brokenConnection, type Exchange, failureOf, noAnswer, replay, type Sent, transactionOf } from './replay.ts'

const { credentials, transaction, publicKey, signatures, failures } = recording
const executor = recording.key.address as Address
const vault: Address = '0x52908400098527886E0F7030069857D2E4169EE7'
const key = keyName(424_242, vault, 1)
const curveOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** 20261121T182042Z, which the recorded request was signed with. */
function setTimeOf({ request }: Exchange): void {
  const date = request.headers['x-amz-date'] ?? ''
  vi.setSystemTime(
    new Date(
      date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, (_all, ...[y, m, d, h, i, s]) => `${y}-${m}-${d}T${h}:${i}:${s}Z`),
    ),
  )
}

/** `host` is the platform's to set, and is signed all the same. */
function comparable({ headers: { host: _host, ...headers }, ...request }: Sent): Sent {
  return { ...request, headers }
}

async function openRecorded() {
  setTimeOf(publicKey)
  const sent = replay([publicKey.response])
  const signer = await keyServiceSigner(awsKms(credentials), key, executor)
  return { signer, sent }
}

describe('AWS KMS replayed', () => {
  it('is asked for the public key exactly as AWS’s own client asks, and the key is the vault’s executor', async () => {
    const { signer, sent } = await openRecorded()
    expect(sent.map(comparable)).toEqual([comparable(publicKey.request)])
    expect(signer.address).toBe(executor)
  })

  it.each(signatures.map((exchange, nonce) => [nonce, exchange] as const))(
    'signs the transaction with nonce %i: the request is the recorded one, and the transaction is the executor’s',
    async (nonce, exchange) => {
      const { signer } = await openRecorded()
      setTimeOf(exchange)
      const sent = replay([exchange.response])
      const { bytes, hash } = await signer.sign(transactionOf(transaction, nonce))
      expect(sent.map(comparable)).toEqual([comparable(exchange.request)])
      const serializedTransaction = bytes as TransactionSerializedEIP1559
      expect(await recoverTransactionAddress({ serializedTransaction })).toBe(executor)
      expect(parseTransaction(serializedTransaction)).toMatchObject(transactionOf(transaction, nonce))
      expect(hash).toBe(keccak256(bytes))
      expect(BigInt(parseTransaction(serializedTransaction).s ?? 0)).toBeLessThanOrEqual(curveOrder / 2n)
    },
  )

  it('covers both parities and both halves of s', async () => {
    const seen = new Set<string>()
    for (const [nonce, exchange] of signatures.entries()) {
      const { signer } = await openRecorded()
      replay([exchange.response])
      const { bytes } = await signer.sign(transactionOf(transaction, nonce))
      seen.add(`parity ${parseTransaction(bytes as TransactionSerializedEIP1559).yParity}`)
      const der = Uint8Array.from(atob(JSON.parse(exchange.response.body).Signature), (one) => one.charCodeAt(0))
      // The zero before it says that s is in the upper half, give or take one in 2^128.
      seen.add(der[5 + (der[3] ?? 0)] === 33 ? 'high s' : 'low s')
    }
    expect([...seen].sort()).toEqual(['high s', 'low s', 'parity 0', 'parity 1'])
  })

  it('is asked for a public key once', async () => {
    setTimeOf(publicKey)
    const sent = replay([publicKey.response])
    const service = awsKms(credentials)
    await keyServiceSigner(service, key, executor)
    await keyServiceSigner(service, key, executor)
    expect(sent).toHaveLength(1)
  })

  it('that has another key than the vault names is a mismatch, and is asked again afterwards', async () => {
    const sent = replay([publicKey.response, publicKey.response])
    const service = awsKms(credentials)
    await expect(keyServiceSigner(service, key, vault)).rejects.toThrow(new SignerMismatch(executor, vault))
    await keyServiceSigner(service, key, executor)
    expect(sent).toHaveLength(2)
  })

  it('that signs with another key than it told is a mismatch', async () => {
    const { signer } = await openRecorded()
    // The signature of another transaction recovers to nobody we know.
    replay([signatures[1]?.response ?? { status: 500, body: '' }])
    await expect(signer.sign(transactionOf(transaction, 0))).rejects.toThrow(new SignerMismatch(null, executor))
  })

  it('answers at another address where one is set', async () => {
    const sent = replay([publicKey.response])
    await awsKms({ ...credentials, endpoint: 'http://127.0.0.1:4566/' }).publicKey(key)
    expect(sent[0]?.url).toBe('http://127.0.0.1:4566/')
  })
})

describe('what AWS KMS refuses', () => {
  it.each([
    ['AccessDeniedException', KeyServiceRefused, `AWS KMS refused the key alias/${key} (AccessDeniedException).`],
    ['NotFoundException', KeyServiceRefused, `AWS KMS refused the key alias/${key} (NotFoundException).`],
    ['DisabledException', KeyServiceRefused, `AWS KMS refused the key alias/${key} (DisabledException).`],
    ['ThrottlingException', KeyServiceThrottled, 'AWS KMS asks for fewer requests (ThrottlingException).'],
    ['KMSInternalException', KeyServiceUnavailable, 'AWS KMS failed (KMSInternalException).'],
    ['DependencyTimeoutException', KeyServiceUnavailable, 'AWS KMS failed (DependencyTimeoutException).'],
  ])('%s, as recorded', async (type, kind, sentence) => {
    const { signer } = await openRecorded()
    const recorded = failures.find(({ body }) => JSON.parse(body).__type === type)
    if (recorded === undefined) throw new Error(`${type} was not recorded.`)
    const sent = replay([recorded])
    const failure = await failureOf(signer.sign(transactionOf(transaction, 0)))
    expect(failure).toBeInstanceOf(kind)
    expect(failure.message).toBe(sentence)
    // Once: whether and when to try again is the tick's decision.
    expect(sent).toHaveLength(1)
  })

  it.each<[string, Exchange['response'] | (() => Promise<Response>), typeof KeyServiceError, string]>([
    ['403', { status: 403, body: '{}' }, KeyServiceRefused, `AWS KMS refused the key alias/${key} (status 403).`],
    ['429', { status: 429, body: '' }, KeyServiceThrottled, 'AWS KMS asks for fewer requests (status 429).'],
    ['500', { status: 500, body: '<html>' }, KeyServiceUnavailable, 'AWS KMS failed (status 500).'],
    ['a redirect', { status: 307, body: '' }, KeyServiceUnavailable, 'AWS KMS failed (status 307).'],
    ['a broken connection', brokenConnection, KeyServiceUnavailable, 'AWS KMS could not be reached.'],
    ['no answer', noAnswer, KeyServiceTimedOut, 'AWS KMS gave no answer in time.'],
    [
      'a namespace before the exception',
      { status: 400, body: '{"__type":"com.amazonaws.kms#ThrottlingException"}' },
      KeyServiceThrottled,
      'AWS KMS asks for fewer requests (ThrottlingException).',
    ],
    [
      'an answer of another form',
      { status: 200, body: '{"Signature":7}' },
      KeyServiceUnavailable,
      'AWS KMS gave an answer that is not usable. The answer to Sign is not of the documented form.',
    ],
    [
      'a page',
      { status: 200, body: '<html>' },
      KeyServiceUnavailable,
      'AWS KMS gave an answer that is not usable. The answer to Sign is not of the documented form.',
    ],
    [
      'a truncated signature',
      { status: 200, body: '{"Signature":"MEQCIFFl27NgVXLw"}' },
      KeyServiceUnavailable,
      'AWS KMS gave an answer that is not usable. The signature is not valid DER of two numbers of the curve.',
    ],
  ])('%s', async (_name, answer, kind, sentence) => {
    const { signer } = await openRecorded()
    replay([answer])
    const failure = await failureOf(signer.sign(transactionOf(transaction, 0)))
    expect(failure).toBeInstanceOf(kind)
    expect(failure.message).toBe(sentence)
  })

  it('is never told with what was sent, even where the answer repeats it', async () => {
    const { signer } = await openRecorded()
    const echo = JSON.stringify({ __type: `Bad ${credentials.secretAccessKey}`, message: credentials.secretAccessKey })
    replay([{ status: 400, body: echo }])
    const failure = await failureOf(signer.sign(transactionOf(transaction, 0)))
    expect(failure.message).toBe(`AWS KMS refused the key alias/${key} (status 400).`)
  })
})

describe('Signature Version 4', () => {
  const suite = {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
    service: 'service',
    datetime: '20150830T123600Z',
    allHeaders: true,
  }

  // Of AWS's published test suite (aws-sig-v4-test-suite): get-vanilla, post-vanilla, post-x-www-form-urlencoded.
  it.each([
    ['GET', {}, '', 'host;x-amz-date', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['POST', {}, '', 'host;x-amz-date', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    [
      'POST',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'Param1=value1',
      'content-type;host;x-amz-date',
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ])('is what AWS published: %s %j %s', async (method, headers, body, names, signature) => {
    const request = { method, url: 'https://example.amazonaws.com/', headers, body }
    const signed = await new AwsV4Signer({ ...suite, ...request }).sign()
    expect(signed.headers.get('authorization')).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
    )
  })
})
