import { basename } from 'node:path'
import { wilsonInterval } from '../../models/training/scores.ts'
import type { SlippageReport } from '../evaluation/slippage.ts'
import type { VolatilityScore } from '../evaluation/volatility.ts'
import type { TrainingData } from './data.ts'
import { netSettings } from './net.ts'
import { driftBySize } from './size-dependence.ts'
import { sampleSeconds, type Trained, type TrainingSettings } from './train.ts'

const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10)
/** A dash where the data were too few to tell. */
const fixed = (value: number, digits: number) => (Number.isFinite(value) ? value.toFixed(digits) : '–')

/** The data a model was trained and measured on, as a Markdown table. */
function dataTable({ entries }: TrainingData): string {
  const rows = entries.map(
    ({ name, kind, rows, from, to, gaps, discarded, sha256 }) =>
      `| ${basename(name)} | ${kind} | ${rows} | ${day(from)} to ${day(to)} | ${gaps.length} | ${Object.values(discarded).reduce((sum, count) => sum + count, 0)} | \`${sha256.slice(0, 16)}…\` |`,
  )
  return [
    '| file | kind | rows | span | gaps | thrown away | sha256 |',
    '|---|---|---:|---|---:|---:|---|',
    ...rows,
  ].join('\n')
}

/** "BTCUSDT and ETHUSDT alone, 2022-08-01 to 2025-03-01". */
function spanOfAll({ assets }: TrainingData): string {
  const [from, to] = [Math.min(...assets.map((asset) => asset.from)), Math.max(...assets.map((asset) => asset.to))]
  return `${assets.map(({ symbol }) => symbol).join(' and ')} alone, ${day(from)} to ${day(to)}`
}

function spanSentence({ assets }: TrainingData, { trainShare, seed }: TrainingSettings): string {
  const names = assets.map(({ symbol }) => symbol).join(' and ')
  return `Trained on the first ${fixed(trainShare * 100, 0)} % of each file's span (${names} together, a sample every ${sampleSeconds / 60} minutes, seed ${seed}); everything below is measured on the rest, which training never looked at.`
}

export function volatilityCard(
  data: TrainingData,
  settings: TrainingSettings,
  { volatility }: Trained,
  scores: readonly VolatilityScore[],
): string {
  const rows = scores.map((score) => {
    const har = scores.find(
      ({ asset, horizonHours, model }) =>
        asset === score.asset && horizonHours === score.horizonHours && model === 'HAR-RV',
    )
    const change = har === undefined ? '' : `${fixed((score.qlike / har.qlike - 1) * 100, 1)} %`
    return `| ${score.asset} | ${score.horizonHours} h | ${score.model} | ${fixed(score.qlike, 4)} | ${change} | ${fixed(score.mseLog, 4)} | ${fixed(score.dmVsHar, 2)} | ${fixed(score.dmVsChallenger, 2)} | ${intervalCoverage(score)} |`
  })
  const nets = volatility.map(({ artifact, net, proof }) => {
    const verdict = net === null ? 'did not earn its place and is left out' : 'earned its place'
    return `- ${artifact.hours} h: on the last three tenths of the training span, the assets' mean hour by hour, the network changed QLIKE by ${fixed(proof.change * 100, 1)} % (Diebold-Mariano ${fixed(proof.dieboldMariano, 2)}): it ${verdict}.`
  })
  return `# Volatility: model card

**Purpose.** Forecasts the realised variance of a pair's price over one hour and over a day, from five-minute candles or, without a
source of them, from the averages that a Uniswap v3 pool keeps. It sizes slices and tightens minimum outputs; what a trade may cost
is bounded by the vault, whatever the forecast.

**Form.** HAR (realised variance of ten minutes to a week) with the Parkinson range and absolute variation of the same windows, hour of
day, New York's hours and weekends: one ridge regression in logarithms for all assets. On top, where it earned its place, the mean
of ${netSettings.members} networks of ${netSettings.units} units that see only what is relative to the week's range; it moves the variance by at most e^±½.

**Challenger.** The same without the network. **Floor.** An exponentially weighted mean, which speaks while a week of bars is not complete.

## Data

${dataTable(data)}

${spanSentence(data, settings)}

## The network

${nets.join('\n')}

Loss: ${fixed(netSettings.qlikeShare * 100, 0)} % QLIKE, the rest half the squared error of the logarithm: with QLIKE alone the few largest jumps of the training span
ruled the level, and the error of the logarithm rose by some ten per cent.

## Measured

QLIKE (Patton 2011) and mean squared error of the log variance as forecast; Diebold-Mariano with Newey-West, negative is better.
Regressions and GARCH were fitted anew every 720 hours on all that came before, the model was not.

| asset | horizon | model | QLIKE | against HAR-RV | MSE log | DM against HAR-RV | DM against the challenger | 90 % interval covered |
|---|---|---|---:|---:|---:|---:|---:|---|
${rows.join('\n')}

## Limits

- ${spanOfAll(data)}; the test window was looked at while the form was chosen, so figures on data that nobody has seen will be a little worse.
- Nothing is known of scheduled announcements, and nothing of other markets.
- From a pool's averages there is no range: the linear part has coefficients of its own for that, and there is no network.
- Where fewer than one in a thousand hours of the training were, with gaps, or with a price that stands still, the interval widens and the forecast says why.

## Not for

Pricing options, setting leverage, or pairs that are pegged to each other: the model has never seen one, and its floor of 10 % a year holds there.
`
}

/** Coverage of a model's own interval, with Wilson's 95 % interval as if hours were independent. */
function intervalCoverage({ coverage90, count }: VolatilityScore): string {
  if (coverage90 === null || count === 0) return ''
  const { low, high } = wilsonInterval(coverage90 * count, count)
  return `${fixed(coverage90, 3)} (${fixed(low, 3)} to ${fixed(high, 3)})`
}

/** Drift by size on each recorded pool; nothing without one. */
function sizeTable({ pools }: TrainingData): string {
  if (pools.length === 0) return ''
  const rows = pools.flatMap(({ name, prices }) =>
    driftBySize(prices).map(
      ({ impactBps, quantile90, quantile99 }) =>
        `| ${name} | ${impactBps} | ${fixed(quantile90, 2)} | ${fixed(quantile99, 2)} |`,
    ),
  )
  return `
The same input quoted at each block and again four blocks later, by how far it moves the price itself:

| pool | impact bp | 90 % of the drift, bp | 99 %, bp |
|---|---:|---:|---:|
${rows.join('\n')}
`
}

export function slippageCard(
  data: TrainingData,
  settings: TrainingSettings,
  { slippage }: Trained,
  { all, byAsset }: SlippageReport,
): string {
  const row = (asset: string, score: SlippageReport['all'][number]) => {
    const constant = (asset === 'all' ? all : byAsset).find(
      (other) =>
        other.model === 'constant' &&
        other.quantile === score.quantile &&
        (asset === 'all' || (other as { asset?: string }).asset === asset),
    )
    const change = constant === undefined ? '' : `${fixed((score.pinball / constant.pinball - 1) * 100, 1)} %`
    return `| ${asset} | ${score.model} | ${score.quantile} | ${fixed(score.pinball, 4)} | ${change} | ${fixed(score.coverage, 4)} (${fixed(score.coverageLow, 4)} to ${fixed(score.coverageHigh, 4)}) | ${fixed(score.lowestWeek, 4)} to ${fixed(score.highestWeek, 4)} | ${fixed(score.dmVsConstant, 1)} |`
  }
  const latency = slippage.latency.map(
    ({ seconds, shares }) =>
      `| ${seconds} | ${shares
        .slice(1)
        .map((share) => fixed(share, 3))
        .join(' | ')} |`,
  )
  const pools = data.pools.map(
    ({ name, match }) =>
      `${name} (moves with ${match.asset.symbol}, correlation ${fixed(Math.abs(match.correlation), 2)})`,
  )
  return `# Slippage: model card

**Purpose.** Forecasts how far a pool's price drifts against a trade between quote and inclusion: its median and its 90 % and 99 % quantiles,
basis points. Fees and impact are exact arithmetic over the pools and are no part of it. The 99 % quantile tightens the minimum output.

**Form.** Linear quantile regression on the scale of the volatility forecast: activity of the last minutes, momentum with and against the
trade. For latencies below five minutes a measured share of what the square root of time says. Adaptive conformal calibration per
pair and latency goes on top while it runs: at most a factor of three, and only after 200 outcomes.

**Challenger.** The square-root law: fixed multiples of volatility times the root of time.

**Size.** Not an input: exact arithmetic answers for impact, and what is left depends little on it (below; a trade that moves the price by
10 bp meets liquidity that has changed meanwhile).

## Data

${dataTable(data)}

${spanSentence(data, settings)} Latencies are measured on the whole of ${pools.length === 0 ? 'no recorded pool: the square root of time holds' : pools.join(', ')}.

## Measured

Drift over the next five minutes, from both sides of a trade, every bar; the share below the quantile with Wilson's 95 % interval as if
bars were independent; the lowest and the highest week. "linear" is the model as trained; "champion" is it with the calibration learning
from every bar and both sides, far more outcomes than a running agent has.
The challenger is the square-root law that runs beside it, on the champion's own volatility; the fitted one stands on an exponentially
weighted mean.

| asset | model | quantile | pinball | against the constant | coverage | weeks | DM against the constant |
|---|---|---:|---:|---:|---|---|---:|
${[...all.map((score) => row('all', score)), ...byAsset.map((score) => row(score.asset, score))].join('\n')}

Share of the five-minute quantile, per root of time, by latency:

| seconds | 90 % | 99 % |
|---:|---:|---:|
${latency.join('\n')}
${sizeTable(data)}
## Limits

- Latencies were measured on very few days of one pool: directional, and the calibration is there to correct them.
- No competing flow beyond what shows in the price: an order that leaks is the relays' business, and the minimum output bounds it.
- There is no residual network: the linear quantiles cover what they say, and nothing measured here asked for one.

## Not for

Orders in the public pool with a loose minimum output: what a sandwicher takes is not drift, and the minimum output is all that limits it.
`
}
