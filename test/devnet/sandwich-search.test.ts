import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BlockSlot, simulateInOrder } from '../../scripts/devnet/block-simulation.ts'
import { ChainState } from '../../scripts/devnet/chain-state.ts'
import { RpcClient } from '../../scripts/devnet/json-rpc.ts'
import { startingPrices } from '../../scripts/devnet/pool-plan.ts'
import { preyAmong } from '../../scripts/devnet/sandwich-prey.ts'
import { bestSandwich, type SearchParts, sandwichAt } from '../../scripts/devnet/sandwich-search.ts'
import { readSignedTransaction } from '../../scripts/devnet/signed-transaction.ts'
import { worldPools } from '../../scripts/devnet/world-pools.ts'
import { SandwichWorld } from './sandwich-world.ts'

let world: SandwichWorld
let rpc: RpcClient
beforeAll(async () => {
  world = await SandwichWorld.open()
  rpc = new RpcClient(world.devnet.rpcUrl)
})
afterAll(async () => {
  rpc.close()
  await world.devnet.stop()
})

const price = (symbol: string) => startingPrices[symbol] ?? Number.NaN

async function search(): Promise<SearchParts> {
  const head = await new ChainState(rpc, world.devnet.chain.id).head()
  const coinbase = '0x0000000000000000000000000000000000000001'
  const [number, timestamp] = [head.number + 1, head.timestamp + 12]
  const slot: BlockSlot = { number, timestamp, baseFeePerGas: head.baseFeePerGas, coinbase }
  const pools = new Map(worldPools(world.devnet.chain).map((pool) => [pool.address.toLowerCase(), pool]))
  return { rpc, slot, trader: world.sandwicher, pools, price, chosen: [] }
}

test.each([
  ['one deep pool', [['USDC/WETH 0.05 % v3', 'USDC', 400_000]], 50],
  ['one deep pool, the other way', [['USDC/WETH 0.05 % v3', 'WETH', 120]], 100],
  ['a pair', [['USDC/WETH 0.3 % v2', 'USDC', 90_000]], 200],
  [
    'three pools',
    [
      ['USDC/WETH 0.05 % v3', 'USDC', 250_000],
      ['USDC/WETH 0.01 % v3', 'USDC', 30_000],
      ['USDC/WETH 0.3 % v2', 'USDC', 60_000],
    ],
    30,
  ],
  ['stable coins', [['USDC/USDT 0.01 % v3', 'USDC', 2_000_000]], 100],
  ['an order without a minimum', [['USDC/WBTC 0.05 % v3', 'USDC', 300_000]], 10_000],
] as const)('no size on a fine grid gains 2 % more than the one it finds: %s', async (_, orders, bps) => {
  const parts = await search()
  const swaps = orders.map(([name, symbol, whole]) => world.swap(name, symbol, whole))
  const minimum = ((await world.quote(swaps)) * BigInt(10_000 - bps)) / 10_000n
  const { raw } = await world.sign(swaps, minimum)
  const victim = await readSignedTransaction(raw, world.devnet.chain.id)
  const [prey] = preyAmong(await simulateInOrder(rpc, parts.slot, [victim]), parts.pools, price)
  const [attacker] = world.devnet.accounts.sandwichers
  if (prey === undefined || attacker === undefined) throw new Error('there is nothing to search')

  const found = await bestSandwich(parts, prey, attacker.address)
  let best = 0
  for (let scale = -4; scale <= 9; scale += 0.1) {
    best = Math.max(best, (await sandwichAt(parts, prey, attacker.address, 2 ** scale))?.netUsd ?? 0)
  }
  expect(best).toBeGreaterThan(0)
  expect(found?.netUsd).toBeGreaterThan(best / 1.02)
})
