import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { BinaryMissing, foundryBinary } from '../foundry.ts'
import { DevnetError } from './errors.ts'
import { RpcClient } from './json-rpc.ts'
import { watchOver } from './watchdog.ts'

/** One anvil process of ours. `stop` ends that process and no other. */
export interface Anvil {
  port: number
  rpc: RpcClient
  processId: number
  stop(): Promise<void>
  /** Resolves when the process ended, with the last lines it wrote to standard error. */
  ended: Promise<string>
}

const startTimeoutMilliseconds = 60_000
const stopTimeoutMilliseconds = 3000

/** Processes of ours that still run: whatever way Node ends, they end with it. */
const running = new Set<ChildProcess>()
let guarded = false

function guardRunning(): void {
  if (guarded) return
  guarded = true
  process.on('exit', () => killRunning('SIGKILL'))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const onSignal = () => {
      // Whoever else listens stops us in an orderly way, or ends the process and with it what still runs.
      if (process.listenerCount(signal) > 1) return
      killRunning('SIGKILL')
      process.off(signal, onSignal)
      process.kill(process.pid, signal)
    }
    process.prependListener(signal, onSignal)
  }
}

function watchRunning(): void {
  watchOver([...running].flatMap(({ pid }) => pid ?? []))
}

function killRunning(signal: NodeJS.Signals): void {
  for (const child of running) child.kill(signal)
}

function anvilBinary(): string {
  try {
    return foundryBinary('anvil')
  } catch (cause) {
    if (cause instanceof BinaryMissing) throw new DevnetError('binary-missing', cause.message, { cause })
    throw cause
  }
}

/** Starts an anvil and waits until it answers. Without a port it takes a free one. */
export async function startAnvil(flags: readonly string[], port?: number): Promise<Anvil> {
  guardRunning()
  const chosen = await reservedPort(port ?? 0)
  const child = spawn(anvilBinary(), ['--host', '127.0.0.1', '--port', String(chosen), '--quiet', ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  running.add(child)
  watchRunning()
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2000)
  })
  let exited = false
  let failure: Error | undefined
  const ended = new Promise<string>((resolve) => {
    const end = () => {
      exited = true
      running.delete(child)
      watchRunning()
      resolve(errors.trim())
    }
    child.once('exit', end)
    child.once('error', (error) => {
      failure = error
      end()
    })
  })
  const rpc = new RpcClient(`http://127.0.0.1:${chosen}`)
  const stop = async () => {
    rpc.close()
    if (exited) return
    child.kill('SIGTERM')
    const stopped = await Promise.race([ended.then(() => true), delay(stopTimeoutMilliseconds, false, { ref: false })])
    if (!stopped) child.kill('SIGKILL')
    await ended
  }
  const deadline = Date.now() + startTimeoutMilliseconds
  while (!exited) {
    try {
      await Promise.race([rpc.request('eth_chainId'), ended.then(() => Promise.reject(new Error('anvil ended')))])
      return { port: chosen, rpc, processId: child.pid ?? 0, stop, ended }
    } catch {
      if (Date.now() > deadline) break
      await delay(20)
    }
  }
  await stop()
  if (failure !== undefined) {
    throw new DevnetError('binary-missing', 'The anvil binary cannot be run: run npm install.', { cause: failure })
  }
  throw anvilFailure(await ended, chosen)
}

/** What anvil wrote on its way out, as a sentence of ours. */
function anvilFailure(errors: string, port: number): DevnetError {
  if (/address already in use/i.test(errors)) return portInUse(port)
  const line = errors.split('\n').find((text) => /error/i.test(text)) ?? errors.split('\n')[0] ?? ''
  return new DevnetError('anvil-stopped', `The local chain did not start: ${line.trim() || 'anvil gave no reason'}.`)
}

export function portInUse(port: number): DevnetError {
  return new DevnetError(
    'port-in-use',
    `Port ${port} is in use: stop what listens there, or choose another with --port.`,
  )
}

/** The port if nothing listens there, or a free one for 0: anvil would find out only after others had answered for it. */
function reservedPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? portInUse(port) : error),
    )
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      const taken = typeof address === 'object' && address !== null ? address.port : port
      server.close(() => resolve(taken))
    })
  })
}
