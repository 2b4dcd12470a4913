import { parseArgs } from 'node:util'

export interface RoutingOptions {
  /** Empty: generated sets. */
  pools: string[]
  /** How many cases are compared net of gas. */
  gasCases: number
}

const usage = 'Usage: npm run bench -- routing [--pools FILE…] [--gas-cases N] [--json]'
const defaultGasCases = 360
const mostGasCases = 100_000

/** Reads the bench's arguments; throws one sentence and the usage. */
export function parseRoutingArguments(argv: readonly string[]): RoutingOptions {
  const { values, positionals } = parsed(argv)
  const { pools = [], 'gas-cases': gasCases = String(defaultGasCases) } = values
  if (positionals.length > 0 && pools.length === 0) throw new Error(`Files come after --pools. ${usage}`)
  if (!/^[0-9]{1,6}$/.test(gasCases) || Number(gasCases) > mostGasCases) {
    throw new Error(`--gas-cases takes a whole number up to ${mostGasCases}, not "${gasCases}". ${usage}`)
  }
  return { pools: [...pools, ...positionals], gasCases: Number(gasCases) }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { pools: { type: 'string', multiple: true }, 'gas-cases': { type: 'string' } },
    })
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message.split('\n')[0] : String(error)} ${usage}`)
  }
}
