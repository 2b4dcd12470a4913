import { parseArgs } from 'node:util'
import { type Address, getAddress, isAddress } from 'viem'
import { IngestRefused } from './errors.ts'

/** What to read and where to put it. */
export interface IngestOptions {
  rpcUrl: string
  /** Each once. */
  pools: Address[]
  /** First block to read; null: where each pool begins, or goes on. */
  from: number | null
  /** Last block to read; null: the newest that is old enough. */
  to: number | null
  folder: string
  /** Blocks that must lie on top of one before it is read; null: as many as are usual on the chain. */
  confirmations: number | null
  json: boolean
}

export const ingestUsage = `npm run ingest -- --rpc URL --pool 0x… [--pool 0x…] --out DIR [options]

Reads the swaps, mints and burns of Uniswap v3 pools from a chain and writes one CSV a pool into DIR, oldest first. Started again
it goes on where it stopped, however it stopped; files go with their .checkpoint.json.

  --rpc URL          JSON-RPC of a node; INGEST_RPC_URL in its place keeps a key out of the shell's history
  --pool 0x…         address of a pool; more than one are read together
  --out DIR          where the files go
  --from BLOCK       first block (where the pool begins, which takes a node that keeps old state)
  --to BLOCK         last block (the newest that is old enough)
  --confirmations N  blocks that must lie on top of one that is read (64; 2 on the local chain)
  --json             the result as one JSON object on standard output`

const flags = {
  rpc: { type: 'string' },
  pool: { type: 'string', multiple: true },
  from: { type: 'string' },
  to: { type: 'string' },
  out: { type: 'string' },
  confirmations: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/**
 * Reads the command line; 'help' where it asks for that.
 *
 * @throws IngestRefused
 */
export function readArguments(given: readonly string[], environment: NodeJS.ProcessEnv): IngestOptions | 'help' {
  const values = parse(given)
  if (values.help === true) return 'help'
  const [from, to] = [wholeNumber('--from', values.from), wholeNumber('--to', values.to)]
  if (from !== null && to !== null && from > to) {
    throw new IngestRefused(`--from ${from} lies after --to ${to}: there is nothing between them.`)
  }
  if (values.out === undefined || values.out === '') throw missing('--out DIR', 'where shall the files go?')
  return {
    rpcUrl: rpcUrlOf(values.rpc ?? environment.INGEST_RPC_URL),
    pools: poolsOf(values.pool ?? []),
    ...{ from, to },
    folder: values.out,
    confirmations: wholeNumber('--confirmations', values.confirmations),
    json: values.json === true,
  }
}

function parse(given: readonly string[]) {
  try {
    return parseArgs({ args: [...given], options: flags }).values
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split(/\.\s|\n/)[0] ?? '') : ''
    // A stray word may be an address with a key in it.
    const plain = reason.replace(/^Unexpected argument .*/, 'A word stands where no option takes it')
    throw new IngestRefused(`${plain.replace(/\.$/, '')}. --help lists what there is.`, { cause })
  }
}

function missing(option: string, question: string): IngestRefused {
  return new IngestRefused(`${option} is missing: ${question} --help lists what there is.`)
}

function rpcUrlOf(text: string | undefined): string {
  if (text === undefined || text === '') throw missing('--rpc URL', 'which node shall be asked?')
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new IngestRefused('--rpc is not the address of a node: it begins with http:// or https://.')
  }
  return text
}

function poolsOf(texts: readonly string[]): Address[] {
  if (texts.length === 0) throw missing('--pool 0x…', 'which pool shall be read?')
  const pools = texts.map((text) => {
    if (!isAddress(text, { strict: false })) {
      throw new IngestRefused(`--pool ${text} is not an address: 0x and forty hexadecimal digits.`)
    }
    const isMixed = /[a-f]/.test(text.slice(2)) && /[A-F]/.test(text.slice(2))
    if (isMixed && getAddress(text) !== text) {
      throw new IngestRefused(`--pool ${text} has a typing error: its capital letters are not those of an address.`)
    }
    return getAddress(text)
  })
  return [...new Set(pools)]
}

function wholeNumber(option: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(value)) throw new IngestRefused(`${option} takes a whole number from 0, not "${text}".`)
  return value
}
