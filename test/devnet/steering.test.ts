import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { operatorHelp } from '../../scripts/devnet/operator-help.ts'
import { helpText, readCommand } from '../../scripts/devnet/options.ts'
import { ask, call, post } from './clients.ts'

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
        /^devnet_builder: "nobody" does not fit, only one of titan, buildernet does; it is called as devnet_builder \[/,
      ],
      [
        ['--call', 'devnet_mine', 'x', '--port', port],
        /^devnet_mine: "x" does not fit; it is called as devnet_mine \[blocks\], for example devnet_mine 3: makes up to .*\.$/,
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
  ['devnet_mine x', '"x" does not fit'],
  ['devnet_mine 0', '0 does not fit'],
  ['devnet_mine 1 2', 'there are too many parameters'],
  ['devnet_reorg 1.5', '1.5 does not fit'],
  ['devnet_market', 'a parameter is missing'],
  ['devnet_market maybe', '"maybe" does not fit'],
  ['devnet_setPrice WETH', 'a parameter is missing'],
  ['devnet_setPrice WETH much', '"much" does not fit'],
  ['devnet_setPrice WETH true', 'true does not fit'],
  ['devnet_rpcFault a lag 2 3', 'there are too many parameters'],
  ['devnet_rpcFault a lag x', 'the fault lag takes 0 to 100 blocks'],
  ['devnet_relayFault relay', 'a parameter is missing'],
  ['devnet_relayFault relay leak 1 2', 'there are too many parameters'],
  ['devnet_status 1 2', 'there are too many parameters'],
  ['devnet_sandwiches all', 'there are too many parameters'],
])('%s is refused in a sentence that tells how it is called', async (words, reason) => {
  const before = await ask(devnet.rpcUrl, 'devnet_status')
  const command = readCommand(['--call', ...words.split(' ')], {})
  if (command.kind !== 'call') throw new Error('this is no call')
  const { error } = await call(devnet.rpcUrl, command.method, ...command.params)
  const line = operatorHelp.find(([usage]) => usage.startsWith(`${command.method} `))
  if (line === undefined) throw new Error('the help does not name it')
  const [usage, meaning, example] = line
  const called = usage.endsWith('[]') ? command.method : `${usage}, for example ${example}`
  expect(error).toEqual({ code: -32602, message: `${reason}; it is called as ${called}: ${meaning}` })
  expect(await ask(devnet.rpcUrl, 'devnet_status')).toEqual(before)
})

test('parameters by name are refused', async () => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'devnet_mine', params: { blocks: 3 } })
  expect(await post(devnet.rpcUrl, body)).toMatchObject({
    error: {
      code: -32602,
      message: expect.stringMatching(/^the parameters are no list; it is called as devnet_mine /),
    },
  })
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
