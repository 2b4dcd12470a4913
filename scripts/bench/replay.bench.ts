// Swaps that happened, made again by the exact arithmetic: `npm run bench -- replay --swaps FILE…`. Each starts from the state
// that the events before it left, and counts as reproduced when amounts, √price, tick and liquidity are the same to the last bit.
import { parseArgs } from 'node:util'
import { type Bench, table } from './bench.ts'
import { readHistory } from './replay/history.ts'
import { type Replay, replay, type Tally } from './replay/replay.ts'

interface ReplayResult {
  files: Replay[]
  summary: { swaps: number; reproduced: number; unknownTicks: number; missed: number }
}

const usage = 'Usage: npm run bench -- replay --swaps FILE… [--json]'

function filesOf(given: string[]): string[] {
  try {
    const options = { swaps: { type: 'string', multiple: true } } as const
    const { values, positionals } = parseArgs({ args: given, options, allowPositionals: true })
    const files = [...(values.swaps ?? []), ...positionals]
    if (values.swaps !== undefined && files.length > 0) return files
  } catch {
    // The sentence below is plainer than the parser's.
  }
  throw new Error(`Which files of swaps? ${usage}`)
}

function reproduced({ exactInput, exactOutput, priceLimit }: Tally): number {
  return exactInput + exactOutput + priceLimit
}

function talliesOf({ sameLiquidity, changedLiquidity }: Replay): Tally[] {
  return [sameLiquidity, changedLiquidity]
}

function summaryOf(files: readonly Replay[]): ReplayResult['summary'] {
  const tallies = files.flatMap(talliesOf)
  const sum = (figureOf: (tally: Tally) => number) => tallies.reduce((total, tally) => total + figureOf(tally), 0)
  return {
    swaps: sum(({ swaps }) => swaps),
    reproduced: sum(reproduced),
    unknownTicks: sum(({ unknownTicks }) => unknownTicks),
    missed: sum(({ missed }) => missed.length),
  }
}

export const bench: Bench<ReplayResult> = {
  async run({ arguments: given, progress }) {
    const files = filesOf(given).map((path) => {
      progress(`reading ${path} ...`)
      const history = readHistory(path)
      progress(`replaying ${history.events.length} events of ${history.name} ...`)
      return replay(history, progress)
    })
    return { files, summary: summaryOf(files) }
  },
  format: ({ files, summary }) => {
    const rows = files.flatMap((file) => [
      [file.file, '', '', '', '', '', '', '', ''],
      rowOf('  same liquidity', file.sameLiquidity),
      rowOf('  liquidity changed', file.changedLiquidity),
    ])
    const heading = ['swaps', 'all', 'input', 'output', 'limit', 'reproduced', 'crossing', 'unknown ticks', 'missed']
    return [table([heading, ...rows]), '', ...files.flatMap(sentencesOf), sentenceOf(summary)].join('\n')
  },
}

function rowOf(name: string, tally: Tally): string[] {
  const { swaps, exactInput, exactOutput, priceLimit, crossing, unknownTicks, missed } = tally
  const figures = [swaps, exactInput, exactOutput, priceLimit, reproduced(tally), crossing, unknownTicks, missed.length]
  return [name, ...figures.map(String)]
}

function sentencesOf(file: Replay): string[] {
  const missed = talliesOf(file).flatMap((tally) => tally.missed.map((place) => `${file.file}: missed at ${place}.`))
  if (file.endsAsKnown === null) return missed
  const ending = file.endsAsKnown ? 'ends as the file has it' : 'does not end as the file has it'
  return [...missed, `${file.file}: the pool ${ending}, ticks included.`]
}

function sentenceOf({ swaps, reproduced, unknownTicks, missed }: ReplayResult['summary']): string {
  return `${reproduced} of ${swaps} swaps reproduced to the last bit; ${unknownTicks} crossed ticks that no file knows, ${missed} missed.`
}
