// `npm start`: a local chain, a treasury, the agent, and one order executed before your eyes.
import { parseStartArguments, type StartOptions, startUsage, UsageError } from './local/arguments.ts'
import { Closing } from './local/closing.ts'
import { type Progress, progressTo } from './local/progress.ts'
import { type RunSummary, runParentOrder } from './local/run.ts'
import { startSession } from './local/session.ts'
import { printSlice, printSummary } from './local/summary.ts'

async function main(): Promise<number> {
  const options = parseStartArguments(process.argv.slice(2), process.env)
  if (options === 'help') {
    await printed(`${startUsage}\n`)
    return 0
  }
  const progress = progressTo(options.json ? process.stderr : process.stdout)
  const closing = new Closing()
  const interrupted = interruption()
  try {
    const summary = await Promise.race([execute(options, progress, closing), interrupted])
    if (summary === 'interrupted') return interruptedExitCode
    if (options.once) return summary.mandateFilled === summary.mandateTotal ? 0 : 1
    await interrupted
    return 0
  } finally {
    await closing.stop()
  }
}

async function execute(options: StartOptions, progress: Progress, closing: Closing): Promise<RunSummary> {
  const session = await startSession(options, progress, closing)
  const summary = await runParentOrder(session, progress, (slice) => printSlice(progress, session, slice))
  if (options.json) await printed(`${JSON.stringify(summary)}\n`)
  else printSummary(progress, session, summary)
  if (!options.once) {
    progress.line()
    progress.line(`The agent keeps running. API: ${session.worker.url}  documentation: ${session.worker.url}/docs`)
    progress.line(`Admin key: ${session.adminKey}  chain: ${session.devnet.rpcUrl}  Ctrl-C stops everything.`)
  }
  return summary
}

/** Resolves once standard output has taken the text: the process ends right after. */
function printed(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()))
  })
}

/** As shells report an end by Ctrl-C. */
const interruptedExitCode = 130

/** Resolves at Ctrl-C or termination. */
function interruption(): Promise<'interrupted'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('interrupted'))
  })
}

try {
  process.exitCode = await main()
} catch (error) {
  // What a person can mend is one sentence; anything else is ours to mend and keeps its trace under PORTCULLIS_DEBUG.
  const message = error instanceof Error ? error.message : String(error)
  console.error(process.env.PORTCULLIS_DEBUG === undefined || !(error instanceof Error) ? message : error.stack)
  if (error instanceof UsageError || process.exitCode === undefined) process.exitCode = 1
}
// Handles that a stopped runtime may leave behind must not keep a finished command alive.
process.exit()
