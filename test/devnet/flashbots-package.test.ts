import { FlashbotsBundleProvider } from '@flashbots/ethers-provider-bundle'
import { JsonRpcProvider, Wallet } from 'ethers'
import { keccak256 } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { nonceOf, signTransfer, transactionsOf } from './clients.ts'

// The relay must answer the public client as Flashbots does, since the agent talks to it through that client.
let devnet: Devnet
let provider: JsonRpcProvider
let flashbots: FlashbotsBundleProvider

beforeAll(async () => {
  devnet = await startDevnet({ port: 0, automine: false, market: false })
  const network = { chainId: devnet.chain.id, name: 'local' }
  provider = new JsonRpcProvider(devnet.rpcUrl, network, { staticNetwork: true })
  flashbots = await FlashbotsBundleProvider.create(provider, Wallet.createRandom(), devnet.relayUrl, network)
})
afterAll(async () => {
  provider.destroy()
  await devnet.stop()
})

test('simulates and sends a bundle', async () => {
  const { trader } = devnet.accounts
  const raw = await signTransfer(trader, { nonce: await nonceOf(devnet, trader) })
  const target = (await provider.getBlockNumber()) + 1
  const simulation = await flashbots.simulate([raw], target)
  if ('error' in simulation) throw new Error(simulation.error.message)
  expect(simulation.totalGasUsed).toBe(21_000)
  expect(simulation.coinbaseDiff).toBe(21_000_000_000_000n)
  expect(simulation.firstRevert).toBeUndefined()
  const sent = await flashbots.sendRawBundle([raw], target)
  if ('error' in sent) throw new Error(sent.error.message)
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([keccak256(raw)])
  const statistics = await flashbots.getBundleStatsV2(sent.bundleHash, target)
  expect(statistics).toMatchObject({ isSimulated: true })
})

test('sends and cancels a private transaction', async () => {
  const { trader } = devnet.accounts
  const nonce = await nonceOf(devnet, trader)
  const raw = await signTransfer(trader, { nonce })
  const options = { maxBlockNumber: (await provider.getBlockNumber()) + 3 }
  const sent = await flashbots.sendPrivateTransaction({ signedTransaction: raw }, options)
  if ('error' in sent) throw new Error(sent.error.message)
  expect(sent.transaction.hash).toBe(keccak256(raw))
  expect(await flashbots.cancelPrivateTransaction(sent.transaction.hash)).toBe(true)
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([])
})
