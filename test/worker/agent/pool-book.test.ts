import { evictDurableObject } from 'cloudflare:test'
import { expect, it } from 'vitest'
import type { KeptPool } from '../../../workers/agent/pool-book.ts'
import { openLedger } from './ledger-world.ts'

const kept: KeptPool = {
  ...{ key: 'UniswapV3:0x01', standing: 'live', since: 1_800_000_000, price: 0.000_33 },
  ...{ tickLower: -2560, tickUpper: 2559 },
  ticks: [
    { index: -10, liquidityNet: 2n ** 100n },
    { index: 20, liquidityNet: -(2n ** 100n) },
  ],
}
const missing: KeptPool = {
  ...{ key: 'UniswapV2:0x02', standing: 'missing', since: 1_800_000_000, price: 0 },
  ...{ tickLower: 0, tickUpper: 0, ticks: [] },
}

it('a vault’s ledger keeps pools, replaces what changed, and outlives an eviction', async () => {
  const { ledger } = openLedger()
  const keys = [kept.key, missing.key]
  expect(await ledger().pools(keys)).toEqual([])
  await ledger().keepPools([kept, missing])
  expect(await ledger().pools(keys)).toEqual([missing, kept])
  expect(await ledger().pools([kept.key, 'never seen'])).toEqual([kept])

  // A swap: another price, the same ticks.
  const swapped = { ...kept, price: 0.000_34, since: kept.since + 12 }
  await ledger().keepPools([swapped])
  expect(await ledger().pools([kept.key])).toEqual([swapped])
  // A mint: other ticks.
  const minted = { ...swapped, ticks: kept.ticks.slice(1) }
  await ledger().keepPools([minted])
  await evictDurableObject(ledger())
  expect(await ledger().pools([kept.key])).toEqual([minted])
})
