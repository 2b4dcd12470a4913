import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
  /** Every process it had started, as seen while it ran. */
  started: number[]
}

/** Runs a script of ours with this Node until it ends. */
export function runCommand(
  script: string,
  args: string[],
  environment: Record<string, string> = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = start(script, args, environment)
    let stdout = ''
    let stderr = ''
    const started = new Set<number>()
    const watch = setInterval(() => {
      for (const processId of descendants(child.pid ?? -1)) started.add(processId)
    }, 500)
    child.stdout?.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr?.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('close', (code) => {
      clearInterval(watch)
      resolve({ code, stdout, stderr, started: [...started] })
    })
  })
}

export interface Running {
  match: RegExpExecArray
  output: () => string
  /** Interrupts it as Ctrl-C would; resolves to its exit code and to what it had started. */
  stop: () => Promise<{ code: number | null; started: number[] }>
}

/** Starts a script and resolves once a line of its output matches; rejects if it ends before. */
export function startUntil(script: string, args: string[], line: RegExp): Promise<Running> {
  return new Promise((resolve, reject) => {
    const child = start(script, args, {})
    let output = ''
    const closed = new Promise<number | null>((done) => child.on('close', done))
    const onData = (chunk: unknown) => {
      output += String(chunk)
      const match = line.exec(output)
      if (match !== null) {
        resolve({
          match,
          output: () => output,
          stop: async () => {
            const started = descendants(child.pid ?? -1)
            child.kill('SIGINT')
            return { code: await closed, started }
          },
        })
      }
    }
    child.stdout?.on('data', onData)
    child.stderr?.on('data', onData)
    child.on('close', (code) => reject(new Error(`${script} ended with ${code}: ${output}`)))
  })
}

function start(script: string, args: string[], environment: Record<string, string>): ChildProcess {
  const { FORK_URL: _none, ...inherited } = process.env
  return spawn(process.execPath, [join(root, 'scripts', script), ...args], {
    cwd: root,
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Process ids of everything a process started, and what those started. */
export function descendants(processId: number): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(processId)], { encoding: 'utf8' })
  const children = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map(Number)
  return [...children, ...children.flatMap(descendants)]
}

export function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch {
    return false
  }
}
