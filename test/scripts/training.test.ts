import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Bar } from '../../models/market/bar.ts'
import { measure, seriesOf } from '../../models/market/measure.ts'
import { filesRunBy } from '../../scripts/artifacts/code-hash.ts'
import { entries, readArtifacts, writeArtifacts } from '../../scripts/artifacts/store.ts'
import { seededRandom } from '../../scripts/devnet/random.ts'
import { assetOf, averaged } from '../../scripts/training/asset.ts'
import { LookAhead, refuseLeaks, refuseLookAhead } from '../../scripts/training/leaks.ts'

const root = join(import.meta.dirname, '../..')
let folder: string

/** Three weeks of a market whose volatility rises and falls with the hour. */
function candles(seed: string, count = 6_048): Bar[] {
  const random = seededRandom(seed)
  let price = 2_000
  return Array.from({ length: count }, (_, index) => {
    const openTime = 1_704_067_200 + index * 300
    const hour = Math.floor((openTime % 86_400) / 3_600)
    const step = 0.0008 * (1 + 0.8 * Math.sin((hour / 24) * 2 * Math.PI))
    const path = [price]
    for (let part = 0; part < 8; part++) path.push((path.at(-1) ?? price) * Math.exp(step * random.normal() * 0.35))
    price = path.at(-1) ?? price
    return { openTime, open: path[0] ?? 0, high: Math.max(...path), low: Math.min(...path), close: price, volume: 5 }
  })
}

function csvOf(bars: readonly Bar[]): string {
  const rows = bars.map(({ openTime, open, high, low, close, volume }) =>
    [openTime, open, high, low, close, volume].join(','),
  )
  return ['ts,open,high,low,close,volume', ...rows].join('\n')
}

function train(...argv: string[]) {
  return spawnSync(process.execPath, [join(root, 'scripts/train.ts'), ...argv], { encoding: 'utf8' })
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portcullis-training-'))
  writeFileSync(join(folder, 'AAAUSD_5m.csv'), csvOf(candles('a')))
  writeFileSync(join(folder, 'BBBUSD_5m.csv'), csvOf(candles('b')))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('training', () => {
  test('the same data and seed give the same model, another seed or a changed price another one', () => {
    const [first, second] = ['one', 'two'].map((name) => {
      const out = join(folder, name)
      const run = train('--data', folder, '--out', out, '--keep-networks')
      expect(run.stderr).not.toMatch(/Error/)
      expect(run.status).toBe(0)
      return { id: /model {4}(0x[0-9a-f]{64})/.exec(run.stdout)?.[1], out, artifacts: readArtifacts(root, out) }
    })
    expect(first?.id).toMatch(/^0x/)
    expect(second?.id).toBe(first?.id)
    expect(second?.artifacts).toEqual(first?.artifacts)
    expect(readFileSync(join(first?.out ?? '', 'volatility.card.md'), 'utf8')).toMatch(
      /AAAUSD \| 1 h \| champion \| \d/,
    )
    expect(readFileSync(join(first?.out ?? '', 'slippage.card.md'), 'utf8')).toMatch(/all \| champion \| 0\.99 \| \d/)
    const manifest = JSON.parse(readFileSync(join(first?.out ?? '', 'manifest.json'), 'utf8'))
    expect(
      manifest.files.map(({ name, rows, gaps }: { name: string; rows: number; gaps: [] }) => [name, rows, gaps]),
    ).toEqual(
      expect.arrayContaining([
        ['AAAUSD_5m.csv', 6_048, []],
        ['BBBUSD_5m.csv', 6_048, []],
      ]),
    )
    const seeded = train('--data', folder, '--out', join(folder, 'three'), '--keep-networks', '--seed', '2')
    expect(seeded.status).toBe(0)
    const others = readArtifacts(root, join(folder, 'three')).volatility
    // The seed is of the networks alone.
    for (const [index, { net, ...linear }] of (first?.artifacts.volatility ?? []).entries()) {
      const { net: other, ...otherLinear } = others[index] ?? { net: null }
      expect(otherLinear).toEqual(linear)
      expect(net).not.toBeNull()
      expect(other?.layers).not.toEqual(net?.layers)
    }
    const text = csvOf(
      candles('a').map((bar, index) => (index === 2_500 ? { ...bar, high: (bar.high ?? 0) * 1.01 } : bar)),
    )
    writeFileSync(join(folder, 'AAAUSD_5m.csv'), text)
    const changed = train('--data', folder, '--out', join(folder, 'four'), '--keep-networks')
    expect(changed.status).toBe(0)
    const { manifestHash, weightsHash } = readArtifacts(root, join(folder, 'four'))
    expect(manifestHash).not.toBe(first?.artifacts.manifestHash)
    expect(weightsHash).not.toBe(first?.artifacts.weightsHash)
  }, 180_000)

  test.each<[string, string[], RegExp]>([
    ['no data', [], /^Which data\?/],
    ['a folder that is not there', ['--data', '/nowhere'], /^There is no folder \/nowhere\.$/],
    ['a folder without candles', ['--data', join(root, 'docs')], /^There is no SYMBOL_5m\.csv/],
    ['a share that is none', ['--data', '.', '--train-share', '2'], /^--train-share takes/],
    ['an option nobody knows', ['--dta', '.'], /Unknown option '--dta'/],
  ])('%s: one sentence', (_name, argv, sentence) => {
    const { status, stderr } = train(...argv)
    expect(status).toBe(1)
    expect(stderr.split('\n')[0]).toMatch(sentence)
  })

  test('candles of a few days, and a pool without swaps: one sentence', () => {
    const [few, empty] = [join(folder, 'few'), join(folder, 'empty')]
    for (const each of [few, empty]) mkdirSync(each)
    writeFileSync(join(few, 'AAAUSD_5m.csv'), csvOf(candles('a', 300)))
    writeFileSync(join(empty, 'AAAUSD_5m.csv'), csvOf(candles('a', 300)))
    writeFileSync(join(empty, 'x_swaps.csv'), 'block,time,event,sqrtPriceX96,liquidity\n')
    for (const [each, sentence] of [
      [few, /^The candles give 0 samples to train 1 h on, and 500 are needed/],
      [empty, /x_swaps\.csv has no swaps\.$/],
    ] as const) {
      const { status, stderr } = train('--data', each, '--out', join(folder, 'none'))
      expect(status).toBe(1)
      expect(stderr.trim().split('\n').at(-1)).toMatch(sentence)
    }
  })

  test('a layer that the evaluator does not know is refused', () => {
    const copy = join(folder, 'relu')
    cpSync(join(root, 'models/artifacts'), copy, { recursive: true })
    const path = join(copy, 'volatility-1h/model.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"tanh"', '"relu"'))
    expect(() => readArtifacts(root, copy)).toThrow(/activation relu: only tanh and linear/)
  })

  test('a model with a number that is none is not written', () => {
    const artifacts = readArtifacts(root, join(root, 'models/artifacts'))
    const slippage = { ...artifacts.slippage, latency: [{ seconds: 12, shares: [1, Number.NaN, 1] }] }
    const files = { volatility: [], slippage, manifest: '{}', cards: [] }
    expect(() => writeArtifacts(join(folder, 'broken'), files)).toThrow(/slippage\.latency\.0\.shares\.1 is NaN/)
  })
})

describe('a market as a pool’s averages show it', () => {
  test('moves as it does: two thirds of the variance, and one sixth of it from bar to bar', () => {
    const random = seededRandom('averages')
    let price = 0
    // A random walk and its true averages, of sixty steps a bar.
    const made = Array.from({ length: 20_000 }, (_, index) => {
      const open = price
      let sum = 0
      for (let step = 0; step < 60; step++) {
        price += random.normal() * 0.0001
        sum += price
      }
      return { openTime: index * 300, open: 1 + open, close: 1 + price, average: sum / 60 }
    })
    const moves = (values: number[]) => values.slice(1).map((value, index) => value - (values[index] ?? 0))
    const covariance = (changes: number[], lag: number) =>
      changes.slice(lag).reduce((sum, change, index) => sum + change * (changes[index] ?? 0), 0) / changes.length
    const genuine = moves(made.map(({ average }) => average))
    const proxy = moves(
      made.map(
        ({ openTime, open, close }) => averaged({ openTime, open, high: null, low: null, close, volume: null }).close,
      ),
    )
    for (const lag of [0, 1]) expect(covariance(proxy, lag) / covariance(genuine, lag)).toBeCloseTo(1, 1)
  })
})

describe('a feature that knows the future', () => {
  const bars = candles('leak', 2_500)
  const at = (bars[2_100]?.openTime ?? 0) + 100

  test('is none of ours', () => {
    expect(() => refuseLeaks(assetOf('AAAUSD', bars), 1)).not.toThrow()
  })

  test('stops the training, however small it is', () => {
    const ours = (visible: readonly Bar[], time: number) => measure(seriesOf(visible, 'candles'), time)
    expect(() => refuseLookAhead('ours', ours, bars, at)).not.toThrow()
    // The bar that is still open, the next one's range, and the mean of everything.
    const planted: ((visible: readonly Bar[], time: number) => unknown)[] = [
      (visible, time) => visible.findLast(({ openTime }) => openTime <= time)?.close,
      (visible, time) => ({
        ...ours(visible, time),
        next: measure(seriesOf(visible, 'candles'), time + 300).windows[0]?.range,
      }),
      (visible) => visible.reduce((sum, { close }) => sum + close, 0) / visible.length,
    ]
    for (const feature of planted) expect(() => refuseLookAhead('planted', feature, bars, at)).toThrow(LookAhead)
  })
})

describe('the model that is committed', () => {
  test('has an id that vouches for the code from bars to quantiles', () => {
    const files = filesRunBy(root, entries)
    for (const name of ['measure', 'screen', 'pool-bars', 'calendar'])
      expect(files).toContain(`models/market/${name}.ts`)
    for (const name of ['calibration', 'agreement', 'evaluator']) expect(files).toContain(`models/${name}.ts`)
    expect(files.some((name) => name.includes('training'))).toBe(false)
  })

  test('is of numbers, with latencies that ascend and shares that shrink no quantile to nothing', () => {
    const { volatility, slippage } = readArtifacts(root, join(root, 'models/artifacts'))
    expect(volatility.map(({ hours }) => hours)).toEqual([1, 24])
    for (const { candles: linear, pool } of volatility) {
      expect([...linear.coefficients, ...pool.coefficients].every(Number.isFinite)).toBe(true)
      expect(linear.residual.low).toBeLessThan(0)
      expect(linear.residual.high).toBeGreaterThan(0)
    }
    const seconds = slippage.latency.map((entry) => entry.seconds)
    expect([...seconds].sort((a, b) => a - b)).toEqual(seconds)
    for (const { shares } of slippage.latency) {
      for (const share of shares) {
        expect(share).toBeGreaterThan(0.05)
        expect(share).toBeLessThanOrEqual(1.2)
      }
    }
  })
})
