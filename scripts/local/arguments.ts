import { parseArgs } from 'node:util'

/** What `npm start` was asked to do. Ports: 0 takes any free one. */
export interface StartOptions {
  once: boolean
  json: boolean
  apiPort: number
  chainPort: number
  /** A chain to fork instead of building one; null builds the local world. */
  forkUrl: string | null
  /** Chain seconds per real second; null where the chain's own default holds. */
  speed: number | null
  seed: number
  /** Publishes on purpose what the relay is given: the counter of public sightings must notice. */
  leak: boolean
  /** Gives the local chain's feeds and faucets to a fork of a real chain. */
  replaceFeeds: boolean
}

/** A request that cannot be carried out as it was made; the message is the whole answer. */
export class UsageError extends Error {
  override name = 'UsageError'
}

export const startUsage = `Usage: npm start -- [options]
  --once               run one TWAP of five slices to its end, print the summary and stop
  --json               print one JSON object on standard output, progress on standard error
  --api-port N         port of the API (default 8787, 0 for any)
  --chain-port N       port of the chain's JSON-RPC (default 8545, 0 for any)
  --speed N            chain seconds per real second (default 12; 1 on a real chain)
  --seed N             seed of the market (default 1)
  --leak               let the relay publish what it is given, to see the sightings counter work
  --replace-feeds      on a fork of a real chain: drive its price feeds too, which allows a speed above 1
  FORK_URL=URL         fork that chain instead of building a local one`

/** Reads the command line, 'help' where it asks for that; throws {@link UsageError} with one sentence. */
export function parseStartArguments(argv: string[], environment: NodeJS.ProcessEnv): StartOptions | 'help' {
  let values: Record<string, string | boolean | undefined>
  try {
    ;({ values } = parseArgs({
      args: argv,
      options: {
        help: { type: 'boolean', short: 'h' },
        once: { type: 'boolean' },
        json: { type: 'boolean' },
        leak: { type: 'boolean' },
        'replace-feeds': { type: 'boolean' },
        'api-port': { type: 'string' },
        'chain-port': { type: 'string' },
        speed: { type: 'string' },
        seed: { type: 'string' },
      },
    }))
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message.split('\n')[0] : String(error)}\n\n${startUsage}`)
  }
  if (values.help === true) return 'help'
  // An empty variable is how shells and CI systems spell one that is not set.
  const forkUrl = environment.FORK_URL === '' ? undefined : environment.FORK_URL
  if (forkUrl !== undefined && !URL.canParse(forkUrl)) {
    throw new UsageError(
      `FORK_URL is not a URL: "${forkUrl}". Give the JSON-RPC address of a chain, http://… or https://….`,
    )
  }
  const apiPort = wholeNumber('--api-port', values['api-port'], 8787, 0, 65_535)
  const chainPort = wholeNumber('--chain-port', values['chain-port'], 8545, 0, 65_535)
  if (apiPort === chainPort && apiPort !== 0) {
    throw new UsageError(`--api-port and --chain-port are both ${apiPort}: the API and the chain need a port each.`)
  }
  return {
    once: values.once === true,
    json: values.json === true,
    leak: values.leak === true,
    replaceFeeds: values['replace-feeds'] === true,
    apiPort,
    chainPort,
    speed: values.speed === undefined ? null : wholeNumber('--speed', values.speed, 12, 1, 60),
    seed: wholeNumber('--seed', values.seed, 1, 0, 4_294_967_295),
    forkUrl: forkUrl ?? null,
  }
}

function wholeNumber(
  name: string,
  text: string | boolean | undefined,
  fallback: number,
  smallest: number,
  largest: number,
): number {
  if (text === undefined) return fallback
  const value = typeof text === 'string' && /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= smallest && value <= largest)) {
    throw new UsageError(`${name} takes a whole number from ${smallest} to ${largest}, not "${String(text)}".`)
  }
  return value
}
