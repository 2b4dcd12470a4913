// `npm start`: a local chain, a treasury, the agent, and one order executed before your eyes.
import { parseStartArguments, type StartOptions, UsageError } from './local/arguments.ts'
import { type Progress, progressTo } from './local/progress.ts'
import { type RunSummary, runParentOrder } from './local/run.ts'
import { type Session, startSession } from './local/session.ts'
import { printSlice, printSummary } from './local/summary.ts'

async function main(): Promise<number> {
  const options = parseStartArguments(process.argv.slice(2), process.env)
  const progress = progressTo(options.json ? process.stderr : process.stdout)
  const interrupted = interruption()
  const session = await startSession(options, progress)
  try {
    const run = runParentOrder(session, progress, (slice) => printSlice(progress, session, slice))
    const summary = await Promise.race([run, interrupted])
    if (summary === 'interrupted') return 130
    report(options, progress, session, summary)
    if (options.once) return summary.mandateFilled === summary.mandateTotal ? 0 : 1
    progress.line()
    progress.line(`The agent keeps running. API: ${session.worker.url}  documentation: ${session.worker.url}/docs`)
    progress.line(`Admin key: ${session.adminKey}  chain: ${session.devnet.rpcUrl}  Ctrl-C stops everything.`)
    await interrupted
    return 0
  } finally {
    await session.stop()
  }
}

function report(options: StartOptions, progress: Progress, session: Session, summary: RunSummary): void {
  if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`)
  else printSummary(progress, session, summary)
}

/** Resolves at the first Ctrl-C (or termination); a second one ends at once. */
function interruption(): Promise<'interrupted'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => resolve('interrupted'))
    }
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
