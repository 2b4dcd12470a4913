// `npm run coverage`: which lines and branches of the contracts the tests reach. Fails on a guard's line that none does.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ForgeRun, isTooDeep, runForge } from './prove/forge.ts'
import { type FileCoverage, readLcov } from './prove/lcov.ts'
import { measurements, openWorkbench } from './prove/workbench.ts'

const usage = `npm run coverage [-- options]
  --json    the result as JSON`

/** Without the invariants' campaign, and without sizes and gas: coverage is counted in a build of its own. */
const selection = ['--no-match-path', 'test/invariants/*', '--no-match-coverage', '^(test|devnet|node_modules)/']

function percentage({ hit, total }: { hit: number; total: number }): string {
  return total === 0 ? '-' : `${((100 * hit) / total).toFixed(1)} % (${hit}/${total})`
}

function table(files: FileCoverage[]): string {
  const rows = [['', 'lines', 'branches', 'functions']]
  for (const { file, lines, branches, functions } of files)
    rows.push([file, percentage(lines), percentage(branches), percentage(functions)])
  const sum = (what: 'lines' | 'branches' | 'functions') => ({
    hit: files.reduce((total, file) => total + file[what].hit, 0),
    total: files.reduce((total, file) => total + file[what].total, 0),
  })
  rows.push(['all', percentage(sum('lines')), percentage(sum('branches')), percentage(sum('functions'))])
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd((widths[column] ?? 0) + 2))
        .join('')
        .trimEnd(),
    )
    .join('\n')
}

/** Every build without the optimiser keeps lines in their place; the IR is only for what is too deep without it. */
async function measure(): Promise<{ run: ForgeRun; lcov: string; approximate: boolean }> {
  const bench = openWorkbench({ plain: true, without: measurements })
  try {
    const arguments_ = ['coverage', '--report', 'lcov', ...selection]
    let run = await runForge(arguments_, { directory: bench.directory })
    const approximate = isTooDeep(run)
    if (approximate) run = await runForge([...arguments_, '--ir-minimum'], { directory: bench.directory })
    const lcov = run.code === 0 ? readFileSync(join(bench.directory, 'lcov.info'), 'utf8') : ''
    return { run, lcov, approximate }
  } finally {
    bench.remove()
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, help: { type: 'boolean' } } })
  if (values.help === true) {
    console.log(usage)
    return 0
  }
  console.error('building and running the tests …')
  const { run, lcov, approximate } = await measure()
  if (run.code !== 0) {
    console.error(run.output.trim().slice(-3000))
    console.error('No coverage: the tests above must pass first.')
    return 2
  }
  const files = readLcov(lcov).sort((one, other) => one.file.localeCompare(other.file))
  const bare = files
    .filter(({ file }) => file.startsWith('src/guards/'))
    .flatMap(({ file, uncovered }) => uncovered.map((line) => `contracts/${file}:${line}`))
  if (values.json) console.log(JSON.stringify({ approximate, files, uncoveredGuardLines: bare }, null, 2))
  else {
    console.log(table(files))
    for (const { file, uncovered, uncoveredBranches } of files) {
      if (uncovered.length > 0) console.log(`${file}: lines not reached: ${uncovered.join(', ')}`)
      if (uncoveredBranches.length > 0) console.log(`${file}: branches not taken: ${uncoveredBranches.join(', ')}`)
    }
    if (approximate)
      console.log('Built through the IR, since the contracts are too deep without it: lines are approximate.')
    console.log(
      bare.length === 0 ? 'every guard line is reached' : `guard lines that no test reaches:\n${bare.join('\n')}`,
    )
  }
  return bare.length === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
