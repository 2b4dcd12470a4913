import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
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
    child.stdout?.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr?.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** Starts a script and resolves once a line of its output matches; rejects if it ends before. */
export function startUntil(
  script: string,
  args: string[],
  line: RegExp,
): Promise<{ match: RegExpExecArray; output: () => string; stop: () => Promise<number | null> }> {
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
          stop: () => {
            child.kill('SIGINT')
            return closed
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

/** Process ids of every anvil and workerd whose ancestor is this process or that lost its parent. */
export async function processesNamed(name: string): Promise<string[]> {
  const { execFile } = await import('node:child_process')
  return new Promise((resolve) => {
    execFile('pgrep', ['-x', name], (_error, stdout) => resolve(stdout.split('\n').filter((line) => line !== '')))
  })
}
