// `npm run ingest -- --rpc URL --pool 0x… --out DIR`: what happened in Uniswap v3 pools, from a chain into CSV files that the
// replay bench and training read. `-- --help` lists the options.
import { type IngestOptions, ingestUsage, readArguments } from './ingest/arguments.ts'
import { IngestRefused } from './ingest/errors.ts'
import type { PoolFile } from './ingest/pool-file.ts'
import { duration, grouped, progressTo } from './ingest/progress.ts'
import { timeOf } from './ingest/rows.ts'
import { ingest } from './ingest/run.ts'

function summaryOf({ path, pool, checkpoint }: PoolFile) {
  const { firstBlock, last, span, rows, bytes, sha256 } = checkpoint
  return {
    pool,
    file: path,
    rows,
    blocks: { from: firstBlock, to: last?.block ?? null },
    times: span === null ? null : { from: timeOf(span.from), to: timeOf(span.to) },
    bytes,
    sha256,
  }
}

function describe(file: PoolFile): string {
  const { file: path, rows, blocks, times, sha256 } = summaryOf(file)
  const range = blocks.to === null ? 'no block yet' : `blocks ${grouped(blocks.from)} to ${grouped(blocks.to)}`
  const span = times === null ? '' : `, ${times.from} to ${times.to} UTC`
  return `${path}\n  ${grouped(rows)} rows, ${range}${span}\n  sha256 ${sha256}`
}

async function main(): Promise<void> {
  const options: IngestOptions | 'help' = readArguments(process.argv.slice(2), process.env)
  if (options === 'help') {
    console.log(ingestUsage)
    return
  }
  // Whatever is written is whole at any moment: there is nothing to wait for.
  process.once('SIGINT', () => {
    process.stderr.write('\nStopped. The same command goes on from here.\n')
    process.exit(130)
  })
  const started = performance.now()
  const { chainId, files } = await ingest(options, {
    note: (line) => console.error(line),
    progress: () => progressTo(process.stderr),
  })
  const seconds = Math.round(performance.now() - started) / 1000
  if (options.json) {
    const rows = files.reduce((sum, { checkpoint }) => sum + checkpoint.rows, 0)
    console.log(JSON.stringify({ chainId, rows, seconds, pools: files.map(summaryOf) }))
    return
  }
  for (const file of files) console.log(describe(file))
  console.error(`Done in ${duration(seconds)}.`)
}

try {
  await main()
} catch (error) {
  if (!(error instanceof IngestRefused)) throw error
  console.error(error.message)
  process.exitCode = 1
}
