import { parseArgs } from 'node:util'
import type { DevnetOptions } from './devnet.ts'
import { DevnetError } from './errors.ts'
import { readParameter } from './operator-client.ts'
import { steeringHelp } from './operator-help.ts'

export type Command =
  | { kind: 'help' }
  | { kind: 'origin'; port: number }
  | { kind: 'call'; port: number; method: string; params: unknown[] }
  | { kind: 'devnet'; options: DevnetOptions & { port: number } }

const flags = {
  help: { type: 'boolean', short: 'h' },
  origin: { type: 'boolean' },
  call: { type: 'string' },
  port: { type: 'string' },
  'fork-url': { type: 'string' },
  speed: { type: 'string' },
  seed: { type: 'string' },
  manual: { type: 'boolean' },
  'no-market': { type: 'boolean' },
  volatility: { type: 'string' },
  'replace-feeds': { type: 'boolean' },
} as const

const livePort = 8545
const originPort = 8546

/** What the command line asks for; throws DevnetError with one sentence for what it cannot mean. */
export function readCommand(args: readonly string[], environment: { FORK_URL?: string | undefined }): Command {
  const { values, positionals } = parse(args)
  if (values.help === true) return { kind: 'help' }
  const port = numberOf('--port', values.port, 0, 65_535)
  if (port !== undefined && !Number.isInteger(port)) throw bad('--port', '0 to 65535')
  if (values.call !== undefined) {
    const params = positionals.map(readParameter)
    return { kind: 'call', port: port ?? livePort, method: values.call, params }
  }
  if (values.origin === true) return { kind: 'origin', port: port ?? originPort }
  const forkUrl = values['fork-url'] ?? (environment.FORK_URL === '' ? undefined : environment.FORK_URL)
  const speed = numberOf('--speed', values.speed, 0.01, 1000)
  const volatility = numberOf('--volatility', values.volatility, 0, 10)
  return {
    kind: 'devnet',
    options: {
      port: port ?? livePort,
      automine: values.manual !== true,
      market: values['no-market'] !== true,
      replaceFeeds: values['replace-feeds'] === true,
      ...(forkUrl === undefined ? {} : { forkUrl }),
      ...(speed === undefined ? {} : { speed }),
      ...(volatility === undefined ? {} : { volatility }),
      ...(values.seed === undefined ? {} : { seed: values.seed }),
    },
  }
}

function parse(args: readonly string[]) {
  try {
    // Only a request has words of its own behind it.
    const allowPositionals = args.some((word) => word === '--call' || word.startsWith('--call='))
    return parseArgs({ args: [...args], options: flags, strict: true, allowPositionals })
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('.')[0] ?? '') : ''
    throw new DevnetError('bad-option', `${reason}. --help lists what there is.`, { cause })
  }
}

function numberOf(flag: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() === '' || !(value >= least && value <= most)) throw bad(flag, `${least} to ${most}`)
  return value
}

function bad(flag: string, range: string): DevnetError {
  return new DevnetError('bad-option', `${flag} takes a number from ${range}.`)
}

export const helpText = `npm run devnet -- [options]

Starts a local chain with a market around it, builders and relays, and keeps it running until Ctrl-C.

  --port N           where it listens on 127.0.0.1 (${livePort}; ${originPort} with --origin)
  --fork-url URL     forks a chain instead of building a world (also: FORK_URL)
  --speed N          chain seconds per real second (12: a block each second; a real fork runs at 1)
  --seed TEXT        the market's seed: the same one gives the same prices
  --volatility N     of WETH, per year (0.6)
  --no-market        prices stand still; feeds are kept fresh all the same
  --manual           blocks only on devnet_mine
  --replace-feeds    on a real fork: our feeds in the place of the real ones, which allows a faster clock
  --origin           only builds the world and serves it, for others to fork with FORK_URL
  --call METHOD [PARAM…]
                     starts nothing: sends one request to the chain that runs on --port, that of npm start too, and prints
                     the answer; parameters are JSON or plain words

Any path answers Ethereum JSON-RPC, and each is a provider of its own (/a, /b). Private orders go to
  /relay        Flashbots JSON-RPC, signed: bundles, private transactions, MEV-Share; GET /relay/tx/<hash> tells a status
  /mev-blocker  a node whose eth_sendRawTransaction is private
  /titan        Titan's bundles and private transactions, which only the builder titan gets
  /builder      BuilderNet's, signed, which only the builder buildernet gets
  /sequencer    eth_sendRawTransaction, first come, first served

To steer the chain, send it JSON-RPC, for example with npm run devnet -- --call devnet_mine 3:

${steeringHelp()}
`
