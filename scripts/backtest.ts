// `npm run backtest -- --strategy FILE --data DIR`: the worker's own stages over history. With --json (and `npm run --silent`)
// standard output is one JSON object and nothing else; progress goes to standard error.
import { writeFileSync } from 'node:fs'
import { backtestUsage, parseBacktestArguments } from './backtest/arguments.ts'
import { BacktestError } from './backtest/backtest-error.ts'
import { pageOf } from './backtest/page/page.ts'
import { progressBar } from './backtest/progress-bar.ts'
import { runBacktest } from './backtest/run-backtest.ts'
import { formatResult } from './backtest/terminal.ts'

async function main(): Promise<void> {
  const options = parseBacktestArguments(process.argv.slice(2))
  if (options === 'help') {
    console.log(backtestUsage)
    return
  }
  const bar = progressBar('windows')
  const result = await runBacktest(options, bar.update).finally(bar.stop)
  if (options.out !== null) {
    writePage(options.out, pageOf(result))
    console.error(`The page is ${options.out}.`)
  }
  console.log(options.json ? JSON.stringify(result) : formatResult(result))
}

function writePage(path: string, page: string): void {
  try {
    writeFileSync(path, page)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new BacktestError(`The page cannot be written to ${path} (${code}).`)
  }
}

try {
  await main()
} catch (error) {
  if (!(error instanceof BacktestError)) throw error
  console.error(error.message)
  process.exit(1)
}
