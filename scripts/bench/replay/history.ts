import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { tickSpacing } from '../../devnet/world-pools.ts'

/** A v3 pool's own account of a swap: amounts are positive where the pool took them, the state is the one after it. */
export interface SwapEvent {
  kind: 'swap'
  /** Where it happened, for people. */
  place: string
  amount0: bigint
  amount1: bigint
  state: PoolState
}

export interface LiquidityEvent {
  kind: 'liquidity'
  owner: string
  tickLower: number
  tickUpper: number
  liquidityDelta: bigint
}

export interface PoolState {
  sqrtPriceX96: bigint
  tick: number
  liquidity: bigint
}

/** What a tick's positions sum up to. */
export interface TickLiquidity {
  index: number
  gross: bigint
  net: bigint
}

export interface Snapshot {
  state: PoolState
  /** Every initialised tick within [tickLower, tickUpper], ascending. */
  ticks: TickLiquidity[]
  tickLower: number
  tickUpper: number
}

/** What happened to one v3 pool, in the chain's order. */
export interface PoolHistory {
  name: string
  feePips: number
  tickSpacing: number
  events: (SwapEvent | LiquidityEvent)[]
  /** The pool before and after; null where only the events are known. */
  snapshots: { before: Snapshot; after: Snapshot } | null
}

/** A file that is missing or holds something else; the message is one sentence for people. */
export class UnreadableHistory extends Error {
  override name = 'UnreadableHistory'
}

/**
 * Reads the events of one v3 pool from a CSV (state known from the first swap on) or a JSON with the state before and after.
 *
 * @throws UnreadableHistory
 */
export function readHistory(path: string): PoolHistory {
  const name = basename(path)
  const text = textOf(path)
  try {
    return text.startsWith('{') ? fromJson(name, text) : fromCsv(name, text)
  } catch (cause) {
    if (cause instanceof UnreadableHistory) throw cause
    throw new UnreadableHistory(`${path} is not a list of a pool's swaps that this bench can read.`, { cause })
  }
}

function textOf(path: string): string {
  if (!existsSync(path)) throw new UnreadableHistory(`There is no file ${path}.`)
  try {
    const bytes = readFileSync(path)
    return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim()
  } catch (cause) {
    throw new UnreadableHistory(`${path} cannot be read.`, { cause })
  }
}

const integer = z.union([z.string().regex(/^-?\d+$/), z.int()]).transform((value) => BigInt(value))
const smallInteger = integer.transform((value) => Number(value))

const stateColumns = { sqrtPriceX96: integer, liquidity: integer, tick: smallInteger }
const rowSchema = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('SWAP'),
    block: z.string(),
    log_index: z.string(),
    amount0: integer,
    amount1: integer,
    ...stateColumns,
  }),
  z.object({
    event: z.enum(['MINT', 'BURN']),
    recipient: z.string(),
    tick_lower: smallInteger,
    tick_upper: smallInteger,
    liquidity_delta: integer,
  }),
])

/** The fee is in the file's name, as in `usdc-weth-005_2024-01-05.csv.gz`: hundredths of a percent, with three digits. */
function feeOf(name: string): number {
  const digits = /-(\d{3})_/.exec(name)?.[1]
  if (digits === undefined) {
    throw new UnreadableHistory(`The name ${name} does not tell the pool's fee, as "-005_" does for 0.05 %.`)
  }
  return Number(digits) * 100
}

function fromCsv(name: string, text: string): PoolHistory {
  const [heading = '', ...lines] = text.split(/\r?\n/)
  const columns = heading.split(',')
  const events = lines.map((line) => {
    const cells = line.split(',')
    return eventOfRow(rowSchema.parse(Object.fromEntries(columns.map((column, index) => [column, cells[index]]))))
  })
  if (events.length === 0) throw new Error('there are no events')
  const feePips = feeOf(name)
  return { name, feePips, tickSpacing: tickSpacing(feePips), events, snapshots: null }
}

function eventOfRow(row: z.output<typeof rowSchema>): SwapEvent | LiquidityEvent {
  if (row.event === 'SWAP') {
    const { amount0, amount1, sqrtPriceX96, liquidity, tick } = row
    const place = `block ${row.block}, log ${row.log_index}`
    return { kind: 'swap', place, amount0, amount1, state: { sqrtPriceX96, liquidity, tick } }
  }
  return {
    kind: 'liquidity',
    owner: row.recipient,
    tickLower: row.tick_lower,
    tickUpper: row.tick_upper,
    liquidityDelta: row.liquidity_delta,
  }
}

const snapshotSchema = z.object({
  data: z.object({
    fee: smallInteger,
    tickSpacing: smallInteger,
    liquidity: integer,
    slot0: z.object({ sqrtPriceX96: integer, tick: smallInteger }),
    ticks: z.record(z.string(), z.object({ liquidityGross: integer, liquidityNet: integer })),
  }),
})
const eventSchema = z.discriminatedUnion('method', [
  z.object({
    method: z.literal('SWAP'),
    blockNo: smallInteger,
    amount0: integer,
    amount1: integer,
    ...stateColumns,
  }),
  z.object({
    method: z.enum(['MINT', 'BURN']),
    owner: z.string(),
    tickLower: smallInteger,
    tickUpper: smallInteger,
    amount: integer,
  }),
])
const fileSchema = z.object({ poolBefore: snapshotSchema, poolAfter: snapshotSchema, events: z.array(eventSchema) })

function fromJson(name: string, text: string): PoolHistory {
  // Its integers are longer than a double's: as strings they arrive whole.
  const quoted = text.replaceAll(/(?<=[:[,]\s*)-?\d{16,}(?=\s*[,}\]])/g, '"$&"')
  const { poolBefore, poolAfter, events } = fileSchema.parse(JSON.parse(quoted))
  return {
    name,
    feePips: poolBefore.data.fee,
    tickSpacing: poolBefore.data.tickSpacing,
    events: events.map(eventOfJson),
    snapshots: { before: snapshotOf(poolBefore), after: snapshotOf(poolAfter) },
  }
}

function eventOfJson(event: z.output<typeof eventSchema>, index: number): SwapEvent | LiquidityEvent {
  if (event.method === 'SWAP') {
    const { blockNo, amount0, amount1, sqrtPriceX96, liquidity, tick } = event
    const place = `block ${blockNo}, event ${index}`
    return { kind: 'swap', place, amount0, amount1, state: { sqrtPriceX96, liquidity, tick } }
  }
  const { owner, tickLower, tickUpper, amount } = event
  return { kind: 'liquidity', owner, tickLower, tickUpper, liquidityDelta: event.method === 'MINT' ? amount : -amount }
}

function snapshotOf({ data }: z.output<typeof snapshotSchema>): Snapshot {
  const ticks = Object.entries(data.ticks)
    .map(([index, tick]) => ({ index: Number(index), gross: tick.liquidityGross, net: tick.liquidityNet }))
    .sort((one, other) => one.index - other.index)
  const [first, last] = [ticks[0], ticks.at(-1)]
  if (first === undefined || last === undefined) throw new Error('the pool has no ticks')
  return {
    state: { ...data.slot0, liquidity: data.liquidity },
    // The file also names ticks of the window that hold nothing.
    ticks: ticks.filter(({ gross }) => gross > 0n),
    tickLower: first.index,
    tickUpper: last.index,
  }
}
