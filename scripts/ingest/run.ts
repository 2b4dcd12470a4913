import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ethereum } from '../../shared/chain/chains/1.ts'
import { chainDefinition } from '../../shared/chain/chains/known.ts'
import { AdaptiveSize } from './adaptive-size.ts'
import type { IngestOptions } from './arguments.ts'
import { type BlockRange, nextRange } from './block-range.ts'
import { type BlockHeader, ChainNode } from './chain-node.ts'
import { InconsistentAnswer } from './complaint.ts'
import { IngestRefused, reasonOf } from './errors.ts'
import { PoolFile } from './pool-file.ts'
import type { Progress } from './progress.ts'
import { type PoolEvent, rowOf } from './rows.ts'
import { firstBlockOf, readV3Pool } from './v3-pool.ts'

/** Two epochs: what lies so deep is final on Ethereum, and on chains that we know nothing better of it is deep. */
const blocksToFinality = 64
const firstRange = 2000
const largestRange = 1_000_000
/** A range that held so many events is large enough: progress is made safe every few seconds. */
const eventsAtOnce = 2000

/** What the command did, a file at a time. */
export interface IngestResult {
  chainId: number
  files: PoolFile[]
}

/** Where it tells how it goes. */
export interface Narration {
  note(line: string): void
  progress(): Progress
}

/** @throws IngestRefused with what was written up to then kept */
export async function ingest(options: IngestOptions, tell: Narration): Promise<IngestResult> {
  makeFolder(options.folder)
  const node = new ChainNode(options.rpcUrl)
  const chainId = await node.chainId()
  const newest = (await node.newestBlock()) - (options.confirmations ?? confirmationsOn(chainId))
  const to = lastBlockOf(options, newest)
  const files: PoolFile[] = []
  for (const pool of options.pools) {
    const facts = await readV3Pool(node, chainId, pool)
    const resumed = PoolFile.resume(options.folder, facts, options.from)
    if (resumed !== null) await assertSameChain(node, resumed, options.to)
    files.push(
      resumed ?? PoolFile.begin(options.folder, facts, options.from ?? (await beginningOf(node, pool, to, tell))),
    )
  }
  await readAll(node, files, to, tell)
  return { chainId, files }
}

function makeFolder(path: string): void {
  if (existsSync(path) && !statSync(path).isDirectory()) throw new IngestRefused(`--out ${path} is not a folder.`)
  try {
    makeWithParents(resolve(path))
    accessSync(path, constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new IngestRefused(`--out ${path} cannot be written to: ${reasonOf(cause)}.`, { cause })
  }
}

/** Node's own `recursive` never returns where the file system refuses with ENOENT, as /proc does. */
function makeWithParents(path: string): void {
  if (existsSync(path)) return
  makeWithParents(dirname(path))
  mkdirSync(path)
}

/** A vault's trades are settled sooner than a file is beyond doubt, so Ethereum's own definition does not say it. */
function confirmationsOn(chainId: number): number {
  const known = chainId === ethereum.id ? undefined : chainDefinition(chainId)
  return known?.confirmations ?? blocksToFinality
}

function lastBlockOf({ from, to }: IngestOptions, newest: number): number {
  if (newest < 0) throw new IngestRefused('The chain is too short: no block has enough others on top of it yet.')
  const beyond = [from === null ? [] : [`--from ${from}`], to === null ? [] : [`--to ${to}`]].flat()
  const wanted = Math.max(from ?? 0, to ?? 0)
  if (wanted > newest) {
    const which = beyond.find((text) => text.endsWith(` ${wanted}`))
    throw new IngestRefused(
      `${which} is too new: block ${newest} is the last that cannot be reorganised away any more.`,
    )
  }
  return to ?? newest
}

/** What was written last must still be in the chain. */
async function assertSameChain(node: ChainNode, file: PoolFile, to: number | null): Promise<void> {
  const { last } = file.checkpoint
  if (last === null) return
  if (to !== null && last.block > to) {
    throw new IngestRefused(`${file.path} goes to block ${last.block} already, beyond --to ${to}: name another --out.`)
  }
  const header = await node.header(last.block)
  if (header?.hash === last.hash) return
  const found = header === undefined ? 'does not have that block' : 'has another one in its place'
  throw new IngestRefused(
    `${file.path} was read up to block ${last.block}, and the chain ${found}: it was reorganised, or is another chain. Move the file and its checkpoint away to begin anew.`,
  )
}

async function beginningOf(node: ChainNode, pool: PoolFile['pool'], newest: number, tell: Narration): Promise<number> {
  const found = await firstBlockOf(node, pool, newest)
  if (found === null) tell.note('This node keeps no old state to find where the pool begins in: reading from block 0.')
  return found ?? 0
}

async function readAll(node: ChainNode, files: PoolFile[], to: number, tell: Narration): Promise<void> {
  const range = new AdaptiveSize(firstRange, largestRange)
  const left = () => files.reduce((sum, { nextBlock }) => sum + Math.max(0, to + 1 - nextBlock), 0)
  const rows = () => files.reduce((sum, { checkpoint }) => sum + checkpoint.rows, 0)
  const [blocksInAll, rowsBefore] = [left(), rows()]
  if (blocksInAll === 0) return
  const progress = tell.progress()
  try {
    for (let next = nextRange(files, to, range.value); next !== null; next = nextRange(files, to, range.value)) {
      progress.update({ blocksDone: blocksInAll - left(), blocksInAll, block: next.first, rows: rows() - rowsBefore })
      await readRange(node, next, range)
    }
    progress.update({ blocksDone: blocksInAll, blocksInAll, block: to, rows: rows() - rowsBefore })
  } catch (cause) {
    if (!(cause instanceof IngestRefused)) throw cause
    throw new IngestRefused(`${cause.message} What was read is kept: the same command goes on from there.`, { cause })
  } finally {
    progress.stop()
  }
}

/** Reads one range and makes it safe, or makes the range smaller. */
async function readRange(node: ChainNode, wanted: BlockRange<PoolFile>, range: AdaptiveSize): Promise<void> {
  const { first, last, pools } = wanted
  const addresses = pools.map(({ pool }) => pool)
  const answer = await node.ask(async () => {
    const events = await node.events(addresses, first, last)
    if (events === 'tooMuch') return null
    const headers = await node.headers(new Set([...events.map(({ blockNumber }) => blockNumber), last]))
    assertOfOneChain(events, headers)
    return { events, headers }
  })
  if (answer === null) {
    range.tooMuch(last - first + 1)
    return
  }
  const { events, headers } = answer
  for (const file of pools) append(file, events, headers, last)
  if (events.length < eventsAtOnce) range.succeeded(last - first + 1)
}

/** Between the two questions the chain may have changed, or another node have answered. */
function assertOfOneChain(events: readonly PoolEvent[], headers: ReadonlyMap<number, BlockHeader>): void {
  const stray = events.find(({ blockNumber, blockHash }) => headers.get(blockNumber)?.hash !== blockHash)
  if (stray !== undefined) throw new InconsistentAnswer(`events and header of block ${stray.blockNumber} differ`)
}

function append(
  file: PoolFile,
  events: readonly PoolEvent[],
  headers: ReadonlyMap<number, BlockHeader>,
  last: number,
): void {
  const own = events.filter(({ address }) => address.toLowerCase() === file.pool.toLowerCase())
  const timed = own.map((event) => ({ event, time: timeIn(headers, event.blockNumber) }))
  const [from, to] = [timed[0]?.time, timed.at(-1)?.time]
  const header = headers.get(last)
  if (header === undefined) throw new Error(`the header of block ${last} was not read`)
  const span = from === undefined || to === undefined ? null : { from, to }
  file.append(
    timed.map(({ event, time }) => rowOf(event, time)),
    span,
    header,
  )
}

function timeIn(headers: ReadonlyMap<number, BlockHeader>, block: number): number {
  const header = headers.get(block)
  if (header === undefined) throw new Error(`the header of block ${block} was not read`)
  return header.time
}
