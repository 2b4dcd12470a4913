// The worker on this machine: bundled by wrangler exactly as it is deployed, run by Miniflare on workerd.
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions as workerOptionsFrom } from 'wrangler'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

export interface LocalWorker {
  /** Where the API listens, without a trailing slash. */
  url: string
  /** Delivers one cron event; `scheduledTime` in seconds. */
  fireCron(scheduledTime: number): Promise<void>
  database(): Promise<D1Database>
  stop(): Promise<void>
}

export interface LocalWorkerOptions {
  port: number
  /** Variables and secrets by name. */
  bindings: Record<string, string>
  /** D1, Queue and Durable Object storage live here; null keeps them in memory. */
  persistencePath: string | null
  /** Each line the worker logs. */
  onLog: (line: string, level: string) => void
}

/** Bundles workers/index.ts (or another entry) with wrangler; returns the path of the script. Throws with wrangler's words. */
export async function bundleWorker(
  outputDirectory: string,
  {
    entry = 'workers/index.ts',
    configuration = 'wrangler.toml',
    signal,
  }: { entry?: string; configuration?: string; signal?: AbortSignal } = {},
): Promise<string> {
  try {
    await run('wrangler', ['deploy', entry, '--config', configuration, '--dry-run', '--outdir', outputDirectory], {
      cwd: root,
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: 'true' },
      maxBuffer: 16 * 1024 * 1024,
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
    throw new Error(`The worker could not be bundled: ${stderr.trim()}`)
  }
  return join(outputDirectory, basename(entry).replace(/\.ts$/, '.js'))
}

/** Starts the bundled worker and applies the database migrations. */
export async function startLocalWorker(script: string, options: LocalWorkerOptions): Promise<LocalWorker> {
  const { workerOptions } = workerOptionsFrom(join(root, 'wrangler.toml'))
  const { modulesRules: _rules, ...declared } = workerOptions
  const converted = await convertV4MiniflareOptions({
    workers: [
      {
        ...declared,
        name: 'portcullis',
        modules: true,
        modulesRoot: join(script, '..'),
        scriptPath: script,
        bindings: options.bindings,
      },
    ],
  })
  if (options.persistencePath !== null) mkdirSync(options.persistencePath, { recursive: true })
  const listeners = signalListeners()
  const miniflare = new Miniflare({
    ...converted,
    host: '127.0.0.1',
    port: options.port,
    ...(options.persistencePath === null ? {} : { resourcePersistencePath: options.persistencePath }),
    handleStructuredLogs: ({ message, level }) => options.onLog(message, level),
  })
  removeNewListeners(listeners)
  const url = String(await miniflare.ready).replace(/\/$/, '')
  const database = await miniflare.getD1Database('DATABASE')
  await applyMigrations(database)
  const worker = await miniflare.getWorker()
  return {
    url,
    fireCron: async (scheduledTime) => {
      const { outcome } = await worker.scheduled({ scheduledTime: new Date(scheduledTime * 1000) })
      if (outcome !== 'ok') options.onLog(JSON.stringify({ level: 'error', event: 'cron.failed', outcome }), 'error')
    },
    database: async () => database,
    stop: () => miniflare.dispose(),
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function signalListeners() {
  return new Map(signals.map((signal) => [signal, process.listeners(signal)]))
}

/** Miniflare ends the whole process at a signal, before anything else could stop in order: that is for our caller. */
function removeNewListeners(before: ReturnType<typeof signalListeners>): void {
  for (const signal of signals) {
    for (const listener of process.listeners(signal)) {
      if (before.get(signal)?.includes(listener) !== true) process.off(signal, listener)
    }
  }
}

/** Runs each migration file once, in order, as `wrangler d1 migrations apply` does. */
async function applyMigrations(database: D1Database): Promise<void> {
  const folder = join(root, 'workers/database/migrations')
  await database.exec('CREATE TABLE IF NOT EXISTS d1_migrations (name TEXT PRIMARY KEY)')
  const { results } = await database.prepare('SELECT name FROM d1_migrations').all<{ name: string }>()
  const applied = new Set(results.map((row) => row.name))
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  for (const file of files) {
    if (applied.has(file)) continue
    const sql = await readFile(join(folder, file), 'utf8')
    const statements = sql.split('--> statement-breakpoint').map((statement) => database.prepare(statement.trim()))
    await database.batch([...statements, database.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(file)])
  }
}
