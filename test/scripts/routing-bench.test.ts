import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { casesOf, classOf, requestOf } from '../../scripts/bench/routing/cases.ts'
import { generatedDirectSet, generatedSets } from '../../scripts/bench/routing/generated-sets.ts'
import { hopsOf, pathsOf, quotePath } from '../../scripts/bench/routing/hops.ts'
import { blocksOf } from '../../scripts/bench/routing/new-block.ts'
import { parseRoutingArguments } from '../../scripts/bench/routing/options.ts'
import { readPoolFile } from '../../scripts/bench/routing/pool-file.ts'
import { isNetwork, type PoolSet, tokenOf } from '../../scripts/bench/routing/pool-set.ts'
import { etherPrice, pricesOf } from '../../scripts/bench/routing/prices.ts'
import { requestsOf, textOf } from '../../scripts/bench/routing/request-text.ts'
import { modelGas } from '../../scripts/bench/routing/smart-order-router.ts'
import { percentile, shortfallBps, spreadOf } from '../../scripts/bench/routing/statistics.ts'
import { sqrtPriceAtTick } from '../../shared/routing/tick-math.ts'

/** A WETH/USDT pool at about 3,000 dollars and a v2 and a stable pool beside it. */
const filed = {
  name: 'three pools',
  trades: [
    ['WETH', 'USDT'],
    ['USDT', 'WETH'],
  ],
  pools: [
    {
      kind: 'v3',
      token0: 'WETH',
      token1: 'USDT',
      fee: 500,
      tickSpacing: 10,
      sqrtPriceX96: sqrtPriceAtTick(-196_250).toString(),
      tick: -196_250,
      liquidity: '30000000000000000',
      ticks: [
        [-200_000, '10000000000000000'],
        [-197_000, '20000000000000000'],
        [-196_000, '-20000000000000000'],
        [-190_000, '-10000000000000000'],
      ],
    },
    { kind: 'v2', token0: 'USDC', token1: 'WETH', reserve0: '3100000000', reserve1: '1000000000000000000' },
    {
      kind: 'curve',
      tokens: ['DAI', 'USDC', 'USDT'],
      balances: ['1000000000000000000000000', '1000000000000', '1000000000000'],
      A: '2000',
      fee: '1000000',
    },
  ],
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portcullis-pools-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function written(content: unknown): string {
  const path = join(folder, 'pools.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

/** The file with the first pool, which is a v3 one, changed. */
function withPool(change: object) {
  const [first, ...others] = filed.pools
  return { ...filed, pools: [{ ...first, ...change }, ...others] }
}

describe('a pool file', () => {
  it('becomes pools that can be routed over, with each pair once', () => {
    const set = readPoolFile(written(filed))
    expect(set.name).toBe('three pools')
    expect(set.tokens.map(({ symbol }) => symbol)).toEqual(['WETH', 'USDT', 'USDC', 'DAI'])
    expect(set.pairs.map((pair) => pair.map(({ symbol }) => symbol))).toEqual([['WETH', 'USDT']])
    const [concentrated, pair, stable] = set.pools
    expect(concentrated).toMatchObject({ venue: 'UniswapV3', liquidity: 3n * 10n ** 16n, tickLower: -887_272 })
    expect(pair).toMatchObject({ venue: 'UniswapV2', feePips: 3000, reserve0: 3_100_000_000n })
    expect(stable).toMatchObject({ venue: 'StableSwap', rates: [10n ** 18n, 10n ** 30n, 10n ** 30n], fee: 1_000_000n })
    expect(new Set(set.pools.map(({ pool }) => pool)).size).toBe(3)
  })

  it.each([
    ['no JSON', 'not { JSON', 'it is not JSON'],
    ['another format', { pools: [{ kind: 'v3' }] }, 'is not a pool file: trades: '],
    ['a pool of another kind', { ...filed, pools: [{ kind: 'weighted' }] }, 'is not a pool file: pools.0.kind: '],
    ['numbers for strings', withPool({ liquidity: 3e16 }), 'is not a pool file: pools.0.liquidity: '],
    ['ticks out of order', withPool({ ticks: [...(filed.pools[0]?.ticks ?? [])].reverse() }), 'do not ascend'],
    ['liquidity of no tick', withPool({ liquidity: '1' }), 'do not add up to its liquidity'],
    ['a trade without pools', { ...filed, trades: [['WBTC', 'USDT']] }, 'trades WBTC, which none of its pools has'],
  ])('is refused in one sentence for %s', (_, content, sentence) => {
    const path = written(content)
    const read = () => readPoolFile(path)
    expect(read).toThrow(sentence)
    expect(read).toThrow(/^[^\n]*pools\.json[^\n]*\.$/)
  })

  it('is refused in one sentence where there is none', () => {
    const missing = join(folder, 'missing.json')
    expect(() => readPoolFile(missing)).toThrow(`There is no pool file ${missing}.`)
    expect(() => readPoolFile(folder)).toThrow(`${folder} cannot be read (EISDIR).`)
  })
})

describe('dollars of a set', () => {
  it('come from the deepest pool that joins a token with a stable one', () => {
    const set = readPoolFile(written(filed))
    const prices = pricesOf(set)
    // The v2 pool says 3,100 and holds next to nothing.
    expect(etherPrice(set, prices)).toBeCloseTo(1e12 * 1.0001 ** -196_250, 6)
    expect(prices.get(tokenOf('USDC').address)).toBe(1e-6)
  })

  it('are refused in a sentence where nothing leads to a stable token', () => {
    const pool = withPool({ token1: 'WBTC' }).pools.slice(0, 1)
    const set = readPoolFile(written({ ...filed, trades: [['WETH', 'WBTC']], pools: pool }))
    expect(() => pricesOf(set)).toThrow('three pools: no pool leads from WETH to one of USDC, USDT, DAI')
  })
})

describe('cases', () => {
  it('are six sizes in both directions, worth what they say', () => {
    const set = readPoolFile(written(filed))
    const cases = casesOf(set, pricesOf(set))
    expect(cases).toHaveLength(12)
    expect(new Set(cases.map(({ sell, usd }) => `${sell.symbol} ${usd}`)).size).toBe(12)
    expect(cases.find(({ sell, usd }) => sell.symbol === 'USDT' && usd === 10_000)?.amountIn).toBe(10_000_000_000n)
    const [first] = cases
    expect(first && requestOf(first).intermediates).toEqual([tokenOf('USDC').address, tokenOf('DAI').address])
    expect(first && classOf(first)).toBe('multi-hop, to $1M')
  })

  it('survive the way to another process', () => {
    const set = generatedDirectSet(2)
    const requests = casesOf(set, pricesOf(set)).slice(0, 2).map(requestOf)
    expect(requestsOf(textOf(requests))).toEqual(requests)
  })
})

describe('generated sets', () => {
  const sets = generatedSets()

  it('are the same every time', () => {
    expect(generatedSets()).toEqual(sets)
  })

  it('are twenty pairs and five networks, one of them with a StableSwap pool', () => {
    expect(sets.filter((set) => !isNetwork(set))).toHaveLength(20)
    const networks = sets.filter(isNetwork)
    expect(networks).toHaveLength(5)
    expect(networks.filter(({ pools }) => pools.some(({ venue }) => venue === 'StableSwap'))).toHaveLength(1)
    expect(new Set(sets.flatMap(({ pools }) => pools.map(({ venue }) => venue))).size).toBe(4)
  })

  it('have ticks that ascend, lie on the spacing and add up to the liquidity at the price', () => {
    for (const pool of sets.flatMap(({ pools }) => pools)) {
      if (!('ticks' in pool)) continue
      const { ticks, tick, tickSpacing, sqrtPriceX96 } = pool
      const indexes = ticks.map(({ index }) => index)
      expect(indexes).toEqual([...new Set(indexes)].sort((one, other) => one - other))
      expect(indexes.every((index) => index % tickSpacing === 0)).toBe(true)
      expect(ticks.reduce((sum, { liquidityNet }) => sum + liquidityNet, 0n)).toBe(0n)
      expect(ticks.reduce((sum, { index, liquidityNet }) => (index <= tick ? sum + liquidityNet : sum), 0n)).toBe(
        pool.liquidity,
      )
      expect(sqrtPriceX96 >= sqrtPriceAtTick(tick) && sqrtPriceX96 < sqrtPriceAtTick(tick + 1)).toBe(true)
    }
  })

  it('agree on prices: nobody earns by going in a circle', () => {
    for (const set of sets) {
      const hops = hopsOf(set)
      const [first] = set.tokens
      if (first === undefined) throw new Error('The set has no tokens.')
      for (const out of hops.filter(({ sell }) => sell === first.address)) {
        const amount = 10n ** BigInt(first.decimals ?? 18)
        for (const back of pathsOf(hops, out.buy, first.address, 2)) {
          expect(quotePath([out, ...back], amount).amountOut).toBeLessThan(amount)
        }
      }
    }
  })
})

describe('paths', () => {
  it('are all of up to three hops, through no token and no pool twice', () => {
    const set = readPoolFile(written(filed))
    const [weth, usdt] = [tokenOf('WETH').address, tokenOf('USDT').address]
    const named = pathsOf(hopsOf(set), weth, usdt).map((path) => path.map(({ index }) => index))
    // Through the v2 pool to USDC and on by the stable pool; by way of DAI the stable pool would be used twice.
    expect(named).toEqual([[0], [1, 2]])
  })
})

describe('blocks', () => {
  it('bring new pool objects at other prices, with the same ticks', () => {
    const set: PoolSet = generatedDirectSet(0)
    const next = blocksOf(set)
    const [one, other] = [next(), next()]
    for (const [index, pool] of set.pools.entries()) {
      const [before, after] = [one[index], other[index]]
      expect(before).not.toEqual(after)
      if (!('ticks' in pool) || before === undefined || !('ticks' in before)) continue
      expect(before.ticks).toBe(pool.ticks)
      const active = pool.ticks.reduce(
        (sum, { index: at, liquidityNet }) => (at <= before.tick ? sum + liquidityNet : sum),
        0n,
      )
      expect(before.liquidity).toBe(active)
    }
  })
})

describe('figures', () => {
  it('have percentiles by nearest rank', () => {
    const values = Array.from({ length: 20 }, (_, index) => 20 - index)
    expect(percentile(values, 0.5)).toBe(10)
    expect(percentile(values, 0.95)).toBe(19)
    expect(percentile([7], 0.95)).toBe(7)
    expect(percentile([], 0.5)).toBeNaN()
    expect(spreadOf(values)).toEqual({ count: 20, p50: 10, p95: 19, max: 20 })
    expect(spreadOf([])).toBeNull()
  })

  it('have shortfalls to a fraction of a basis point, negative above the bound', () => {
    expect(shortfallBps(10_000n, 9_999n)).toBe(1)
    expect(shortfallBps(10n ** 30n, 10n ** 30n - 10n ** 20n)).toBeCloseTo(1e-6, 12)
    expect(shortfallBps(10_000n, 10_001n)).toBe(-1)
  })

  it('count gas as the smart order router does', () => {
    expect(modelGas(1, 0)).toBe(97_000)
    expect(modelGas(1, 2)).toBe(159_000)
    expect(modelGas(3, 0)).toBe(242_000)
  })
})

describe('arguments', () => {
  it('are any number of files and a number of cases', () => {
    expect(parseRoutingArguments([])).toEqual({ pools: [], gasCases: 360 })
    expect(parseRoutingArguments(['--pools', 'a.json', 'b.json', '--gas-cases', '2000'])).toEqual({
      pools: ['a.json', 'b.json'],
      gasCases: 2000,
    })
  })

  it.each([[['a.json']], [['--pool', 'a.json']], [['--pools']], [['--gas-cases', 'many']]])('refuse %j', (argv) => {
    expect(() => parseRoutingArguments(argv)).toThrow(/^[^\n]*Usage: npm run bench -- routing/)
  })
})
