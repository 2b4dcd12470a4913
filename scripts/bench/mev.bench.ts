// What it costs to sell the same parent order in four ways on the same market: in public with a usual tolerance, in public with
// the agent's own bound, through an honest relay, and through one that leaks half. The smaller of the two builders refuses
// private orders in all of them. Options: --slices N (100: what is one in twenty of fewer?), --usd N (1,000,000), --seed TEXT, --way N (only one of the four).
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleWorker } from '../local/worker.ts'
import { type Bench, table } from './bench.ts'
import { type Attribution, attribute } from './mev/attribution.ts'
import { type ParentRun, runParent } from './mev/parent-run.ts'
import { ways } from './mev/ways.ts'

const folder = join(import.meta.dirname, '../../.portcullis/bench/mev')

interface Row extends Attribution {
  way: string
}

interface MevResult {
  rows: Row[]
}

const options = {
  slices: { type: 'string', default: '100' },
  usd: { type: 'string', default: '1000000' },
  seed: { type: 'string', default: 'portcullis' },
  way: { type: 'string' },
} as const

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new Error(`--${name} takes a whole number from 1 to ${most}.`)
  return value
}

function sentenceOf({ fills, worst, seen }: ParentRun, totalUsd: number): string {
  const sold = fills.reduce((sum, { soldUsd }) => sum + soldUsd, 0)
  const taken =
    worst.takenBps > 0
      ? `the worst sandwich took ${worst.takenBps.toFixed(2)} bp of a fill whose minimum left ${worst.leftBps.toFixed(2)}`
      : 'no sandwich'
  return `${fills.length} fills, ${((sold / totalUsd) * 100).toFixed(1)} % of the order, ${seen} seen in public, ${taken}`
}

export const bench: Bench<MevResult> = {
  run: async ({ arguments: given, progress }) => {
    const { values } = parseArgs({ args: given, options, strict: true })
    const terms = {
      slices: wholeNumber('slices', values.slices, 1000),
      totalUsd: wholeNumber('usd', values.usd, 100_000_000),
      seed: values.seed,
    }
    const chosen = values.way === undefined ? ways : [ways[wholeNumber('way', values.way, ways.length) - 1]]
    progress('bundling the agent ...')
    const script = await bundleWorker(folder, { entry: 'scripts/bench/mev/agent-worker.ts' })
    const rows: Row[] = []
    for (const way of chosen) {
      if (way === undefined) continue
      progress(`${way.name} ...`)
      const run = await runParent(script, way, terms)
      progress(`  ${sentenceOf(run, terms.totalUsd)}`)
      rows.push({ way: way.name, ...attribute(run.fills) })
    }
    return { rows }
  },
  format: ({ rows }) =>
    table([
      ['way', 'shortfall bp', 'impact', 'fee', 'timing', 'sandwich', 'blocks p50', 'p95'],
      ...rows.map((row) => [
        row.way,
        ...[row.shortfallBps, row.impactBps, row.feeBps, row.timingBps, row.sandwichBps].map((bps) => bps.toFixed(2)),
        String(row.inclusionP50),
        String(row.inclusionP95),
      ]),
    ]),
}
