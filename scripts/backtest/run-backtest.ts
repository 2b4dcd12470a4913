import { basename } from 'node:path'
import { chainDefinition } from '../../shared/chain/chains/known.ts'
import { formatAmount } from '../../shared/chain/format.ts'
import type { StrategyConfiguration } from '../../shared/schema/strategy.ts'
import { plannedSlices } from '../../workers/api/mandate-terms.ts'
import type { BacktestOptions } from './arguments.ts'
import { BacktestError } from './backtest-error.ts'
import { readHistory } from './candle-history.ts'
import { compareIn, type Stage, type WindowResult, windowLength } from './compare.ts'
import { type Pair, pairOf, symbolOf } from './pair.ts'
import { builtInLiquidity, recordedLiquidity } from './pool-profiles.ts'
import { measuredRefillSeconds, measureRefill } from './refill.ts'
import type { BacktestResult, Subject } from './result.ts'
import { limitsFor } from './simulated-vault.ts'
import { readStrategyFile } from './strategy-file.ts'
import { exampleOf, strategyResults } from './summary.ts'
import { trainedUntil } from './training-span.ts'
import { dayOf, windowStarts } from './windows.ts'

/** Told of every window that is done, and of how many there are. */
export type Progress = (done: number, all: number) => void

/** The whole comparison: reads the files, runs every window and sums up. */
export async function runBacktest(options: BacktestOptions, progress: Progress): Promise<BacktestResult> {
  const stage = await openStage(options)
  const length = windowLength(stage.file)
  const starts = windowStarts(stage.candles, options, length, options.windows, options.seed)
  const results: WindowResult[] = []
  for (const [index, start] of starts.entries()) {
    const result = compareIn(stage, start)
    if (result !== null) results.push(result)
    progress(index + 1, starts.length)
  }
  if (results.length === 0) {
    throw new BacktestError(
      `Every window lacks a candle: ${stage.candles.symbol} has gaps all over the time asked for.`,
    )
  }
  const windows = results.map(({ start, arrivalUsd, endUsd, runs }) => {
    return { start, arrivalUsd, endUsd, shortfallBps: runs.map(({ cost }) => cost.shortfallBps) }
  })
  const subject = subjectOf(stage, results, starts.length, length)
  return { subject, strategies: strategyResults(results), windows, example: exampleOf(results) }
}

/** Reads everything that a comparison needs. */
export async function openStage(options: BacktestOptions): Promise<Stage> {
  const file = readStrategyFile(options.strategy)
  const slices = plannedSlices(file)
  if (file.total === 0n || slices === 0n)
    throw new BacktestError(`${options.strategy} sells nothing: its total or its slices are zero.`)
  const chains = [1, 424242].flatMap((id) => chainDefinition(id) ?? [])
  const pair = pairOf(file, chains, options.symbol ?? undefined)
  const liquidity = options.pools === null ? builtInLiquidity(pair) : recordedLiquidity(options.pools, pair)
  const candles = await readHistory(options.data, pair.symbol)
  const native = pair.chain.tokens.find(({ address }) => address === pair.chain.wrappedNative)
  const isNative = native === undefined || native === pair.base
  const nativeCandles = isNative ? candles : await readHistory(options.data, symbolOf(native))
  return { file, pair, candles, nativeCandles, liquidity, refill: refillOf(options, pair), options }
}

function refillOf({ refillHalfLife, swaps }: BacktestOptions, { chain }: Pair): Stage['refill'] {
  if (refillHalfLife !== null) return { seconds: refillHalfLife, source: 'as given' }
  if (swaps === null)
    return { seconds: measuredRefillSeconds, source: 'above what mainnet’s 0.05 % pool showed in January 2024' }
  const { moves, halfLifeAtMostSeconds } = measureRefill(swaps, chain.blockSeconds)
  if (!Number.isFinite(halfLifeAtMostSeconds)) {
    throw new BacktestError(`${swaps} shows no refill: what routers moved the pool may as well stay.`)
  }
  const seconds = Math.max(1, halfLifeAtMostSeconds)
  return { seconds, source: `the longest that ${moves} swaps of ${basename(swaps)} allow within two standard errors` }
}

function subjectOf(stage: Stage, results: readonly WindowResult[], asked: number, length: number): Subject {
  const { file, pair, candles, liquidity } = stage
  const starts = results.map(({ start }) => start)
  const [first = 0, last = 0] = [Math.min(...starts), Math.max(...starts)]
  const trained = trainedUntil()
  const sorted = [...starts].sort((a, b) => a - b)
  const areOverlapping = sorted.some((start, index) => start - (sorted[index - 1] ?? -Infinity) < length)
  return {
    order: orderSentence(file, pair),
    symbol: candles.symbol,
    from: dayOf(first),
    to: dayOf(last + length),
    windows: results.length,
    leftOut: asked - results.length,
    areOverlapping,
    trainedOn: starts.filter((start) => start < trained).length,
    trainedUntil: dayOf(trained),
    meanUsd: results.reduce((sum, { orderUsd }) => sum + orderUsd, 0) / results.length,
    hours: (Number(plannedSlices(file)) * file.intervalSeconds) / 3_600,
    liquidity: liquidity.source,
    assumptions: assumptionsOf(stage, results),
  }
}

function orderSentence(file: StrategyConfiguration, { sell, buy, chain }: Pair): string {
  const total = formatAmount(file.total, { ...sell, chainId: chain.id })
  const minutes = file.intervalSeconds / 60
  const every = minutes % 60 === 0 ? (minutes === 60 ? 'hour' : `${minutes / 60} hours`) : `${minutes} minutes`
  return `Sell ${total} for ${buy.symbol} in ${plannedSlices(file)} slices, one each ${every}`
}

/** What candles do not tell, and what was taken instead. */
function assumptionsOf(
  { options, liquidity, pair, candles, refill }: Stage,
  results: readonly WindowResult[],
): string[] {
  const urgencies = results.map(({ urgency }) => urgency).sort((a, b) => a - b)
  const middle = urgencies[urgencies.length >> 1] ?? 0
  const { least, most } = options.latencyBlocks
  const limits = limitsFor(results[0]?.orderUsd ?? 0)
  const pools = `${liquidity.profiles.length} pools of ${pair.base.symbol} and ${pair.quote.symbol} (${liquidity.source})`
  const others = liquidity.leftOut > 0 ? ` ${liquidity.leftOut} others of the file are left out.` : ''
  return [
    `Pools: ${pools}, centred at the market and worth as many dollars as when they were recorded.${others}`,
    `A pool that a trade moved comes back by half in ${refill.seconds.toFixed(0)} s, since arbitrage refills it (${refill.source}).`,
    `Between a candle's open, high, low and close the price is a Brownian bridge, drawn by seed ${options.seed}; all strategies see the same.`,
    `An order reaches its block after ${least === most ? least : `${least} to ${most}`} blocks of ${pair.chain.blockSeconds} s. What the vault would refuse there is not included, costs nothing and is tried again.`,
    `The price feed answers at moves of ${options.feedDeviationBps} bp or after ${pair.base.feed.heartbeat / 60} minutes; the vault also asks a 30-minute average.`,
    `Limits are those of the local treasury, in proportion to the order: at most ${limits.maximumSlippageBps} bp below the oracle; the breaker trips at a fall of ${limits.drawdownBps / 100} %.`,
    options.forecastFrom === 'candles'
      ? 'Forecasts are made from closed candles; a worker that has kept no bars yet reads two hours of averages off a pool (--forecast-from pool).'
      : 'Forecasts are made from what a worker that has kept no bars yet reads off the deepest pool: two hours of averages, without turnover, so that POV waits.',
    `Gas is a model and no record: a base fee around ${options.medianGasGwei} gwei. ${pair.quote.symbol} counts one dollar.`,
    `VWAP's hours, POV's share and Almgren–Chriss's urgency are measured over the four weeks before each window (κT is ${middle.toFixed(2)} in the middle, λ = ${options.riskAversion} per USD).`,
    ...(candles.leftOut > 0 ? [`${candles.leftOut} candles contradict themselves and are left out.`] : []),
  ]
}
