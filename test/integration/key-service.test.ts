import { toDerBytes } from 'ox/Signature'
import { type Address, bytesToHex, type Hex, hexToBigInt } from 'viem'
import { sign } from 'viem/accounts'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Env } from '../../workers/environment.ts'
import recording from '../fixtures/kms/aws.json' with { type: 'json' }
import {
  cron,
  drain,
  ledgerOfWorld,
  liveUntilFilled,
  openWorld,
  readLog,
  readTrades,
  type World,
  type WorldOptions,
} from './agent-world.ts'
import { nonceOf, rpc } from './local-chain.ts'

afterEach(() => vi.restoreAllMocks())

const { region, accessKeyId, secretAccessKey } = recording.credentials
const { address: executor, privateKey } = recording.key as { address: Address; privateKey: Hex }
const curveOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

interface KmsRequest {
  operation: string
  input: { KeyId: string; Message?: string }
}

/**
 * AWS KMS with the recorded key: it tells the recorded public key, and signs as the recorded answers do, every second time
 * with the high s. What an order says depends on the chain, so its signature cannot be a recorded one. `refusing` may
 * answer in its place.
 */
function keyService(refusing: (request: KmsRequest) => Response | undefined = () => undefined): KmsRequest[] {
  const asked: KmsRequest[] = []
  const plain = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    if (String(input) !== recording.publicKey.request.url) return plain(input, init)
    const operation = (new Headers(init?.headers).get('x-amz-target') ?? '').replace('TrentService.', '')
    const request: KmsRequest = { operation, input: JSON.parse(String(init?.body)) }
    asked.push(request)
    const refusal = refusing(request)
    if (refusal !== undefined) return refusal
    if (operation === 'GetPublicKey') return new Response(recording.publicKey.response.body)
    const hash = bytesToHex(Uint8Array.from(atob(request.input.Message ?? ''), (one) => one.charCodeAt(0)))
    const { r, s } = await sign({ hash, privateKey })
    const low = hexToBigInt(s)
    const der = toDerBytes({ r: hexToBigInt(r), s: asked.length % 2 === 0 ? low : curveOrder - low })
    return Response.json({
      KeyId: 'key',
      Signature: btoa(String.fromCharCode(...der)),
      SigningAlgorithm: 'ECDSA_SHA_256',
    })
  })
  return asked
}

/** A vault that names the recorded key, and an agent that has it in AWS KMS and no seed. */
async function openKeyServiceWorld(options: WorldOptions): Promise<World> {
  const world = await openWorld({ executor, ...options })
  const { EXECUTOR_SEED: _seed, ...seedless } = world.env
  const variables = { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  return { ...world, env: { ...seedless, EXECUTOR_SIGNER: 'aws-kms', ...variables } as Env }
}

async function endsOf(world: World) {
  return (await readLog(world)).map(({ type, verdict, reason }) => ({ type, verdict, reason }))
}

async function expectFilledOnce(world: World): Promise<void> {
  const trades = await readTrades(world)
  expect(trades.map(({ executionIndex }) => executionIndex)).toEqual(trades.map((_, position) => position))
  expect(trades.reduce((sum, { amountIn }) => sum + amountIn, 0n)).toBe(world.mandate.total)
}

const throttled = () => Response.json({ __type: 'ThrottlingException' }, { status: 400 })
const denied = () => Response.json({ __type: 'AccessDeniedException' }, { status: 400 })

describe('an executor key in AWS KMS', () => {
  it('trades a whole parent order, by the key of this chain, vault and epoch', async () => {
    const asked = keyService()
    const world = await openKeyServiceWorld({ slices: 2 })
    const before = await nonceOf(executor)
    await liveUntilFilled(world)
    await expectFilledOnce(world)
    const trades = await readTrades(world)
    expect(trades).toHaveLength(2)
    for (const { transactionHash } of trades) {
      const raw = (await rpc('eth_getTransactionByHash', [transactionHash])) as { from: Address }
      expect(raw.from).toBe(executor.toLowerCase())
    }
    expect(await nonceOf(executor)).toBe(before + 2)
    expect(asked.map(({ operation }) => operation)).toEqual(['GetPublicKey', 'Sign', 'Sign'])
    const key = `alias/portcullis-424242-${world.vault.toLowerCase()}-1`
    expect(new Set(asked.map(({ input }) => input.KeyId))).toEqual(new Set([key]))
  })

  it('that asks for fewer requests costs a reservation, no nonce, and the slice is tried again', async () => {
    let refusals = 0
    keyService(({ operation }) => (operation === 'Sign' && refusals++ === 0 ? throttled() : undefined))
    const world = await openKeyServiceWorld({ slices: 1, intervalSeconds: 600 })
    const before = await nonceOf(executor)
    await cron(world)
    expect(await drain(world)).toEqual([{ acknowledged: true, retried: false }])
    expect(await endsOf(world)).toMatchObject([
      { type: 'decision', verdict: 'allow' },
      {
        type: 'outcome',
        verdict: 'released',
        reason: 'SignerUnavailable: AWS KMS asks for fewer requests (ThrottlingException).',
      },
    ])
    expect(await ledgerOfWorld(world).tracked()).toEqual([])
    expect(world.queue).toMatchObject([{ body: { type: 'tick' } }])
    await liveUntilFilled(world)
    await expectFilledOnce(world)
    expect(await nonceOf(executor)).toBe(before + 1)
  })

  it('that refuses costs a reservation, and is not asked again for the slice', async () => {
    const asked = keyService(({ operation }) => (operation === 'Sign' ? denied() : undefined))
    const world = await openKeyServiceWorld({ slices: 1, intervalSeconds: 600 })
    await cron(world)
    await drain(world)
    expect(await endsOf(world)).toMatchObject([
      { type: 'decision', verdict: 'allow' },
      { type: 'outcome', verdict: 'released' },
    ])
    const key = `alias/portcullis-424242-${world.vault.toLowerCase()}-1`
    expect((await readLog(world)).at(-1)?.reason).toBe(
      `SignerRefused: AWS KMS refused the key ${key} (AccessDeniedException).`,
    )
    expect(world.queue).toEqual([])
    expect(await ledgerOfWorld(world).tracked()).toEqual([])
    expect(asked.filter(({ operation }) => operation === 'Sign')).toHaveLength(1)
    expect(await readTrades(world)).toEqual([])
  })

  it('that does not tell its public key costs nothing at all', async () => {
    keyService(throttled)
    const world = await openKeyServiceWorld({ slices: 1, intervalSeconds: 600 })
    await cron(world)
    await drain(world)
    expect(await endsOf(world)).toEqual([{ type: 'decision', verdict: 'wait', reason: 'SignerUnavailable' }])
    expect((await readLog(world))[0]?.sentence).toBe(
      'The key service does not sign now: AWS KMS asks for fewer requests (ThrottlingException).',
    )
    expect(world.queue).toMatchObject([{ body: { type: 'tick' } }])
    vi.restoreAllMocks()
    keyService()
    await liveUntilFilled(world)
    await expectFilledOnce(world)
  })
})
