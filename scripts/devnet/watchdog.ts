import { type ChildProcess, spawn } from 'node:child_process'

/**
 * A shell that waits for the end of its input and then kills the processes on the last line it read. Its input ends when
 * Node does, in whatever way: also when Node is killed and can no longer end its chains itself.
 */
const script = 'pids=; while read -r line; do pids=$line; done; [ -z "$pids" ] || kill -9 $pids'

let watchdog: ChildProcess | undefined

/** Tells the watchdog which processes must not outlive us; with none left it ends. */
export function watchOver(processIds: readonly number[]): void {
  if (process.platform === 'win32') return
  if (processIds.length === 0) {
    watchdog?.stdin?.end('\n')
    watchdog = undefined
    return
  }
  watchdog ??= start()
  watchdog.stdin?.write(`${processIds.join(' ')}\n`)
}

function start(): ChildProcess {
  // A process group of its own: Ctrl-C reaches every process of ours, but must not end this one first.
  const child = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  const ignored = () => undefined
  child.on('error', ignored)
  child.stdin.on('error', ignored)
  child.unref()
  // The pipe must not keep Node alive either; `unref` exists on the socket that a pipe is.
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  return child
}
