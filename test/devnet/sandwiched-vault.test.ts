import { encodeFunctionData, type Hex, isAddressEqual, keccak256, parseAbi, zeroAddress } from 'viem'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { modelInUseId } from '../../models/model-in-use.ts'
import { clientOf } from '../../scripts/devnet/transactions.ts'
import { deployTreasury, type Treasury } from '../../scripts/devnet/treasury.ts'
import { vaultAssets, vaultState } from '../../scripts/devnet/treasury-reading.ts'
import { openMandate } from '../../scripts/devnet/treasury-signatures.ts'
import { tokenBySymbol } from '../../scripts/devnet/world-pools.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { oneUsd } from '../../shared/chain/units.ts'
import { type Mandate, mandateMessage } from '../../shared/schema/mandate.ts'
import { encodedLegs } from '../../workers/agent/execute-call.ts'
import { nonceOf, relayClient } from './clients.ts'
import { SandwichWorld } from './sandwich-world.ts'

// The vault's own orders, several legs on several pools: what the public pool costs them, and what privacy saves.

const tokenAbi = parseAbi(['function balanceOf(address account) view returns (uint256)'])
const usdc = (whole: number) => BigInt(whole) * 10n ** 6n

let world: SandwichWorld
let treasury: Treasury
let mandate: Mandate
let mandateId: Hex
beforeAll(async () => {
  world = await SandwichWorld.open()
})
afterAll(() => world.devnet.stop())

/** A vault of its own for each order: one of them takes most of what a vault may trade in a day. */
beforeEach(async () => {
  const { devnet } = world
  treasury = await deployTreasury(devnet, {
    executor: devnet.accounts.trader.address,
    holdings: { USDC: usdc(800_000), WETH: 10n ** 18n },
    limits: { automaticLimitUsd: 250_000n * oneUsd },
  })
  const [sell, buy] = [tokenBySymbol(devnet.chain, 'USDC').address, tokenBySymbol(devnet.chain, 'WETH').address]
  const start = await devnet.chainTime()
  mandate = {
    ...{ strategy: `0x${'11'.repeat(32)}`, sell, buy, total: usdc(800_000), maximumSlice: usdc(250_000) },
    ...{ refillAmount: 0n, refillPeriod: 0, poorFillBps: 100, maximumPoorFills: 20, slippageBps: 100 },
    ...{ start, end: start + 20_000, minimumInterval: 1, maximumExecutions: 20, worstPrice: 1n, salt: 1n },
    configurationHash: `0x${'22'.repeat(32)}`,
  }
  mandateId = await openMandate(devnet, treasury.vault, mandate)
})

/** Two pools that a front-run pays in, and one where its fees are more than the order's move. */
const legs = () => [
  world.swap('USDC/WETH 0.05 % v3', 'USDC', 200_000),
  world.swap('USDC/WETH 0.01 % v3', 'USDC', 20_000),
  world.swap('USDC/WETH 0.3 % v2', 'USDC', 5_000),
]

test('an order of the vault in public loses to the sandwicher, down to the minimum it set', async () => {
  const quote = await world.quote(legs())
  const { raw, minimumOut } = await signExecute((quote * 996n) / 1000n)
  await world.publish({ raw, hash: keccak256(raw) })
  const { received, sandwicher } = await minedOrder()
  const sandwich = await world.sandwichOf({ raw, hash: keccak256(raw) })
  expect(sandwich?.output).toMatchObject({
    symbol: 'WETH',
    withoutFrontRun: quote.toString(),
    withFrontRun: received.toString(),
  })
  expect(received).toBeGreaterThanOrEqual(minimumOut)
  expect(Number(quote - received)).toBeGreaterThan(0.9 * Number(quote - minimumOut))
  expect(sandwich?.profit).toEqual([
    { token: mandate.sell, symbol: 'USDC', amount: sandwicher.get('USDC')?.toString() },
  ])
  expect(sandwicher.get('USDC')).toBeGreaterThan(0n)
  const { logs } = await clientOf(world.devnet).getTransactionReceipt({ hash: sandwich?.frontRun ?? '0x' })
  const touched = legs().map(({ pool }) => logs.some(({ address }) => isAddressEqual(address, pool.address)))
  expect(touched).toEqual([true, true, false])
})

test('a tight minimum keeps the loss within itself', async () => {
  const quote = await world.quote(legs())
  const { raw, minimumOut } = await signExecute((quote * 9995n) / 10_000n)
  await world.publish({ raw, hash: keccak256(raw) })
  const { received } = await minedOrder()
  expect(received).toBeGreaterThanOrEqual(minimumOut)
  expect(received).toBeLessThan(quote)
})

test('the same order in private gets its quote', async () => {
  const quote = await world.quote(legs())
  const { raw } = await signExecute((quote * 996n) / 1000n)
  expect((await relayClient(world.devnet)('eth_sendPrivateTransaction', { tx: raw })).error).toBeUndefined()
  const { received, sandwicher } = await minedOrder()
  expect(received).toBe(quote)
  expect(sandwicher.size).toBe(0)
  expect(await world.sandwichOf({ raw, hash: keccak256(raw) })).toBeUndefined()
})

/** A signed order of all the legs, due now. */
async function signExecute(minimumOut: bigint): Promise<{ raw: Hex; minimumOut: bigint }> {
  const { devnet } = world
  const { trader } = devnet.accounts
  const client = clientOf(devnet)
  const read = { address: treasury.vault, abi: vaultAbi, functionName: 'mandateProgress', args: [mandateId] } as const
  const { executionCount: executionIndex } = await client.readContract(read)
  const { epoch } = await vaultState(devnet, treasury.vault)
  const assets = await vaultAssets(devnet, treasury.vault)
  const hintOf = (token: Hex) => assets.find((asset) => asset.token === token)?.hint ?? 0
  const [sellHint, buyHint] = [hintOf(mandate.sell), hintOf(mandate.buy)]
  const planned = legs().map(({ pool, amountIn }) => {
    const { sell, buy } = mandate
    const { venue, address, feePips } = pool
    return { venue, pool: address, feePips, tickSpacing: 0, hooks: zeroAddress, sell, buy, amountIn }
  })
  const amountIn = planned.reduce((sum, leg) => sum + leg.amountIn, 0n)
  const deadline = BigInt((await devnet.chainTime()) + 60)
  const head: Hex = `0x${'0'.repeat(64)}`
  const order = { mandateId, amountIn, minimumOut, deadline, executionIndex, epoch, decisionHead: head }
  const data = encodeFunctionData({
    abi: vaultAbi,
    functionName: 'execute',
    args: [
      mandateMessage(mandate),
      { ...order, modelId: modelInUseId, sellHint, buyHint },
      encodedLegs(planned, mandate.sell, mandate.buy),
      { minimumOut: 0n, expiry: 0n, nonce: 0n, signatures: [] },
      '0x',
    ],
  })
  const raw = await trader.signTransaction({
    ...{ type: 'eip1559', chainId: devnet.chain.id, nonce: await nonceOf(devnet, trader), to: treasury.vault, data },
    ...{ gas: 3_000_000n, maxFeePerGas: 20_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n },
  })
  return { raw, minimumOut }
}

/** Makes the order's block, and two more in which the arbitrageur puts the pools back in line. */
async function minedOrder(): Promise<{ received: bigint; sandwicher: Map<string, bigint> }> {
  const { devnet } = world
  const read = { address: mandate.buy, abi: tokenAbi, functionName: 'balanceOf', args: [treasury.vault] } as const
  const before = await clientOf(devnet).readContract(read)
  const { sandwicher } = await world.mine()
  const received = (await clientOf(devnet).readContract(read)) - before
  await devnet.control.mine(2)
  return { received, sandwicher }
}
