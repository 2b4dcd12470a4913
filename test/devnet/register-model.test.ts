import { join } from 'node:path'
import { createPublicClient, http, isAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modelInUseId } from '../../models/model-in-use.ts'
import { registerModel } from '../../scripts/artifacts/register.ts'
import { readArtifacts } from '../../scripts/artifacts/store.ts'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { modelRegistryAbi } from '../../shared/chain/generated/modelRegistry.ts'

const root = join(import.meta.dirname, '../..')
const model = readArtifacts(root, join(root, 'models/artifacts'))
/** Of a test's own account. */
const key = `0x${'5a'.repeat(32)}` as const

let devnet: Devnet

beforeAll(async () => {
  devnet = await startDevnet({ port: 0, market: false })
})

afterAll(() => devnet.stop())

const register = (changes: object) =>
  registerModel({ model, rpc: devnet.rpcUrl, registry: null, deploy: false, card: 'cards', key, ...changes })

test('the model in use is published under the id that its orders carry, once', async () => {
  await devnet.control.fund('ETH', privateKeyToAccount(key).address, 10n ** 18n)
  const first = await register({ deploy: true })
  expect(first.transactionHash).toMatch(/^0x[0-9a-f]{64}$/)
  expect(isAddress(first.registry)).toBe(true)
  const client = createPublicClient({ transport: http(devnet.rpcUrl) })
  const published = await client.readContract({
    address: first.registry,
    abi: modelRegistryAbi,
    functionName: 'modelOf',
    args: [modelInUseId],
  })
  const { weightsHash, manifestHash, codeHash } = model
  expect(published).toMatchObject({ publisher: first.publisher, weightsHash, manifestHash, codeHash })
  const again = await register({ registry: first.registry })
  expect(again).toEqual({ ...first, transactionHash: null })
})

test('what cannot be done is said in a sentence, without the key', async () => {
  await expect(register({})).rejects.toThrow('Which registry?')
  await expect(register({ registry: '0x1234' })).rejects.toThrow('is no address')
  await expect(register({ registry: '0x00000000000000000000000000000000000000aa' })).rejects.toThrow('no contract')
  await expect(register({ deploy: true, key: '0x12' })).rejects.toThrow('must hold a private key')
  await expect(register({ deploy: true, rpc: 'nowhere' })).rejects.toThrow('--rpc takes')
  const refused = await register({ deploy: true, rpc: 'http://127.0.0.1:1/secret' }).catch(
    (error: Error) => error.message,
  )
  expect(refused).toMatch(/could not be reached/)
  expect(refused).not.toContain('secret')
})
