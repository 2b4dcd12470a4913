import { spawn } from 'node:child_process'
import { foundryBinary } from '../foundry.ts'

export interface ForgeRun {
  /** Null where it was stopped. */
  code: number | null
  timedOut: boolean
  /** Standard output and error, as they came. */
  output: string
}

export interface ForgeOptions {
  directory: string
  /** Seconds; none: as long as it takes. */
  limit?: number
  environment?: Record<string, string>
  signal?: AbortSignal
  onOutput?: (text: string) => void
}

/** Runs forge to its end, its time limit or the signal. Its compiler goes with it. */
export function runForge(commandLine: string[], options: ForgeOptions): Promise<ForgeRun> {
  const { directory, limit, environment, signal, onOutput } = options
  return new Promise((resolve, reject) => {
    // A group of its own: forge starts the compiler, and both have to go.
    const child = spawn(foundryBinary('forge'), commandLine, {
      cwd: directory,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let output = ''
    let timedOut = false
    const stop = () => {
      if (child.pid === undefined || child.exitCode !== null) return
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It ended by itself in the meantime.
      }
    }
    const take = (chunk: Buffer) => {
      const text = chunk.toString('utf8')
      output += text
      onOutput?.(text)
    }
    const timer =
      limit === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true
            stop()
          }, limit * 1000)
    signal?.addEventListener('abort', stop, { once: true })
    if (signal?.aborted === true) stop()
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      resolve({ code, timedOut, output })
    })
  })
}

/** Whether forge stopped at the compiler. */
export function didNotCompile({ output }: ForgeRun): boolean {
  return /Compiler run failed|Compilation failed|Error \(\d{4}\)/.test(output)
}

/** Whether it stopped there because the contracts are too deep for a build without the IR. */
export function isTooDeep(run: ForgeRun): boolean {
  return didNotCompile(run) && /stack too deep/i.test(run.output)
}
