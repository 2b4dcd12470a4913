import { createHash } from 'node:crypto'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Address, createPublicClient, http, parseAbi } from 'viem'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { bench } from '../../scripts/bench/replay.bench.ts'
import { readPoolPrices } from '../../scripts/training/pool-prices.ts'
import { type Ended, killAll, openPools, startIngest, trade } from './ingest-world.ts'
import { type ProbedChain, startProbedChain } from './probed-chain.ts'
import { rangeOf, StrictNode } from './strict-node.ts'

// The command as people run it, against genuine pools behind a node that is as strict as public ones are, and dies as they do.

const confirmations = 3
const eventsAbi = parseAbi([
  'event Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick)',
  'event Mint(address sender, address indexed owner, int24 indexed tickLower, int24 indexed tickUpper, uint128 amount, uint256 amount0, uint256 amount1)',
  'event Burn(address indexed owner, int24 indexed tickLower, int24 indexed tickUpper, uint128 amount, uint256 amount0, uint256 amount1)',
])

let probed: ProbedChain
let node: StrictNode
let pools: [Address, Address]
const folders: string[] = []
beforeAll(async () => {
  probed = await startProbedChain()
  node = await StrictNode.before(probed.anvil.rpc)
  pools = await openPools(probed)
  await trade(probed, pools, 12)
})
afterAll(async () => {
  killAll()
  await node.stop()
  await probed.anvil.stop()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => node.reset())

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ingest-'))
  folders.push(folder)
  return folder
}

function started(folder: string, ...more: string[]) {
  const read = pools.flatMap((pool) => ['--pool', pool])
  const given = ['--rpc', node.url, ...read, '--out', folder, '--confirmations', String(confirmations), '--json']
  return startIngest([...given, ...more])
}

function run(folder: string, ...more: string[]): Promise<Ended> {
  return started(folder, ...more).ended
}

function csvsIn(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.csv'))
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

function csvOf(folder: string, pool: Address): string {
  const found = Object.entries(csvsIn(folder)).find(([name]) => name.includes(pool.toLowerCase()))
  if (found === undefined) throw new Error(`There is no file of ${pool}.`)
  return found[1]
}

/** What must be in the file of a pool: all its logs, asked for at once, of all blocks that are old enough. */
async function expectedRows(pool: Address): Promise<string[]> {
  const client = createPublicClient({ transport: http(probed.anvil.rpc.url) })
  const toBlock = (await client.getBlockNumber({ cacheTime: 0 })) - BigInt(confirmations)
  const logs = await client.getLogs({ address: pool, events: eventsAbi, fromBlock: 0n, toBlock, strict: true })
  return Promise.all(
    logs.map(async ({ blockNumber, transactionIndex, logIndex, transactionHash, eventName, args }) => {
      const { timestamp } = await client.getBlock({ blockNumber })
      const [day, clock] = new Date(Number(timestamp) * 1000).toISOString().split(/[T.]/)
      const place = `${blockNumber},${day} ${clock},${transactionIndex},${logIndex},${transactionHash}`
      const { amount0, amount1 } = args
      if ('tick' in args) {
        const people = `${args.sender},${args.recipient}`.toLowerCase()
        const state = `${args.sqrtPriceX96},${args.liquidity},${args.tick}`
        return `${place},SWAP,${people},${amount0},${amount1},${state},,,`
      }
      const delta = eventName === 'Burn' ? -args.amount : args.amount
      const kind = `${eventName.toUpperCase()},,${args.owner.toLowerCase()}`
      return `${place},${kind},${amount0},${amount1},,,,${args.tickLower},${args.tickUpper},${delta}`
    }),
  )
}

async function expectComplete(folder: string): Promise<void> {
  for (const pool of pools) {
    const lines = csvOf(folder, pool).split('\r\n')
    expect(lines.at(-1)).toBe('')
    expect(lines.slice(1, -1)).toEqual(await expectedRows(pool))
  }
}

const rangeTooLarge = (most: number) => ({
  kind: 'error' as const,
  ...{ code: -32701, message: `exceed maximum block range: ${most}` },
})

test('the file holds every event, its summary is true, and bench and training read it', async () => {
  const folder = newFolder()
  const { code, output } = await run(folder)
  expect(code).toBe(0)
  await expectComplete(folder)
  const csv = csvOf(folder, pools[0])
  for (const event of ['SWAP', 'MINT', 'BURN']) expect(csv.split(`,${event},`).length).toBeGreaterThan(8)

  const summary = JSON.parse(output)
  expect(summary).toMatchObject({ chainId: 31337, pools: [{ pool: pools[0] }, { pool: pools[1] }] })
  for (const { file, rows, bytes, sha256, blocks, times } of summary.pools) {
    const text = readFileSync(file, 'utf8')
    const lines = text.split('\r\n').slice(1, -1)
    expect({ rows, bytes }).toEqual({ rows: lines.length, bytes: text.length })
    expect(sha256).toBe(createHash('sha256').update(text).digest('hex'))
    expect(times).toEqual({ from: lines[0]?.split(',')[1], to: lines.at(-1)?.split(',')[1] })
    // It begins with the pool itself, which is opened a block or more after that.
    expect(blocks.from).toBeGreaterThan(0)
    expect(blocks.from).toBeLessThan(Number(lines[0]?.split(',')[0]))
  }
  expect(summary.rows).toBe(summary.pools[0].rows + summary.pools[1].rows)

  const files = summary.pools.map(({ file }: { file: string }) => file)
  const replayed = await bench.run({ arguments: ['--swaps', ...files], progress: () => undefined })
  expect(replayed.summary).toMatchObject({ missed: 0, unknownTicks: 0 })
  expect(replayed.summary.reproduced).toBe(replayed.summary.swaps)
  expect(replayed.summary.swaps).toBeGreaterThan(20)

  // Training reads the same columns.
  const swaps = csv.split('\r\n').filter((line) => line.includes(',SWAP,'))
  const [block, time] = swaps[0]?.split(',') ?? []
  const prices = readPoolPrices(files[0])
  expect([prices.firstBlock, prices.times[0]]).toEqual([Number(block), Date.parse(`${time}Z`) / 1000])
  expect(prices.liquidity.at(-1)).toBe(Number(swaps.at(-1)?.split(',')[11]))
})

test('killed again and again in the middle, it ends with the file of a run that nobody disturbed', async () => {
  const [folder, undisturbed] = [newFolder(), newFolder()]
  const small = 6
  const strict = (deadly: number) => {
    let answered = 0
    return new Promise<void>((resolve) => {
      node.rule = (request) => {
        const range = rangeOf(request)
        if (range === null) return undefined
        if (range.last - range.first >= small) return rangeTooLarge(small)
        answered += 1
        if (answered <= deadly) return undefined
        resolve()
        return { kind: 'hold' }
      }
    })
  }
  const sizes: number[] = []
  for (const deadly of [0, 1, 2, 1]) {
    const isHeld = strict(deadly)
    const running = started(folder)
    const early = running.ended.then(({ errors }) => Promise.reject(new Error(`It ended by itself: ${errors}`)))
    await Promise.race([isHeld, early])
    early.catch(() => undefined)
    running.kill()
    expect((await running.ended).code).toBeNull()
    sizes.push(Object.values(csvsIn(folder)).join('').length)
    // As if it had been killed while it wrote.
    if (deadly === 2) for (const name of Object.keys(csvsIn(folder))) appendFileSync(join(folder, name), '99,2027-0')
  }
  expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b))
  node.reset()
  expect((await run(folder)).code).toBe(0)
  await expectComplete(folder)
  expect((await run(undisturbed)).code).toBe(0)
  expect(csvsIn(folder)).toEqual(csvsIn(undisturbed))
}, 120_000)

test('a node that serves few blocks, small batches and not always is read to the end', async () => {
  const folder = newFolder()
  const most = 5
  let turns = 0
  node.largestBatch = 4
  node.rule = (request) => {
    const range = rangeOf(request)
    if (range !== null && range.last - range.first >= most) return rangeTooLarge(most)
    if (request.method !== 'eth_getLogs' && request.method !== 'eth_getBlockByNumber') return undefined
    turns += 1
    if (turns === 4) return { kind: 'status', status: 429, headers: { 'retry-after': '0' } }
    if (turns === 9) return { kind: 'status', status: 502 }
    if (turns === 14) return { kind: 'closed' }
    if (turns === 19) return { kind: 'error', code: -32005, message: 'daily request count exceeded' }
    return undefined
  }
  const { code, errors } = await run(folder)
  expect(errors).not.toContain('0123456789abcdef')
  expect(code).toBe(0)
  await expectComplete(folder)
  expect(turns).toBeGreaterThan(19)
  const sizes = node.served.flatMap((request) => rangeOf(request) ?? []).map(({ first, last }) => last - first + 1)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(most)
  expect(Math.max(...sizes)).toBeGreaterThan(1)
}, 120_000)

test('no header is fetched twice, and none but those of blocks with events and of the last of each range', async () => {
  const folder = newFolder()
  expect((await run(folder)).code).toBe(0)
  const asked = node.served.filter(({ method }) => method === 'eth_getBlockByNumber').map(({ params }) => params[0])
  expect(asked.length).toBeGreaterThan(10)
  expect(new Set(asked).size).toBe(asked.length)
  const blocks = pools.flatMap((pool) =>
    csvOf(folder, pool)
      .split('\r\n')
      .slice(1, -1)
      .map((line) => Number(line.split(',')[0])),
  )
  const ends = node.served.flatMap((request) => rangeOf(request)?.last ?? [])
  expect(new Set(asked.map(Number))).toEqual(new Set([...blocks, ...ends]))
})

test('answers of nodes that are not at one are not written, but asked for again', async () => {
  const folder = newFolder()
  const lies: unknown[] = []
  node.rule = ({ method, params }) => {
    if (method !== 'eth_getBlockByNumber' || lies.length >= 2) return undefined
    const [number] = params
    lies.push(number)
    // First the header of another branch, then none at all, as of a node that is behind.
    const other = { number, hash: `0x${'5'.repeat(64)}`, timestamp: '0x1' }
    return { kind: 'result', result: lies.length === 1 ? other : null }
  }
  expect((await run(folder)).code).toBe(0)
  expect(lies).toHaveLength(2)
  await expectComplete(folder)
})

test('it goes on with what has happened since, with a pool that is added, and stops at --to', async () => {
  const folder = newFolder()
  const newest = Number(await probed.anvil.rpc.request('eth_blockNumber')) - confirmations
  const half = Math.floor(newest / 2)
  const usual = ['--rpc', node.url, '--out', folder, '--confirmations', String(confirmations)]
  const first = await startIngest([...usual, '--pool', pools[0], '--from', '2', '--to', String(half)]).ended
  expect(first).toMatchObject({ code: 0, output: expect.stringContaining(`blocks 2 to ${half}`) })
  const expected = (await expectedRows(pools[0])).filter((row) => Number(row.split(',')[0]) <= half)
  expect(csvOf(folder, pools[0]).split('\r\n').slice(1, -1)).toEqual(expected)

  await trade(probed, pools, 2)
  expect((await run(folder)).code).toBe(0)
  await expectComplete(folder)
  const before = csvsIn(folder)
  expect((await run(folder)).code).toBe(0)
  expect(csvsIn(folder)).toEqual(before)
})

test('what it cannot do it says in a sentence, without the key of the node, and leaves files alone', async () => {
  const folder = newFolder()
  expect((await run(folder)).code).toBe(0)
  const before = csvsIn(folder)
  const [name = ''] = Object.keys(before)
  const [token = pools[0]] = probed.tokens
  const plainFile = join(folder, 'plain')
  writeFileSync(plainFile, '')
  const one = (pool: Address) => ['--rpc', node.url, '--pool', pool, '--out', folder, '--confirmations', '3']
  const cases: [string[], RegExp][] = [
    [one(token), /^The contract at 0x\w+ on chain 31337 is not a Uniswap v3 pool\.$/],
    [one('0x1111111111111111111111111111111111111111'), /^There is no pool at 0x1+ on chain 31337: /],
    [
      [...one(pools[0]), '--rpc', 'http://user:secret0123456789@127.0.0.1:1/v3/x'],
      /^No chain answers at http:\/\/127\.0\.0\.1:1\.$/,
    ],
    [[...one(pools[0]), '--confirmations', '9999'], /^The chain is too short: /],
    [[...one(pools[0]), '--from', '9', '--to', '8'], /^--from 9 lies after --to 8: /],
    [[...one(pools[0]), '--to', '1000000'], /^--to 1000000 is too new: block \d+ is the last /],
    [[...one(pools[0]), '--from', '1'], /begins at block \d+, not at 1: name another --out/],
    [[...one(pools[0]), '--to', '9'], /goes to block \d+ already, beyond --to 9: /],
    [[...one(pools[0]), '--out', join(plainFile, 'below')], /^--out \S+ cannot be written to: not a directory\.$/],
    [[...one(pools[0]), '--out', plainFile], /^--out \S+ is not a folder\.$/],
  ]
  for (const [given, sentence] of cases) {
    const { code, output, errors } = await startIngest(given).ended
    expect(errors.trim()).toMatch(sentence)
    expect(errors.trim().split('\n')).toHaveLength(1)
    expect(errors).not.toMatch(/0123456789/)
    expect({ code, output }).toEqual({ code: 1, output: '' })
  }
  appendFileSync(join(folder, name), 'x')
  writeFileSync(join(folder, name), (before[name] ?? '').replace('SWAP', 'SWOP'))
  expect(await run(folder)).toMatchObject({ code: 1, errors: expect.stringMatching(/is not as it was left: /) })
  expect(csvsIn(folder)[name]).toContain('SWOP')
}, 120_000)

test('a node that fails for good ends the run, and what was read is kept', async () => {
  const folder = newFolder()
  node.rule = (request) => {
    const range = rangeOf(request)
    if (range === null) return undefined
    if (range.last - range.first >= 8) return rangeTooLarge(8)
    if (range.first < 20) return undefined
    return { kind: 'error', code: -32601, message: `no eth_getLogs for project 0123456789abcdef0123, see ${node.url}` }
  }
  const { code, output, errors } = await run(folder)
  expect({ code, output }).toEqual({ code: 1, output: '' })
  const said =
    'refuses: no eth_getLogs for project [key], see [address]. What was read is kept: the same command goes on'
  expect(errors).toContain(said)
  expect(errors).not.toContain('0123456789abcdef')
  node.reset()
  expect((await run(folder)).code).toBe(0)
  await expectComplete(folder)
  expect(Math.min(...node.served.flatMap((request) => rangeOf(request)?.first ?? []))).toBeGreaterThan(8)
})

test('a chain that no longer has the last block is refused, and the file stays as it is', async () => {
  const folder = newFolder()
  const snapshot = await probed.anvil.rpc.request('evm_snapshot')
  await trade(probed, pools, 2)
  expect((await run(folder)).code).toBe(0)
  const before = csvsIn(folder)
  await probed.anvil.rpc.request('evm_revert', [snapshot])
  const gone = await run(folder)
  expect(gone).toMatchObject({ code: 1, errors: expect.stringMatching(/the chain does not have that block: /) })
  // Another branch, as long as the first.
  for (let block = 0; block < 12; block++) await probed.anvil.rpc.request('evm_mine')
  const replaced = await run(folder)
  expect(replaced).toMatchObject({ code: 1, errors: expect.stringMatching(/the chain has another one in its place: /) })
  expect(csvsIn(folder)).toEqual(before)
})
