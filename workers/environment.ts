import { z } from 'zod'
import { parseRelayChoices } from '../shared/chain/relays.ts'
import type { VaultLedger } from './agent/vault-ledger.ts'

/** What the platform binds; see wrangler.toml. */
export interface Bindings {
  DATABASE: D1Database
  TICKS: Queue<QueueMessage>
  ARCHIVE: R2Bucket
  VAULT_LEDGER: DurableObjectNamespace<VaultLedger>
  ASSETS: Fetcher
}

/** One message per vault and minute; `track` and `project` are the ledger's own errands. */
export type QueueMessage =
  | {
      type: 'tick'
      vault: `0x${string}`
      chainId: number
      /** The cron minute that caused it, seconds. */
      minute: number
      /** Decided in sequence. */
      due: { strategyId: `0x${string}`; slot: number; scheduledAt: number }[]
    }
  | { type: 'track'; vault: `0x${string}`; chainId: number }

const privateKey = z.string().regex(/^0x[0-9a-fA-F]{64}$/, 'must be 32 bytes of hex with 0x')
const urlList = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.url()))

/**
 * Variables and secrets, checked once per isolate. Secrets: EXECUTOR_SEED (executor keys are derived from it), the relay
 * authentication key (reputation, never funds), the keeper key (pays for checkpoints), the hash of the first admin key.
 */
const variables = z.object({
  CHAIN_ID: z.coerce.number().int().positive(),
  /** At least two independent providers, comma separated. */
  RPC_URLS: urlList.refine((urls) => urls.length >= 2, 'needs at least two providers, comma separated'),
  /** What each provider allows us; above it requests wait. */
  PROVIDER_REQUESTS_PER_SECOND: z.coerce.number().positive().default(50),
  /** Relays in the order they are tried, `name` or `name=URL`; the chain's usual ones if left out. */
  RELAY_LADDER: z.string().transform(parseRelayChoices).optional(),
  /** Registered names of the only builders that Flashbots' relays may show an order to; their own choice if left out. */
  RELAY_BUILDERS: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((part) => part.trim() || [])),
  EXECUTOR_SEED: privateKey,
  EXECUTOR_SEED_VERSION: z.coerce.number().int().min(1).default(1),
  RELAY_AUTHENTICATION_KEY: privateKey,
  KEEPER_KEY: privateKey,
  /** SHA-256 (hex) of the first admin API key. */
  ADMIN_KEY_HASH: z.string().regex(/^[0-9a-f]{64}$/, 'must be a lower-case hex SHA-256'),
  /** Chain seconds per real second: 1 everywhere but on accelerated local chains. */
  CLOCK_SPEED: z.coerce.number().positive().default(1),
  /** On accelerated chains: the real second and the chain second at which both clocks met. */
  CLOCK_WALL_START: z.coerce.number().min(0).default(0),
  CLOCK_CHAIN_START: z.coerce.number().min(0).default(0),
})

const secretNames = ['EXECUTOR_SEED', 'RELAY_AUTHENTICATION_KEY', 'KEEPER_KEY'] as const

/** The variables, with the rule that no secret does the work of another: whoever learns one of them learns only that one. */
export const environmentSchema = variables.superRefine((values, context) => {
  const seen = new Set<string>()
  for (const name of secretNames) {
    const secret = values[name].toLowerCase()
    if (seen.has(secret))
      context.addIssue({ code: 'custom', path: [name], message: 'must not be another secret again' })
    seen.add(secret)
  }
})

export type Environment = z.output<typeof environmentSchema>
export type Env = Bindings & Record<keyof z.input<typeof environmentSchema>, string>

export type EnvironmentReading = { ok: true; environment: Environment } | { ok: false; sentence: string }

const readings = new WeakMap<object, EnvironmentReading>()

/** Checks the variables, once per isolate. The sentence names what is wrong and never holds a value. */
export function readEnvironment(env: object): EnvironmentReading {
  const known = readings.get(env)
  if (known !== undefined) return known
  const parsed = environmentSchema.safeParse(env)
  const reading: EnvironmentReading = parsed.success
    ? { ok: true, environment: parsed.data }
    : { ok: false, sentence: sentenceOf(parsed.error) }
  readings.set(env, reading)
  return reading
}

function sentenceOf(error: z.ZodError): string {
  const names = [...new Set(error.issues.map((issue) => String(issue.path[0] ?? 'the environment')))]
  return `These variables are missing or wrong: ${names.join(', ')}; .dev.vars.example explains each.`
}
