import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import type { ChaosReport, Progress } from './report.ts'

/** One vault's life under faults: its seed, and how many ticks it lasts. */
export interface Season {
  seed: string
  ticks: number
}

const root = join(import.meta.dirname, '../..')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')

/**
 * Plays one season in a vitest of its own, with a chain of its own. `onProgress` hears of it every few ticks.
 * @throws Error with what vitest said, if the season ended without a report
 */
export async function playSeason(
  { seed, ticks }: Season,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<ChaosReport> {
  let report: ChaosReport | null = null
  const server = await listen((path, body) => {
    if (path === '/report') report = body as ChaosReport
    else onProgress(body as Progress)
  })
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  try {
    const said = await runVitest(
      { CHAOS_SEED: seed, CHAOS_TICKS: String(ticks), CHAOS_REPORT_URL: `http://127.0.0.1:${port}` },
      signal,
    )
    if (report === null) throw new Error(`The season ended without a report:\n${said.trim().slice(-4000)}`)
    return report
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

async function listen(onMessage: (path: string, body: unknown) => void): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      onMessage(request.url ?? '', JSON.parse(Buffer.concat(chunks).toString('utf8')))
      response.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** Plants each mistake and shows which were found; the exit code of the test. */
export async function playMutations(signal: AbortSignal): Promise<number> {
  const arguments_ = [vitest, 'run', '--project=chaos-mutations']
  const child = spawn(process.execPath, arguments_, { cwd: root, stdio: ['ignore', 'inherit', 'ignore'], signal })
  const [code] = await once(child, 'close')
  return code === 0 ? 0 : 1
}

/** What it printed; a failing test is in the report already. */
async function runVitest(environment: Record<string, string>, signal: AbortSignal): Promise<string> {
  const arguments_ = [vitest, 'run', '--project=chaos', 'test/chaos/chaos.test.ts', '--reporter=dot']
  const child = spawn(process.execPath, arguments_, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(child, 'close')
  return Buffer.concat(chunks).toString('utf8')
}
