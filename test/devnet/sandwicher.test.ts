import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Sandwich } from '../../scripts/devnet/sandwich-book.ts'
import { clientOf } from '../../scripts/devnet/transactions.ts'
import { ask, call, nonceOf, relayClient, signTransfer, transactionsOf } from './clients.ts'
import { SandwichWorld, type SignedSwap } from './sandwich-world.ts'

let world: SandwichWorld
beforeAll(async () => {
  world = await SandwichWorld.open()
})
afterAll(() => world.devnet.stop())
// The arbitrageur puts the pools back in line.
afterEach(async () => {
  await world.devnet.control.mine(2)
})

/** Sells USDC into two pools at once, of which one moves by less than its fees. */
const order = () => [
  world.swap('USDC/WETH 0.05 % v3', 'USDC', 400_000),
  world.swap('USDC/WETH 0.01 % v3', 'USDC', 20_000),
  world.swap('USDC/WETH 0.3 % v3', 'USDC', 10_000),
]
const below = (amount: bigint, bps: bigint) => (amount * (10_000n - bps)) / 10_000n
const asMap = (amounts: Sandwich['profit']) => new Map(amounts.map(({ symbol, amount }) => [symbol, BigInt(amount)]))

async function foundSandwich(swap: SignedSwap): Promise<Sandwich> {
  const sandwich = await world.sandwichOf(swap)
  if (sandwich === undefined) throw new Error('nobody made a sandwich')
  return sandwich
}

test.each([
  ['a loose', 300n],
  ['a usual', 50n],
  ['a tight', 20n],
])('an order in public with %s minimum output loses no more than that, and what the list says', async (_, bps) => {
  const quote = await world.quote(order())
  const victim = await world.sign(order(), below(quote, bps))
  await world.publish(victim)
  const { block, swapper, sandwicher } = await world.mine()

  const { output, profit, profitUsd, ...sandwich } = await foundSandwich(victim)
  expect(output).toMatchObject({ symbol: 'WETH', withoutFrontRun: quote.toString() })
  expect(swapper.get('WETH')).toBe(BigInt(output.withFrontRun))
  expect(BigInt(output.withFrontRun)).toBeLessThan(quote)
  expect(BigInt(output.withFrontRun)).toBeGreaterThanOrEqual(below(quote, bps))
  // It went as far as it was let.
  expect(BigInt(output.withFrontRun)).toBeLessThan(below(quote, (bps * 9n) / 10n))

  expect(sandwicher).toEqual(asMap(profit))
  expect([...sandwicher.keys()]).toEqual(['USDC'])
  expect(profitUsd).toBeGreaterThan(0)
  expect(profitUsd).toBeCloseTo(Number(sandwicher.get('USDC')) / 1e6, 6)

  const { frontRun, backRun, blockNumber } = sandwich
  expect(blockNumber).toBe(block)
  const mined = await transactionsOf(world.devnet, block)
  expect(mined.slice(mined.indexOf(frontRun)).slice(0, 3)).toEqual([frontRun, victim.hash, backRun])
  const client = clientOf(world.devnet)
  const halves = await Promise.all([frontRun, backRun].map((hash) => client.getTransactionReceipt({ hash })))
  const cost = halves.reduce((sum, { gasUsed, effectiveGasPrice }) => sum + gasUsed * effectiveGasPrice, 0n)
  expect(sandwich).toMatchObject({ sender: world.trader(0).address, gasCost: cost.toString() })
  // What it paid for gas and to the builder leaves it something.
  expect(Number(cost) / 1e18).toBeLessThan(profitUsd / 3000)
})

test('the looser the order, the more it loses, and without any minimum most of it', async () => {
  const losses: number[] = []
  for (const bps of [20n, 60n, 200n, 10_000n]) {
    const quote = await world.quote(order())
    const victim = await world.sign(order(), below(quote, bps))
    await world.publish(victim)
    await world.mine()
    losses.push(1 - Number((await foundSandwich(victim)).output.withFrontRun) / Number(quote))
    await world.devnet.control.mine(2)
  }
  expect(losses).toEqual(losses.toSorted((a, b) => a - b))
  expect(new Set(losses).size).toBe(4)
  expect(losses.at(-1)).toBeGreaterThan(0.5)
})

test.each(['eth_sendPrivateTransaction', 'eth_sendBundle'])(
  'the same loose order through %s is left alone',
  async (method) => {
    const quote = await world.quote(order())
    const victim = await world.sign(order(), below(quote, 300n))
    const next = Number(await ask(world.devnet.rpcUrl, 'eth_blockNumber')) + 1
    const bundle = { txs: [victim.raw], blockNumber: `0x${next.toString(16)}` }
    const params = method === 'eth_sendBundle' ? bundle : { tx: victim.raw }
    expect((await relayClient(world.devnet)(method, params)).error).toBeUndefined()
    const { block, swapper, sandwicher } = await world.mine()
    expect(await transactionsOf(world.devnet, block)).toContain(victim.hash)
    expect(swapper.get('WETH')).toBe(quote)
    expect(sandwicher.size).toBe(0)
    expect(await world.sandwichOf(victim)).toBeUndefined()
  },
)

test('a private order that its relay leaks is not', async () => {
  const quote = await world.quote(order())
  const victim = await world.sign(order(), below(quote, 100n))
  await ask(world.devnet.rpcUrl, 'devnet_leak', true)
  await relayClient(world.devnet)('eth_sendPrivateTransaction', { tx: victim.raw })
  await ask(world.devnet.rpcUrl, 'devnet_leak', false)
  const { swapper, sandwicher } = await world.mine()
  const { output, profit } = await foundSandwich(victim)
  expect(swapper.get('WETH')).toBe(BigInt(output.withFrontRun))
  expect(BigInt(output.withFrontRun)).toBeLessThan(quote)
  expect(sandwicher).toEqual(asMap(profit))
})

test.each([
  ['one that takes nothing less than the quote', 400_000, 0n],
  ['one too small to pay for the gas', 100, 300n],
])('%s is left alone', async (_, whole, bps) => {
  const swaps = [world.swap('USDC/WETH 0.05 % v3', 'USDC', whole)]
  const quote = await world.quote(swaps)
  const victim = await world.sign(swaps, below(quote, bps))
  await world.publish(victim)
  const { swapper } = await world.mine()
  expect(swapper.get('WETH')).toBe(quote)
  expect(await world.sandwichOf(victim)).toBeUndefined()
})

test('leaves everybody alone while it is off', async () => {
  expect(await ask(world.devnet.rpcUrl, 'devnet_sandwicher', 'off')).toBe(false)
  const quote = await world.quote(order())
  const victim = await world.sign(order(), below(quote, 300n))
  await world.publish(victim)
  const { swapper } = await world.mine()
  expect(swapper.get('WETH')).toBe(quote)
  expect(await ask(world.devnet.rpcUrl, 'devnet_sandwicher', 'on')).toBe(true)
  expect(await world.sandwichOf(victim)).toBeUndefined()
  expect((await call(world.devnet.rpcUrl, 'devnet_sandwicher', 'perhaps')).error?.code).toBe(-32602)
})

test('several victims in one block, one of them behind another transaction of its sender, one before what no chain takes', async () => {
  // EIP-3860: creation code may have at most 49,152 bytes. It waits behind the second victim.
  const poisoner = world.trader(1)
  const poison = await poisoner.signTransaction({
    ...{ type: 'eip1559', chainId: world.devnet.chain.id, nonce: (await nonceOf(world.devnet, poisoner)) + 1 },
    ...{ data: `0x${'00'.repeat(50_000)}`, gas: 5_000_000n },
    ...{ maxFeePerGas: 20_000_000_000n, maxPriorityFeePerGas: 9_000_000_000n },
  })
  await ask(world.devnet.rpcUrl, 'eth_sendRawTransaction', poison)
  const wanted = [
    { swaps: [world.swap('USDC/WETH 0.05 % v3', 'USDC', 500_000)], ahead: 1 },
    { swaps: [world.swap('WBTC/WETH 0.05 % v3', 'WETH', 200)], ahead: 0 },
    { swaps: [world.swap('USDC/WETH 0.05 % v3', 'USDC', 300_000)], ahead: 0 },
  ]
  const first = world.trader(0)
  const earlier = await signTransfer(first, { nonce: await nonceOf(world.devnet, first) })
  await ask(world.devnet.rpcUrl, 'eth_sendRawTransaction', earlier)
  const victims: SignedSwap[] = []
  for (const [from, { swaps, ahead }] of wanted.entries()) {
    const victim = await world.sign(swaps, below(await world.quote(swaps), 100n), { from, ahead })
    await world.publish(victim)
    victims.push(victim)
  }
  const { sandwicher } = await world.mine()
  const all = await Promise.all(victims.map(foundSandwich))
  for (const { profitUsd } of all) expect(profitUsd).toBeGreaterThan(0)
  const profits = new Map<string, bigint>()
  for (const { symbol, amount } of all.flatMap(({ profit }) => profit)) {
    profits.set(symbol, (profits.get(symbol) ?? 0n) + BigInt(amount))
  }
  expect(sandwicher).toEqual(profits)
})

test('a reorganisation takes a sandwich off the list, puts only its victim back, and lets it happen again', async () => {
  const { rpcUrl, accounts } = world.devnet
  const quote = await world.quote(order())
  const victim = await world.sign(order(), below(quote, 100n))
  await world.publish(victim)
  await world.mine()
  const before = await foundSandwich(victim)
  await ask(rpcUrl, 'devnet_reorg', 1)
  expect(await world.sandwichOf(victim)).toBeUndefined()
  expect(await ask(rpcUrl, 'txpool_status')).toEqual({ pending: '0x1', queued: '0x0' })
  const { sandwicher } = await world.mine()
  const again = await foundSandwich(victim)
  expect(again.blockNumber).toBe(before.blockNumber + 1)
  expect(sandwicher).toEqual(asMap(again.profit))
  for (const { address } of accounts.sandwichers) {
    expect(await ask(rpcUrl, 'devnet_publicSightings', address)).toBe(0)
  }
})
