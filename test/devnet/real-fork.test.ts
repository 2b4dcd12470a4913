import { decodeFunctionResult, encodeDeployData, encodeFunctionData, parseAbi } from 'viem'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Anvil, startAnvil } from '../../scripts/devnet/anvil.ts'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { devnetFeedAbi, devnetFeedBytecode } from '../../scripts/devnet/generated/devnetFeed.ts'
import { weth9 } from '../../scripts/devnet/uniswap-artifacts.ts'
import { tokenBySymbol } from '../../scripts/devnet/world-pools.ts'
import { ethereum } from '../../shared/chain/chains/1.ts'
import { ask, call } from './clients.ts'

// A stand-in for Ethereum: its chain id, something at every address we know there, feeds that somebody else writes.
const keeper = '0x00000000000000000000000000000000000000f1'
const price = 2750
const readAbi = parseAbi(['function latestRoundData() view returns (uint80, int256, uint256, uint256, uint80)'])
let mainnet: Anvil
let devnet: Devnet | undefined

beforeAll(async () => {
  mainnet = await startAnvil(['--chain-id', '1', '--timestamp', '1790000000'])
  const { rpc } = mainnet
  const feedData = encodeDeployData({ abi: devnetFeedAbi, bytecode: devnetFeedBytecode, args: [keeper, 8] })
  const feedCode = await rpc.request('eth_call', [{ data: feedData }, 'latest'])
  const wethCode = await rpc.request('eth_call', [{ data: weth9().bytecode }, 'latest'])
  const factories = [...ethereum.uniswapV2, ...ethereum.uniswapV3]
  for (const { factory } of factories) await rpc.request('anvil_setCode', [factory, '0x00'])
  await rpc.request('anvil_setBalance', [keeper, '0xde0b6b3a7640000'])
  await rpc.request('anvil_impersonateAccount', [keeper])
  for (const { address, feed } of ethereum.tokens) {
    await rpc.request('anvil_setCode', [address, '0x00'])
    await rpc.request('anvil_setCode', [feed.source, feedCode])
    const data = encodeFunctionData({ abi: devnetFeedAbi, functionName: 'post', args: [BigInt(price) * 10n ** 8n] })
    await rpc.request('eth_sendTransaction', [{ from: keeper, to: feed.source, data }])
  }
  // WETH9 sets its name in its constructor; what deposits and transfers need is only its code.
  await rpc.request('anvil_setCode', [tokenBySymbol(ethereum, 'WETH').address, wethCode])
})
afterEach(() => devnet?.stop())
afterAll(() => mainnet.stop())

test('a real fork runs at speed 1 on the real feeds, and nobody here moves them', async () => {
  const lines: string[] = []
  devnet = await startDevnet({
    port: 0,
    forkUrl: mainnet.rpc.url,
    speed: 12,
    automine: false,
    log: (line) => lines.push(line),
  })
  expect(devnet.chain).toBe(ethereum)
  expect(devnet.speed).toBe(1)
  expect(lines.join('\n')).toMatch(/the speed stays 1/)
  expect((await call(devnet.rpcUrl, 'devnet_setPrice', 'WETH', 3000)).error?.message).toMatch(/real feeds/)
  expect((await call(devnet.rpcUrl, 'devnet_sandwicher', true)).error?.message).toMatch(/^nobody trades beside you/)
  const before = await age(devnet)
  await devnet.control.mine(5)
  expect(await age(devnet)).toBe(before + 60)
})

test('replaced feeds hold the price and stay fresh on a faster clock', async () => {
  devnet = await startDevnet({ port: 0, forkUrl: mainnet.rpc.url, speed: 12, replaceFeeds: true, automine: false })
  expect(devnet.speed).toBe(12)
  expect(await age(devnet)).toBe(0)
  await devnet.control.mine(310)
  expect(await age(devnet)).toBeLessThan(3600)
  expect((await latest(devnet))[1]).toBe(BigInt(price) * 10n ** 8n)
})

test('only ether can be made on a real fork', async () => {
  devnet = await startDevnet({ port: 0, forkUrl: mainnet.rpc.url, automine: false })
  const { owner } = devnet.accounts
  await devnet.control.fund('WETH', owner.address, 5n)
  const data = encodeFunctionData({ abi: parseAbi(['function balanceOf(address)']), args: [owner.address] })
  const weth = tokenBySymbol(ethereum, 'WETH').address
  expect(Number(await ask(devnet.rpcUrl, 'eth_call', { to: weth, data }, 'latest'))).toBe(5)
  const refused = await call(devnet.rpcUrl, 'devnet_fund', 'USDC', owner.address, '5')
  expect(refused.error?.message).toBe('USDC on a fork of Ethereum cannot be made; buy it on the chain')
})

test('accounts that carry code on the forked chain are plain accounts here', async () => {
  const delegation = '0xef01000000000000000000000000000000000000000bad'
  devnet = await startDevnet({ port: 0, forkUrl: mainnet.rpc.url, automine: false })
  const { treasurer } = devnet.accounts
  await devnet.stop()
  await mainnet.rpc.request('anvil_setCode', [treasurer.address, delegation])
  devnet = await startDevnet({ port: 0, forkUrl: mainnet.rpc.url, automine: false })
  expect(await ask(devnet.rpcUrl, 'eth_getCode', treasurer.address, 'latest')).toBe('0x')
})

async function latest(chain: Devnet) {
  const data = encodeFunctionData({ abi: readAbi, functionName: 'latestRoundData' })
  const to = tokenBySymbol(ethereum, 'WETH').feed.source
  const words = (await ask(chain.rpcUrl, 'eth_call', { to, data }, 'latest')) as `0x${string}`
  return decodeFunctionResult({ abi: readAbi, functionName: 'latestRoundData', data: words })
}

async function age(chain: Devnet): Promise<number> {
  return (await chain.chainTime()) - Number((await latest(chain))[3])
}
