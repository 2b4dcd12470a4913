import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { operatorHelp } from '../../scripts/devnet/operator-help.ts'
import { helpText, readCommand } from '../../scripts/devnet/options.ts'
import { ask, call } from './clients.ts'

const script = join(import.meta.dirname, '../../scripts/devnet.ts')
let devnet: Devnet
let port: string

beforeAll(async () => {
  devnet = await startDevnet({ port: 0, automine: false, market: false })
  port = new URL(devnet.rpcUrl).port
})
afterAll(() => devnet.stop())

/** Runs the command to its end. */
function run(...args: string[]): Promise<{ code: unknown; output: string; errors: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], (error, output, errors) =>
      resolve({ code: error === null ? 0 : error.code, output, errors }),
    )
  })
}

test('--call sends one request to the running chain and prints the answer', async () => {
  const before = Number(await ask(devnet.rpcUrl, 'eth_blockNumber'))
  expect(await run('--call', 'devnet_mine', '3', '--port', port)).toEqual({
    code: 0,
    output: `${before + 3}\n`,
    errors: '',
  })
  expect(Number(await ask(devnet.rpcUrl, 'eth_blockNumber'))).toBe(before + 3)
  const leaking = await run('--port', port, '--call', 'devnet_relayFault', 'relay', 'leak', '0.5')
  expect(JSON.parse(leaking.output)).toEqual({ leak: 0.5 })
  const status = await run('--port', port, '--call', 'devnet_status')
  expect(JSON.parse(status.output)).toMatchObject({ relayFaults: { relay: { leak: 0.5 } }, rpcFaults: {} })
})

test('--call says in one sentence what is wrong, and exits 1', async () => {
  const stranger = createServer((_, response) => response.end('hello'))
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
  const address = stranger.address()
  const other = String(typeof address === 'object' && address !== null ? address.port : 0)
  try {
    const cases: [string[], RegExp][] = [
      [
        ['--call', 'devnet_status', '--port', '1'],
        /^No chain listens on port 1: start one with npm run devnet or npm start/,
      ],
      [['--call', 'devnet_status', '--port', other], /^What listens on port \d+ is not the local chain\.$/],
      [['--call', 'devnet_dance', '--port', port], /^devnet_dance: the method devnet_dance does not exist/],
      [
        ['--call', 'devnet_builder', 'nobody', 'off', '--port', port],
        /^devnet_builder: invalid params: 0 Invalid option/,
      ],
      [['devnet_status'], /^Unexpected argument 'devnet_status'\. --help lists what there is\.$/],
    ]
    for (const [args, sentence] of cases) {
      const { code, output, errors } = await run(...args)
      expect(errors.trim(), args.join(' ')).toMatch(sentence)
      expect([code, output, errors.trim().split('\n').length], args.join(' ')).toEqual([1, '', 1])
    }
  } finally {
    stranger.close()
  }
})

test.each([
  ['3', 3],
  ['true', true],
  ['off', 'off'],
  ['WETH', 'WETH'],
  ['0x12', '0x12'],
  ['1000000000000000000', '1000000000000000000'],
  ['{"a":[1]}', { a: [1] }],
])('the word %s is the parameter %j', (word, value) => {
  expect(readCommand(['--call', 'devnet_mine', word], {})).toEqual({
    ...{ kind: 'call', port: 8545, method: 'devnet_mine', params: [value] },
  })
})

test('the help names every method with an example, and every method in it exists', async () => {
  for (const [usage, , example] of operatorHelp) {
    const [method = ''] = usage.split(' ')
    expect(helpText).toContain(example)
    expect(example.split(' ')[0]).toBe(method)
    const { error } = await call(devnet.rpcUrl, method, 'no such thing', [], {}, {})
    expect(error?.code, method).not.toBe(-32601)
  }
})

test('every example of the help does something', async () => {
  for (const [, , example] of operatorHelp) {
    const command = readCommand(['--call', ...example.split(' ')], {})
    if (command.kind !== 'call') throw new Error('an example is no call')
    const { error } = await call(devnet.rpcUrl, command.method, ...command.params)
    expect(error, example).toBeUndefined()
  }
  await devnet.control.setAutomine(false)
})
