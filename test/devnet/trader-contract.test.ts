import { type Address, decodeErrorResult, encodeFunctionData, type Hex, isHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { devnetTraderAbi } from '../../scripts/devnet/generated/devnetTrader.ts'
import { buyCall, sellBackCall, swapCall } from '../../scripts/devnet/trader-contract.ts'
import { sendAll } from '../../scripts/devnet/transactions.ts'
import { call } from './clients.ts'
import { SandwichWorld } from './sandwich-world.ts'

let world: SandwichWorld
beforeAll(async () => {
  world = await SandwichWorld.open()
  world.devnet.control.setSandwicher(false)
})
afterAll(() => world.devnet.stop())

const several = () => [
  world.swap('USDC/WETH 0.05 % v3', 'USDC', 50_000),
  world.swap('USDC/WETH 0.3 % v2', 'USDC', 5_000),
  world.swap('USDT/WETH 0.3 % v3', 'WETH', 3),
]

test('swaps in several pools at once, for at least what was asked', async () => {
  const swaps = several().slice(0, 2)
  const quote = await world.quote(swaps)
  expect(await refusal(world.trader(0).address, swapCall(swaps, quote + 1n))).toBe('TooLittle')
  const victim = await world.sign(swaps, quote)
  await world.publish(victim)
  const { swapper } = await world.mine()
  expect(swapper).toEqual(
    new Map([
      ['USDC', -55_000n * 10n ** 6n],
      ['WETH', quote],
    ]),
  )
})

test('sells back exactly what it bought, pool by pool, and only once', async () => {
  const [from] = world.devnet.accounts.sandwichers
  if (from === undefined) throw new Error('there is no sandwicher')
  const to = world.sandwicher
  const sales = several().map(({ pool }) => ({ pool: pool.address, minimumOutput: 1n }))
  const before = await world.holdings(to)
  await sendAll(world.devnet, [{ from, to, data: buyCall(several()), purpose: 'buying' }])
  const between = await world.holdings(to)
  const change = (symbol: string) => (between.get(symbol) ?? 0n) - (before.get(symbol) ?? 0n)
  expect(change('USDC')).toBe(-55_000n * 10n ** 6n)
  expect(change('USDT')).toBeGreaterThan(0n)
  // Asked for more than a pool can give, it keeps everything.
  const greedy = sales.map((sale) => ({ ...sale, minimumOutput: 55_000n * 10n ** 6n }))
  expect(await refusal(from.address, sellBackCall(greedy), to)).toBe('TooLittle')

  await sendAll(world.devnet, [{ from, to, data: sellBackCall(sales), purpose: 'selling' }])
  const after = await world.holdings(to)
  const left = (symbol: string) => (after.get(symbol) ?? 0n) - (before.get(symbol) ?? 0n)
  // What was bought is gone to the last unit; what was paid came back less the fees.
  expect(left('USDT')).toBe(0n)
  expect(left('USDC')).toBeLessThan(0n)
  expect(left('USDC')).toBeGreaterThan(-200n * 10n ** 6n)
  expect(left('WETH')).toBeLessThan(0n)
  expect(left('WETH')).toBeGreaterThan(-(10n ** 17n))
  // A pool of Uniswap v3 says so itself, with a plain revert.
  expect(await refusal(from.address, sellBackCall(sales), to)).toBe('Error')
})

test('obeys nobody else, and pays no pool that it did not call', async () => {
  const { trader } = world.devnet.accounts
  for (const data of [swapCall(several(), 0n), buyCall(several()), sellBackCall([])]) {
    expect(await refusal(trader.address, data)).toBe('NotOwner')
    // The noise traders' accounts do not own the sandwicher's contract, either.
    expect(await refusal(world.trader(0).address, data, world.sandwicher)).toBe('NotOwner')
  }
  const args = [1n, 0n, '0x'] as const
  const callback = encodeFunctionData({ abi: devnetTraderAbi, functionName: 'uniswapV3SwapCallback', args })
  for (const { pool } of several()) expect(await refusal(pool.address, callback)).toBe('UnexpectedCallback')
})

/** The error with which the contract refuses a call; undefined where it takes it. */
async function refusal(from: Address, data: Hex, to = world.swapper): Promise<string | undefined> {
  const { error } = await call(world.devnet.rpcUrl, 'eth_call', { from, to, data, gas: '0x1312d00' }, 'latest')
  if (error === undefined || error === null) return undefined
  if (!isHex(error.data)) throw new Error(error.message)
  return decodeErrorResult({ abi: devnetTraderAbi, data: error.data }).errorName
}
