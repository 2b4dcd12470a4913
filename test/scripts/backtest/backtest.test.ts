import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseBacktestArguments } from '../../../scripts/backtest/arguments.ts'
import { BacktestError } from '../../../scripts/backtest/backtest-error.ts'
import { pageOf } from '../../../scripts/backtest/page/page.ts'
import type { BacktestResult } from '../../../scripts/backtest/result.ts'
import { runBacktest } from '../../../scripts/backtest/run-backtest.ts'
import { formatResult } from '../../../scripts/backtest/terminal.ts'
import { backtestScript, csvOf, firstOpen, madeUpCandles, options, strategy } from './history.ts'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-backtest-'))
afterAll(() => rmSync(folder, { recursive: true }))
const strategyFile = join(folder, 'strategy.json')
const given = { ...options, strategy: strategyFile, data: folder }

let result: BacktestResult
beforeAll(async () => {
  writeFileSync(join(folder, 'ETHUSDT_5m.csv'), csvOf(madeUpCandles()))
  writeFileSync(strategyFile, JSON.stringify(strategy))
  result = await runBacktest(given, () => {})
})

describe('a backtest', () => {
  it('runs every kind with and without the gate on the same windows', () => {
    const names = result.strategies.map(({ name, isGated }) => `${name} ${isGated}`)
    expect(names).toEqual(
      ['TWAP', 'DCA', 'VWAP', 'POV', 'Almgren–Chriss'].flatMap((name) => [`${name} true`, `${name} false`]),
    )
    expect(result.subject).toMatchObject({ windows: 3, leftOut: 0, areOverlapping: false, hours: 1 })
    expect(result.subject.order).toBe('Sell 60 WETH for USDC in 6 slices, one each 10 minutes')
    for (const { shortfallBps } of result.windows) expect(shortfallBps).toHaveLength(10)
  })

  it('splits the shortfall into parts that add up, with a fee that the pools take', () => {
    for (const { shortfallBps, feeBps, impactBps, timingBps, gasBps, filledPercent } of result.strategies) {
      const parts = feeBps.mean + impactBps.mean + timingBps.mean + gasBps.mean
      expect(Math.abs(parts - shortfallBps.mean)).toBeLessThan(1e-9)
      // The pools take 1 to 30 bp of what is sold; impact and gas cost something.
      expect(feeBps.mean).toBeGreaterThan(0.9 * (filledPercent.mean / 100))
      expect(feeBps.mean).toBeLessThan(30)
      expect(impactBps.mean).toBeGreaterThan(0)
      expect(gasBps.mean).toBeGreaterThan(0)
      expect(shortfallBps.standardError).toBeGreaterThan(0)
    }
  })

  it('fills the whole order of a schedule that catches up, and compares it with itself at nothing', () => {
    const [twap] = result.strategies
    expect(twap?.filledPercent.mean).toBe(100)
    expect(twap?.beyondTwapBps).toEqual({ mean: 0, standardError: 0 })
    expect(twap?.plannedBySlot?.slice(0, 6).map(Math.round)).toEqual([17, 33, 50, 67, 83, 100])
  })

  it('says the same of the same seed, and draws another market of another', async () => {
    expect(await runBacktest(given, () => {})).toEqual(result)
    const other = await runBacktest({ ...given, seed: '2' }, () => {})
    expect(other.windows.map(({ start }) => start)).not.toEqual(result.windows.map(({ start }) => start))
  })

  it('shrinks more the lower the gate is set', async () => {
    const low = await runBacktest({ ...given, calmVolatility: 0.2 }, () => {})
    const shrunk = (of: BacktestResult, isGated: boolean) =>
      of.strategies
        .filter((one) => one.isGated === isGated)
        .flatMap(({ endings }) => endings.filter(({ reason }) => reason === 'VolatilityGate'))
        .reduce((sum, { count }) => sum + count, 0)
    expect(shrunk(low, true)).toBeGreaterThan(shrunk(result, true))
    expect(shrunk(low, false)).toBe(0)
  })

  it('leaves out windows that lack a candle, and counts them', async () => {
    const gone = result.windows[1]?.start ?? 0
    const data = mkdtempSync(join(folder, 'gap-'))
    const holed = madeUpCandles().filter(({ openTime }) => openTime < gone || openTime > gone + 600)
    writeFileSync(join(data, 'ETHUSDT_5m.csv'), csvOf(holed))
    const { subject } = await runBacktest({ ...given, data }, () => {})
    expect(subject).toMatchObject({ windows: 2, leftOut: 1 })
  })

  it('keeps its windows between the days that were asked for', async () => {
    const day = (offset: number) => Math.ceil(firstOpen / 86_400 + offset) * 86_400
    const { windows } = await runBacktest({ ...given, from: day(8), to: day(9) }, () => {})
    for (const { start } of windows) {
      expect(start).toBeGreaterThanOrEqual(day(8))
      expect(start).toBeLessThan(day(9) - 3_600)
    }
  })
})

describe('its report', () => {
  it('is a table for a terminal, with a minus sign for a minus', () => {
    const text = formatResult(result)
    expect(text).toMatch(/^Sell 60 WETH for USDC in 6 slices, one each 10 minutes: 3 windows of ETHUSDT between 20/)
    expect(text.match(/^(TWAP|DCA|VWAP|POV|Almgren–Chriss)/gm)).toHaveLength(10)
    expect(text).not.toMatch(/ -\d/)
  })

  it('is a page with charts that asks nobody for anything', () => {
    const page = pageOf(result)
    expect(page.match(/<svg/g)).toHaveLength(6)
    expect(page).not.toMatch(/<script|<link|<img|src=|href=|url\((?!#)|@import/)
    expect(page).toContain('<h1>Sell 60 WETH for USDC')
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  })
})

const run = promisify(execFile)
async function command(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await run(process.execPath, [backtestScript, ...argv])) }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, stdout, stderr }
  }
}

describe('the command', () => {
  it('prints one JSON object, writes the page, and keeps progress off standard output', async () => {
    const page = join(folder, 'report.html')
    const files = ['--strategy', strategyFile, '--data', folder, '--out', page]
    const { code, stdout, stderr } = await command(...files, '--windows', '1', '--json')
    expect(code).toBe(0)
    const printed: BacktestResult = JSON.parse(stdout)
    expect(printed.strategies).toHaveLength(10)
    expect(printed.strategies[0]?.shortfallBps.standardError).toBeNull()
    expect(stderr).toContain(`The page is ${page}.`)
    expect(readFileSync(page, 'utf8')).toContain('</html>')
  })

  async function asked(argv: string[]): Promise<unknown> {
    const parsed = parseBacktestArguments(argv)
    return parsed === 'help' ? null : runBacktest(parsed, () => {})
  }
  function file(name: string, content: string): string {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const withField = (change: Record<string, unknown>) => file('wrong.json', JSON.stringify({ ...strategy, ...change }))
  const usual = ['--data', folder]

  it.each<[string, () => string[], RegExp]>([
    ['no strategy', () => usual, /^Which strategy\?/],
    [
      'a missing strategy',
      () => ['--strategy', 'nowhere.json', ...usual],
      /^There is no strategy file nowhere\.json\.$/,
    ],
    ['no JSON', () => ['--strategy', file('no.json', '{"kind":'), ...usual], /is not a strategy: it is not JSON/],
    [
      'a wrong field',
      () => ['--strategy', withField({ slices: 0 }), ...usual],
      /wrong\.json is not a strategy: slices: /,
    ],
    ['an unknown kind', () => ['--strategy', withField({ kind: 'x' }), ...usual], /is not a strategy: kind: /],
    [
      'an unknown token',
      () => ['--strategy', withField({ sell: `0x${'9'.repeat(40)}` }), ...usual],
      /^No known chain has both/,
    ],
    [
      'two risky tokens',
      () => ['--strategy', withField({ buy: '0xD89c1432EaA169C54dC7610C744c68a2F4b6B3e5' }), ...usual],
      /must count a dollar/,
    ],
    [
      'no candles',
      () => ['--strategy', strategyFile, '--data', join(folder, 'none')],
      /has neither ETHUSDT_5m\.csv nor ETHUSDT_5m\.csv\.xz\.$/,
    ],
    ['another symbol', () => ['--strategy', strategyFile, ...usual, '--symbol', 'X'], /has neither X_5m\.csv/],
    [
      'a span without candles',
      () => ['--strategy', strategyFile, ...usual, '--from', '2024-06-01'],
      /^No window fits: .* are from 2023-11-14 to 2023-11-24\.$/,
    ],
    [
      'a day that is none',
      () => ['--strategy', strategyFile, ...usual, '--to', '2023-02-30'],
      /^--to takes a day such as/,
    ],
    [
      'missing pools',
      () => ['--strategy', strategyFile, ...usual, '--pools', 'nowhere.json'],
      /^There is no pool file nowhere\.json\.$/,
    ],
    [
      'no windows',
      () => ['--strategy', strategyFile, ...usual, '--windows', '0'],
      /^--windows takes a number from 1 to 10000, not "0"\.$/,
    ],
    ['an unknown option', () => ['--fast'], /^Unknown option '--fast'/],
  ])('answers %s with one sentence', async (_name, argv, sentence) => {
    const failure = await asked(argv()).then(
      () => null,
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(BacktestError)
    expect((failure as BacktestError).message).toMatch(sentence)
    expect((failure as BacktestError).message).not.toContain('\n')
  })

  it('prints that sentence alone, and ends with 1', async () => {
    const { code, stdout, stderr } = await command('--strategy', 'nowhere.json', '--data', folder)
    expect([code, stdout, stderr]).toEqual([1, '', 'There is no strategy file nowhere.json.\n'])
  })
})
