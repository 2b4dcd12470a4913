// What a deployment is told, checked before anything is touched. Every complaint is one sentence.
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { chainDefinition } from '../../shared/chain/chains/known.ts'
import {
  builderConflict,
  parseRelayChoices,
  type RelayEndpoint,
  RelayRefused,
  relayEndpoints,
} from '../../shared/chain/relays.ts'
import { environmentSchema, type SignerPlace, signerPlaces, signerVariables } from '../../workers/environment.ts'

/** A mistake a person can mend; its message is all that is shown. */
export class DeployError extends Error {
  override readonly name = 'DeployError'
}

export interface DeployOptions {
  /** Lower-case name of the environment; part of every resource's name. */
  name: string
  dryRun: boolean
}

export interface Settings {
  chainId: number
  /** Names of the relays, in the order they are tried. */
  relays: string[]
  /** Where executor keys are. */
  signer: SignerPlace
  /** Plain variables of the worker. */
  variables: Record<string, string>
  /** Secrets given by the caller; the ones left out are kept or made. */
  secrets: Record<string, string>
}

export const usage = 'Usage: npm run deploy -- --env NAME [--dry-run]'

/** @throws DeployError for anything that is not a known option or a usable name */
export function parseDeployArguments(parameters: readonly string[]): DeployOptions {
  let name: string | undefined
  let dryRun = false
  for (let index = 0; index < parameters.length; index += 1) {
    const parameter = parameters[index]
    if (parameter === '--dry-run') dryRun = true
    else if (parameter === '--env') {
      index += 1
      name = parameters[index]
    } else if (parameter?.startsWith('--env=')) name = parameter.slice('--env='.length)
    else throw new DeployError(`The option ${parameter} is not known. ${usage}`)
  }
  if (name === undefined || name === '') throw new DeployError(`Say which environment to deploy. ${usage}`)
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 32) {
    throw new DeployError(
      `"${name.slice(0, 60)}" cannot name an environment: use at most 32 lower-case letters, digits and single hyphens, starting with a letter.`,
    )
  }
  return { name, dryRun }
}

type Variables = Record<string, string | undefined>
const key = /^0x[0-9a-fA-F]{64}$/
const secretShapes: Record<string, { shape: RegExp; sentence: string }> = {
  EXECUTOR_SEED: { shape: key, sentence: '32 bytes of hex with 0x' },
  AWS_SECRET_ACCESS_KEY: { shape: /^[A-Za-z0-9/+=]{16,128}$/, sentence: 'the secret half of an AWS access key' },
  GCP_SERVICE_ACCOUNT: { shape: /^\{.*"private_key".*\}$/s, sentence: 'the JSON key of a service account' },
  RELAY_AUTHENTICATION_KEY: { shape: key, sentence: '32 bytes of hex with 0x' },
  KEEPER_KEY: { shape: key, sentence: '32 bytes of hex with 0x' },
  ADMIN_KEY_HASH: { shape: /^[0-9a-f]{64}$/, sentence: 'the lower-case hex SHA-256 of the admin key' },
}
/** Variables of one signer. Others than its own are not taken over: whoever deploys may have AWS_REGION for other work. */
const placesOf: Record<string, SignerPlace> = {
  ...Object.fromEntries(signerPlaces.flatMap((place) => signerVariables[place].map((name) => [name, place]))),
  AWS_KMS_ENDPOINT: 'aws-kms',
}

/** Plain variables that have a default in the worker, or belong to one signer. */
const optionalVariables = Object.keys(environmentSchema.shape).filter(
  (name) => !(name in secretShapes) && !['CHAIN_ID', 'RPC_URLS', 'RELAY_LADDER', 'CANDLE_SOURCES'].includes(name),
)

/**
 * Reads the variables of a deployment.
 *
 * @param missing called for each variable that is needed and not there, with a sentence; what it returns stands in
 * @throws DeployError for a value that cannot be right
 */
export function readSettings(
  environment: Variables,
  missing: (variable: string, sentence: string) => string,
): Settings {
  const needed = (variable: string, sentence: string) => environment[variable] || missing(variable, sentence)
  const chainText = needed('CHAIN_ID', 'Set CHAIN_ID to the chain the vaults are on (1 for Ethereum).')
  const chainId = /^\d{1,15}$/.test(chainText) ? Number(chainText) : 0
  const chain = chainDefinition(chainId)
  if (chain === undefined) {
    throw new DeployError(
      `There is no chain definition for chain ${chainText.slice(0, 40)}: add shared/chain/chains/${chainId || 'ID'}.ts first.`,
    )
  }
  const providers = needed(
    'RPC_URLS',
    'Set RPC_URLS to at least two independent providers, comma separated: an order needs both to agree.',
  )
  const urls = providers.split(',').map((url) => url.trim())
  if (urls.length < 2 || new Set(urls).size < urls.length || !urls.every(isWebAddress)) {
    throw new DeployError('RPC_URLS must be at least two different http(s) addresses, comma separated.')
  }
  const ladder = readLadder(environment, chain, missing)
  const conflict = builderConflict(ladder, readBuilders(environment.RELAY_BUILDERS))
  if (conflict !== null) throw new DeployError(conflict)
  const signer = readSigner(environment, missing)
  const taken = (name: string) => placesOf[name] === undefined || placesOf[name] === signer
  return {
    chainId,
    relays: ladder.map(({ name }) => name),
    signer,
    variables: {
      CHAIN_ID: String(chainId),
      ...Object.fromEntries(
        optionalVariables.filter(taken).flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
      ),
    },
    // Addresses of providers usually carry an access key, and those of relays and candles may, so they are kept as secrets; all
    // relays' are, since a variable of the same name would stand in the way of a later secret.
    secrets: {
      RPC_URLS: urls.join(','),
      RELAY_LADDER: ladder.map(({ name, url }) => `${name}=${url}`).join(','),
      ...readCandles(environment.CANDLE_SOURCES, chain),
      ...givenSecrets(environment, taken),
    },
  }
}

/** None unless they are given. Never the value in the sentence: an address may carry a key. */
function readCandles(given: string | undefined, { name, tokens }: ChainDefinition): Record<string, string> {
  if (!given) return {}
  const choices = environmentSchema.shape.CANDLE_SOURCES.safeParse(given)
  if (!choices.success) {
    throw new DeployError('CANDLE_SOURCES must be SYMBOL=URL, comma separated, each an https address.')
  }
  const unknown = choices.data.find(({ symbol }) => !tokens.some((token) => token.symbol === symbol))
  if (unknown !== undefined)
    throw new DeployError(`CANDLE_SOURCES names ${unknown.symbol}, which is no token of ${name}.`)
  return { CANDLE_SOURCES: given }
}

function readLadder(
  environment: Variables,
  chain: ChainDefinition,
  missing: (variable: string, sentence: string) => string,
): RelayEndpoint[] {
  const given = environment.RELAY_LADDER
  try {
    return relayEndpoints(given ? parseRelayChoices(given) : undefined, chain)
  } catch (error) {
    if (!(error instanceof RelayRefused)) throw error
    if (given) throw new DeployError(error.message)
    return relayEndpoints(parseRelayChoices(missing('RELAY_LADDER', error.message)), chain)
  }
}

/** As the worker reads them; a variable that is set to nothing is left out. */
function readBuilders(given: string | undefined): readonly string[] {
  return environmentSchema.shape.RELAY_BUILDERS.parse(given || undefined)
}

/** The plain variables of a key service must be given; its secret may be in the account already. */
function readSigner(environment: Variables, missing: (variable: string, sentence: string) => string): SignerPlace {
  const named = environment.EXECUTOR_SIGNER || 'local'
  const signer = signerPlaces.find((place) => place === named)
  if (signer === undefined) throw new DeployError(`EXECUTOR_SIGNER must be one of ${signerPlaces.join(', ')}.`)
  for (const name of signerVariables[signer]) {
    if (!(name in secretShapes) && !environment[name]) {
      missing(name, `Set ${name}: EXECUTOR_SIGNER is ${signer}, and .dev.vars.example explains what that needs.`)
      continue
    }
    // Never the value in the sentence: it may be a secret put into the wrong variable.
    if (environment[name] && !environmentSchema.shape[name].safeParse(environment[name]).success) {
      throw new DeployError(
        `${name} must be ${secretShapes[name]?.sentence ?? 'of the form that .dev.vars.example shows'}.`,
      )
    }
  }
  return signer
}

function givenSecrets(environment: Variables, taken: (name: string) => boolean): Record<string, string> {
  const given: Record<string, string> = {}
  for (const [name, { shape, sentence }] of Object.entries(secretShapes)) {
    if (!taken(name)) continue
    const value = environment[name]
    if (value === undefined || value === '') continue
    if (!shape.test(value)) throw new DeployError(`${name} must be ${sentence}.`)
    given[name] = value
  }
  return given
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text)
}
