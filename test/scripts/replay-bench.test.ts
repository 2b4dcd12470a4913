import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bench } from '../../scripts/bench/replay.bench.ts'
import { Ladder } from '../../shared/routing/ladder.ts'
import type { V3Pool } from '../../shared/schema/pool.ts'
import { concentrated } from '../unit/routing/pools.ts'

// A made-up day of one pool. What the arithmetic is worth is tested against the contracts; here, that the bench reads a file,
// follows mints and burns, and finds a swap that is a unit off.

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const heading =
  'block,time,tx_index,log_index,tx_hash,event,sender,recipient,amount0,amount1,sqrtPriceX96,liquidity,tick,tick_lower,tick_upper,liquidity_delta'
const provider = { lower: 10, upper: 20, liquidity: 3n * 10n ** 21n }
const wide = { lower: -5000, upper: 5000, liquidity: 10n ** 21n }
const pool = concentrated(1, { feePips: 500, tickSpacing: 10, tick: 12, positions: [wide] })
/** The same with a position around the price, as of somebody who provides for a single swap. */
const deeper = concentrated(1, { feePips: 500, tickSpacing: 10, tick: 12, positions: [wide, provider] })

type Swap = ReturnType<Ladder['exactInput']>

function swapRow(zeroForOne: boolean, { amountIn, amountOut, sqrtPriceX96, liquidity, tick }: Swap, off = 0n): string {
  const [amount0, amount1] = zeroForOne ? [amountIn, off - amountOut] : [off - amountOut, amountIn]
  return `7,now,0,3,0x,SWAP,0x,0x,${amount0},${amount1},${sqrtPriceX96},${liquidity},${tick},,,`
}

function positionRow(event: 'MINT' | 'BURN'): string {
  const delta = event === 'MINT' ? provider.liquidity : -provider.liquidity
  return `7,now,0,4,0x,${event},,0xowner,1,1,,,,${provider.lower},${provider.upper},${delta}`
}

function after(before: V3Pool, { sqrtPriceX96, tick, liquidity }: Swap): V3Pool {
  return { ...before, sqrtPriceX96, tick, liquidity }
}

async function replayed(name: string, rows: readonly string[]) {
  const path = join(folder, name)
  writeFileSync(path, gzipSync([heading, ...rows].join('\n')))
  return (await run(path)).files[0]
}

function run(...files: string[]) {
  return bench.run({ arguments: ['--swaps', ...files], progress: () => undefined })
}

test('each swap is found in the form it was asked for, a liquidity for one swap included', async () => {
  const first = new Ladder(pool, false).exactInput(10n ** 15n)
  const output = new Ladder(after(pool, first), false).exactOutput(2n * 10n ** 15n)
  const second = after(pool, output)
  const limited = new Ladder(second, true).exactInput(10n ** 30n, (second.sqrtPriceX96 * 99_999n) / 100_000n)
  // From within the position to below it: the liquidity is what it was before the mint.
  const through = new Ladder(after(deeper, { ...limited, liquidity: deeper.liquidity }), true).exactInput(10n ** 19n)
  expect(through).toMatchObject({ crossings: 1, liquidity: pool.liquidity })
  const rows = [
    swapRow(false, first),
    swapRow(false, output),
    swapRow(true, limited),
    positionRow('MINT'),
    swapRow(true, through),
    positionRow('BURN'),
    swapRow(true, new Ladder(after(pool, through), true).exactInput(10n ** 16n)),
  ]
  expect(await replayed('pool-005_day.csv.gz', rows)).toMatchObject({
    sameLiquidity: { swaps: 4, exactInput: 2, exactOutput: 1, priceLimit: 1, crossing: 1, unknownTicks: 0, missed: [] },
    changedLiquidity: { swaps: 0 },
    endsAsKnown: null,
  })
})

test('a swap that is a unit off is missed, one that crossed ticks nobody told of is counted apart', async () => {
  const first = new Ladder(pool, false).exactInput(10n ** 15n)
  const second = new Ladder(after(pool, first), true).exactInput(10n ** 16n)
  const elsewhere = { ...second, liquidity: second.liquidity + 1n }
  const rows = [swapRow(false, first), swapRow(true, second, -1n), swapRow(true, elsewhere)]
  expect(await replayed('pool-005_off.csv.gz', rows)).toMatchObject({
    sameLiquidity: { swaps: 1, exactInput: 0, missed: ['block 7, log 3'] },
    changedLiquidity: { swaps: 1, unknownTicks: 1, missed: [] },
  })
})

test('what it cannot read it names in a sentence', async () => {
  await expect(run(join(folder, 'none.csv'))).rejects.toThrow(/^There is no file .*none\.csv\.$/)
  const other = join(folder, 'other-005_.csv')
  writeFileSync(other, 'a,b\n1,2')
  await expect(run(other)).rejects.toThrow(/other-005_\.csv is not a list of a pool's swaps/)
  await expect(replayed('unnamed.csv.gz', [swapRow(true, new Ladder(pool, true).exactInput(1n))])).rejects.toThrow(
    /does not tell the pool's fee/,
  )
  await expect(run()).rejects.toThrow(/^Which files of swaps\?/)
})
