import { expect, test } from 'vitest'
import { readArguments } from '../../../scripts/ingest/arguments.ts'
import { duration, Pace } from '../../../scripts/ingest/progress.ts'

const pool = '0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640'
const usual = ['--rpc', 'http://node/key', '--pool', pool, '--out', 'files']
const read = (given: string[], environment = {}) => readArguments(given, environment)

test('what is not said is left to the chain', () => {
  expect(read(usual)).toEqual({
    ...{ rpcUrl: 'http://node/key', pools: [pool], folder: 'files' },
    ...{ from: null, to: null, confirmations: null, json: false },
  })
  expect(read([...usual, '--from', '0', '--to', '7', '--confirmations', '0', '--json'])).toMatchObject({
    ...{ from: 0, to: 7, confirmations: 0, json: true },
  })
  expect(read(['--help'])).toBe('help')
})

test('a pool is taken once, however it is written', () => {
  expect(read([...usual, '--pool', pool.toLowerCase()])).toMatchObject({ pools: [pool] })
})

test('the address of the node may come from the environment', () => {
  expect(read(usual.slice(2), { INGEST_RPC_URL: 'https://other/key' })).toMatchObject({ rpcUrl: 'https://other/key' })
})

test.each([
  [usual.slice(2), /^--rpc URL is missing/],
  [['--rpc', 'node:8545', ...usual.slice(2)], /^--rpc is not the address of a node/],
  [[...usual.slice(0, 2), ...usual.slice(4)], /^--pool 0x… is missing/],
  [usual.slice(0, 4), /^--out DIR is missing/],
  [[...usual, '--pool', '0x12'], /^--pool 0x12 is not an address/],
  [[...usual, '--pool', pool.replace('E', 'e')], /has a typing error/],
  [[...usual, '--from', '8', '--to', '7'], /^--from 8 lies after --to 7/],
  [[...usual, '--from', '-1'], /^(--from takes a whole number|Option '--from)/],
  [[...usual, '--to', '1e3'], /^--to takes a whole number from 0, not "1e3"\.$/],
  [[...usual, '--nonsense'], /^Unknown option '--nonsense'\. --help lists what there is\.$/],
  [['http://node/secret'], /^A word stands where no option takes it\. --help/],
])('%j is refused in a sentence without the address of the node', (given, sentence) => {
  expect(() => read(given)).toThrow(sentence)
  expect(() => read(given)).not.toThrow(/http:\/\/node/)
})

test('the time left follows from the blocks read since the beginning', () => {
  let now = 0
  const pace = new Pace(() => now)
  const state = { blocksInAll: 1000, block: 7 }
  expect(pace.figures({ ...state, blocksDone: 100, rows: 0 })).toBe('just begun')
  now = 10_000
  expect(pace.figures({ ...state, blocksDone: 100, rows: 0 })).toBe('0 events/s')
  expect(pace.figures({ ...state, blocksDone: 400, rows: 25_000 })).toBe('2,500 events/s, 20 s left')
})

test('durations are rounded up to what people read', () => {
  expect([0, 44.2, 90, 3599, 3600, 12_000].map(duration)).toEqual([
    ...['0 s', '45 s', '2 min', '1 h 0 min', '1 h 0 min', '3 h 20 min'],
  ])
})
