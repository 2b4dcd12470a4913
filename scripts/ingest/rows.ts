import type { Address, Hex } from 'viem'
import { z } from 'zod'

/** The columns of the public files of pool events. Lines end in CRLF there (RFC 4180), and here. */
const columns = [
  ...['block', 'time', 'tx_index', 'log_index', 'tx_hash', 'event', 'sender', 'recipient', 'amount0', 'amount1'],
  ...['sqrtPriceX96', 'liquidity', 'tick', 'tick_lower', 'tick_upper', 'liquidity_delta'],
]
export const heading = lineOf(columns)

const address = z.custom<Address>((value) => typeof value === 'string' && value.startsWith('0x'))
const hex = z.custom<Hex>((value) => typeof value === 'string' && value.startsWith('0x'))
const blockNumber = z.bigint().transform((value) => Number(value))

const place = {
  address,
  blockNumber,
  blockHash: hex,
  transactionHash: hex,
  transactionIndex: z.int(),
  logIndex: z.int(),
}
const amounts = { amount0: z.bigint(), amount1: z.bigint() }
const position = { owner: address, tickLower: z.int(), tickUpper: z.int(), amount: z.bigint(), ...amounts }

/** A pool's event as viem decodes it by the pool's ABI. */
export const poolEventSchema = z.discriminatedUnion('eventName', [
  z.object({
    ...place,
    eventName: z.literal('Swap'),
    args: z.object({
      sender: address,
      recipient: address,
      ...amounts,
      sqrtPriceX96: z.bigint(),
      liquidity: z.bigint(),
      tick: z.int(),
    }),
  }),
  z.object({ ...place, eventName: z.literal('Mint'), args: z.object(position) }),
  z.object({ ...place, eventName: z.literal('Burn'), args: z.object(position) }),
])
export type PoolEvent = z.output<typeof poolEventSchema>

/** The events read from a CSV. */
export const eventNames = poolEventSchema.options.map(({ shape }) => shape.eventName.value)

/** In the chain's order, each once: a node may repeat itself. */
export function inChainOrder(events: readonly PoolEvent[]): PoolEvent[] {
  const byPlace = new Map(events.map((event) => [`${event.blockNumber} ${event.logIndex}`, event]))
  return [...byPlace.values()].sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex)
}

/**
 * One line of the CSV. A swap's amounts are positive where the pool took them; those of a position are always positive, and its
 * owner stands where a swap has its recipient.
 *
 * @param time of its block, seconds since the epoch
 */
export function rowOf(event: PoolEvent, time: number): string {
  const { blockNumber, transactionIndex, logIndex, transactionHash, eventName, args } = event
  const beginning = [blockNumber, timeOf(time), transactionIndex, logIndex, transactionHash, eventName.toUpperCase()]
  if (eventName === 'Swap') {
    const { sender, recipient, amount0, amount1, sqrtPriceX96, liquidity, tick } = args
    const people = [sender.toLowerCase(), recipient.toLowerCase()]
    return lineOf([...beginning, ...people, amount0, amount1, sqrtPriceX96, liquidity, tick, '', '', ''])
  }
  const { owner, tickLower, tickUpper, amount, amount0, amount1 } = args
  const delta = eventName === 'Mint' ? amount : -amount
  const state = ['', '', '']
  return lineOf([...beginning, '', owner.toLowerCase(), amount0, amount1, ...state, tickLower, tickUpper, delta])
}

function lineOf(cells: readonly (string | number | bigint)[]): string {
  return `${cells.join(',')}\r\n`
}

/** "2024-01-05 00:00:23", UTC, of seconds since the epoch. */
export function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
}
