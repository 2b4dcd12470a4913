import { createExecutionContext } from 'cloudflare:test'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { app } from '../../../workers/api/app.ts'
import recording from '../../fixtures/kms/aws.json' with { type: 'json' }
import { replay } from '../signers/replay.ts'
import { adminKey, env, migrate } from './client.ts'
import { vaultAddress } from './fake-chain.ts'

beforeEach(migrate)
afterEach(() => vi.restoreAllMocks())

/** Asks an API whose executor keys are in AWS KMS, freshly opened, as the admin. */
async function readExecutor(): Promise<{ status: number; body: Record<string, unknown> }> {
  const { region, accessKeyId, secretAccessKey } = recording.credentials
  const variables = { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  const path = `https://portcullis.test/v1/executors/${vaultAddress}/7`
  const request = new Request(path, { headers: { Authorization: `Bearer ${adminKey}` } })
  const keyServiceEnv = { ...env, EXECUTOR_SIGNER: 'aws-kms', ...variables }
  const response = await app.fetch(request, keyServiceEnv, createExecutionContext())
  return { status: response.status, body: await response.json() }
}

const key = `alias/portcullis-424242-${vaultAddress.toLowerCase()}-7`

it('tells the address of the key that the key service has for the vault and epoch', async () => {
  const sent = replay([recording.publicKey.response])
  expect(await readExecutor()).toMatchObject({ status: 200, body: { executor: recording.key.address } })
  expect(sent.map(({ body }) => JSON.parse(body))).toEqual([{ KeyId: key }])
})

it('names the key that the key service does not have', async () => {
  replay([{ status: 400, body: '{"__type":"NotFoundException","message":"Alias is not found."}' }])
  expect(await readExecutor()).toMatchObject({
    status: 503,
    body: {
      type: 'https://portcullis.dev/problems/unavailable',
      detail: `AWS KMS refused the key ${key} (NotFoundException).`,
      code: 'SignerRefused',
    },
  })
})

it('says that the key service does not answer, and asks it anew', async () => {
  replay([{ status: 503, body: '' }])
  expect(await readExecutor()).toMatchObject({ status: 503, body: { code: 'SignerUnavailable' } })
  replay([recording.publicKey.response])
  expect(await readExecutor()).toMatchObject({ status: 200 })
})
