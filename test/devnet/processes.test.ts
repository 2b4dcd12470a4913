import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { devnetAccounts } from '../../scripts/devnet/accounts.ts'
import { type Anvil, startAnvil } from '../../scripts/devnet/anvil.ts'
import { startDevnet } from '../../scripts/devnet/devnet.ts'
import { startOrigin } from '../../scripts/devnet/origin.ts'
import { ask } from './clients.ts'

const root = join(import.meta.dirname, '../..')
const closers: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

test('stop ends every process it started, at once and when called again', async () => {
  const before = children(process.pid)
  const devnet = await startDevnet({ port: 0, automine: false, market: false })
  expect(children(process.pid).length).toBe(before.length + 2)
  await Promise.all([devnet.stop(), devnet.stop()])
  expect(children(process.pid)).toEqual(before)
  await expect(fetch(devnet.rpcUrl, { method: 'POST', body: '{}' })).rejects.toThrow()
})

test('a start that fails half-way leaves nothing behind', async () => {
  const before = children(process.pid)
  const empty = await keep(startAnvil(['--chain-id', '424242']))
  await expect(startDevnet({ port: 0, forkUrl: empty.rpc.url })).rejects.toThrow(/has no contract at/)
  await empty.stop()
  expect(children(process.pid)).toEqual(before)
})

test('says in one sentence what is wrong, and exits 1', async () => {
  const stranger = await keep(startAnvil(['--chain-id', '777']))
  const taken = await listen()
  const cases: [string[], Record<string, string>, RegExp][] = [
    [['--port', '0'], { FORK_URL: 'http://127.0.0.1:1' }, /^No chain answers at http:\/\/127\.0\.0\.1:1\.$/],
    [['--port', '0'], { FORK_URL: 'not a url' }, /^No chain answers at that address, which is not a URL\.$/],
    [['--port', '0'], { FORK_URL: stranger.rpc.url }, /has id 777, and there is no shared\/chain\/chains\/777\.ts/],
    [['--port', String(taken.port)], {}, /^Port \d+ is in use: /],
    [['--port', String(taken.port), '--origin'], {}, /^Port \d+ is in use: /],
    [['--port', 'eight'], {}, /^--port takes a number from 0 to 65535\.$/],
    [['--speed', '0'], {}, /^--speed takes a number from/],
    [['--turnover=-1'], {}, /^--turnover takes a number from 0 to 1000\.$/],
    [['--nonsense'], {}, /^Unknown option '--nonsense'\. --help lists what there is\.$/],
  ]
  for (const [args, environment, sentence] of cases) {
    const { code, output, errors } = await run(args, environment)
    expect(errors.trim().split('\n'), args.join(' ')).toHaveLength(1)
    expect(errors.trim()).toMatch(sentence)
    expect(`${output}${errors}`).not.toMatch(/\n\s+at /)
    expect(code).toBe(1)
  }
})

test('never shows a key that is in the address of a provider', async () => {
  const { errors } = await run(['--port', '0'], { FORK_URL: 'http://user:secret@127.0.0.1:1/v3/abcdef0123?key=x' })
  expect(errors).toBe('No chain answers at http://127.0.0.1:1.\n')
})

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends the command and its chains', async (signal) => {
  const command = start(['--port', '0'])
  await output(command, /Ctrl-C stops everything/)
  const chains = children(command.pid ?? 0)
  expect(chains).toHaveLength(2)
  command.kill(signal)
  expect(await exit(command)).toBe(0)
  await expect.poll(() => alive(chains)).toEqual([])
})

test('a signal in the middle of the start leaves no chain behind', async () => {
  const command = start(['--port', '0'])
  await output(command, /Building the world/)
  await expect.poll(() => children(command.pid ?? 0)).not.toEqual([])
  const chains = children(command.pid ?? 0)
  command.kill('SIGTERM')
  await exit(command)
  await expect.poll(() => alive(chains)).toEqual([])
})

test('not even killing the command outright leaves a chain behind', async () => {
  const command = start(['--port', '0'])
  await output(command, /Ctrl-C stops everything/)
  const chains = children(command.pid ?? 0)
  expect(alive(chains)).toHaveLength(2)
  command.kill('SIGKILL')
  await exit(command)
  await expect.poll(() => alive(chains)).toEqual([])
})

test('an origin can be forked by its address, and stands still meanwhile', async () => {
  const origin = await keep(startOrigin(devnetAccounts()))
  const devnet = await startDevnet({ port: 0, forkUrl: origin.rpc.url, automine: false })
  closers.unshift(() => devnet.stop())
  const before = await ask(origin.rpc.url, 'eth_blockNumber')
  const block = await devnet.control.mine(2)
  expect(await ask(origin.rpc.url, 'eth_blockNumber')).toBe(before)
  expect(block).toBe(Number(before) + 3)
})

test('whoever started the chain hears when a process of it dies', async () => {
  const before = children(process.pid)
  const devnet = await startDevnet({ port: 0, automine: false, market: false })
  closers.push(() => devnet.stop())
  const chain = children(process.pid).find((child) => !before.includes(child))
  if (chain === undefined) throw new Error('no chain process was started')
  process.kill(chain, 'SIGKILL')
  expect((await devnet.failed).message).toMatch(/^An anvil process ended by itself/)
})

async function keep(starting: Promise<Anvil>): Promise<Anvil> {
  const anvil = await starting
  closers.push(() => anvil.stop())
  return anvil
}

/** Process ids of the chains a process started. */
function children(parent: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' })
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, ppid, name]) => Number(ppid) === parent && name === 'anvil')
    .map(([pid]) => Number(pid))
}

/** Those that still run; one that is dead but not yet collected by its parent does not. */
function alive(pids: readonly number[]): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,stat='], { encoding: 'utf8' })
  const states = new Map(
    table
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .map(([pid, stat]) => [Number(pid), stat]),
  )
  return pids.filter((pid) => states.get(pid)?.startsWith('Z') === false)
}

function start(args: string[], environment: Record<string, string> = {}): ChildProcess {
  const { FORK_URL: _, ...inherited } = process.env
  const command = spawn(process.execPath, [join(root, 'scripts/devnet.ts'), ...args], {
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  closers.push(() => command.kill('SIGKILL'))
  return command
}

async function run(args: string[], environment: Record<string, string>) {
  const command = start(args, environment)
  let [output, errors] = ['', '']
  command.stdout?.on('data', (text: Buffer) => {
    output += text.toString()
  })
  command.stderr?.on('data', (text: Buffer) => {
    errors += text.toString()
  })
  return { code: await exit(command), output, errors }
}

function exit(command: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    if (command.exitCode !== null) resolve(command.exitCode)
    command.once('close', (code) => resolve(code))
  })
}

function output(command: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    command.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (pattern.test(text)) resolve()
    })
    command.once('close', () => reject(new Error(`it ended with: ${text}`)))
  })
}

function listen(): Promise<{ port: number }> {
  const server: Server = createServer()
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({ port: typeof address === 'object' && address !== null ? address.port : 0 })
    })
  })
}
