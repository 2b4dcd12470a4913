import { z } from 'zod'
import { chainDefinition } from '../shared/chain/chains/known.ts'
import { builderConflict, parseRelayChoices } from '../shared/chain/relays.ts'
import { type CandleChoice, parseCandleChoices } from './agent/candle-choices.ts'
import type { VaultLedger } from './agent/vault-ledger.ts'

/** What the platform binds; see wrangler.toml. */
export interface Bindings {
  DATABASE: D1Database
  TICKS: Queue<QueueMessage>
  ARCHIVE: R2Bucket
  VAULT_LEDGER: DurableObjectNamespace<VaultLedger>
  ASSETS: Fetcher
}

/** One `tick` per vault and minute; `track` is the ledger's own errand; the others are how forecasts are judged. */
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
  | { type: 'requote'; vault: `0x${string}`; chainId: number; shadowId: string; tries: number }
  | { type: 'visit'; vault: `0x${string}`; chainId: number; strategyId: `0x${string}` }

const privateKey = z.string().regex(/^0x[0-9a-fA-F]{64}$/, 'must be 32 bytes of hex with 0x')
const urlList = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.url()))

/** Where executor keys are, and the variables each place needs beyond the common ones. */
export const signerVariables = {
  local: ['EXECUTOR_SEED'],
  'aws-kms': ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
  'gcp-kms': ['GCP_KEY_RING', 'GCP_SERVICE_ACCOUNT'],
} as const
export type SignerPlace = keyof typeof signerVariables
export const signerPlaces = ['local', 'aws-kms', 'gcp-kms'] as const satisfies readonly SignerPlace[]

/** The JSON key of a service account, as Google hands it out; only these two members are used. */
const serviceAccount = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue({ code: 'custom', message: 'must be the JSON key of a service account' })
      return z.NEVER
    }
  })
  .pipe(
    z.object({
      client_email: z.email(),
      private_key: z.string().regex(/^-----BEGIN PRIVATE KEY-----\n/, 'must be a key in PKCS #8 form'),
    }),
  )

/**
 * Variables and secrets, checked once per isolate. Secrets: EXECUTOR_SEED (executor keys are derived from it) or what opens
 * the key service in its place, the relay authentication key (reputation, never funds), the keeper key (pays for
 * checkpoints), the hash of the first admin key.
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
  /** Where five-minute candles of tokens are, `SYMBOL=URL`, comma separated; pools alone tell of their markets if left out. */
  CANDLE_SOURCES: z
    .string()
    .default('')
    .transform((text, context): CandleChoice[] => {
      const choices = parseCandleChoices(text)
      if (choices !== null) return choices
      context.addIssue({ code: 'custom', message: 'must be SYMBOL=URL, comma separated, each an https address' })
      return z.NEVER
    }),
  /** Where executor keys are: derived here from a seed, or kept in a key service. */
  EXECUTOR_SIGNER: z.enum(signerPlaces).default('local'),
  EXECUTOR_SEED: privateKey.optional(),
  EXECUTOR_SEED_VERSION: z.coerce.number().int().min(1).default(1),
  AWS_REGION: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/, 'must be a region, as eu-central-1')
    .optional(),
  AWS_ACCESS_KEY_ID: z
    .string()
    .regex(/^\w{16,128}$/, 'must be the id of an access key')
    .optional(),
  AWS_SECRET_ACCESS_KEY: z
    .string()
    .regex(/^[A-Za-z0-9/+=]{16,128}$/, 'must be a secret access key')
    .optional(),
  /** Where AWS KMS answers, if not at the region's own address. */
  AWS_KMS_ENDPOINT: z.url().optional(),
  GCP_KEY_RING: z
    .string()
    .regex(/^projects\/[a-z0-9:.-]+\/locations\/[a-z0-9-]+\/keyRings\/[\w-]{1,63}$/, 'must name a key ring')
    .optional(),
  GCP_SERVICE_ACCOUNT: serviceAccount.optional(),
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

/**
 * The variables, with four rules. The signer has what it needs. No secret does the work of another: whoever learns one of
 * them learns only that one. Where builders are named, every relay of Flashbots can keep to them. And candles are of tokens
 * that the chain has.
 */
export const environmentSchema = variables.superRefine((values, context) => {
  for (const name of signerVariables[values.EXECUTOR_SIGNER]) {
    if (values[name] !== undefined) continue
    const message = `is needed where EXECUTOR_SIGNER is ${values.EXECUTOR_SIGNER}`
    context.addIssue({ code: 'custom', path: [name], message })
  }
  const seen = new Set<string>()
  for (const name of secretNames) {
    const secret = values[name]?.toLowerCase()
    if (secret === undefined) continue
    if (seen.has(secret))
      context.addIssue({ code: 'custom', path: [name], message: 'must not be another secret again' })
    seen.add(secret)
  }
  const conflict = builderConflict(values.RELAY_LADDER, values.RELAY_BUILDERS)
  // Of no single variable, so the sentence has no path, and stands for itself.
  if (conflict !== null) context.addIssue({ code: 'custom', path: [], message: conflict })
  const tokens = chainDefinition(values.CHAIN_ID)?.tokens ?? []
  for (const { symbol } of values.CANDLE_SOURCES) {
    if (tokens.some((token) => token.symbol === symbol)) continue
    const message = `CANDLE_SOURCES names ${symbol}, which is no token of chain ${values.CHAIN_ID}.`
    context.addIssue({ code: 'custom', path: [], message })
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
  const together = error.issues.find(({ code, path }) => code === 'custom' && path.length === 0)
  if (together !== undefined) return together.message
  const names = [...new Set(error.issues.map((issue) => String(issue.path[0] ?? 'the environment')))]
  return `These variables are missing or wrong: ${names.join(', ')}; .dev.vars.example explains each.`
}
