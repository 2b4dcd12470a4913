// Secrets reach the account through wrangler's standard input only: never a file, never an argument, never the screen.
import { createHash, randomBytes } from 'node:crypto'
import { signerVariables } from '../../workers/environment.ts'
import { isRecord, parseJson } from './provision.ts'
import { DeployError, type Settings } from './settings.ts'
import { complaintOf, runOrFail, type Wrangler } from './wrangler.ts'

/** Made here when nobody gave them and the account has none; a seed that exists is never replaced by accident. */
const generated = ['RELAY_AUTHENTICATION_KEY', 'KEEPER_KEY']

/** What opens a key service, which nobody but its account can make. */
const keyServiceSecrets = ['AWS_SECRET_ACCESS_KEY', 'GCP_SERVICE_ACCOUNT']

export interface SecretOutcome {
  /** The first admin key, if it was made now: to be shown once, since only its hash was kept. */
  adminKey: string | null
  /** The keeper's private key, if this run knows it, to name the address that needs funds. */
  keeperKey: string | null
}

/**
 * Uploads what was given and what was missing; keeps what is there.
 * @throws DeployError where the key service's secret is neither given nor there; a dry run only says so
 */
export async function setSecrets(
  wrangler: Wrangler,
  configuration: string,
  { signer, secrets: given }: Pick<Settings, 'signer' | 'secrets'>,
  dryRun: boolean,
  say: (line: string) => void,
): Promise<SecretOutcome> {
  const present = await presentSecrets(wrangler, configuration)
  const upload = { ...given }
  for (const name of signerVariables[signer]) {
    if (!keyServiceSecrets.includes(name) || upload[name] !== undefined || present.has(name)) continue
    const sentence = `Set ${name}: EXECUTOR_SIGNER is ${signer}, and the account does not hold it yet.`
    if (!dryRun) throw new DeployError(sentence)
    say(`missing, a real run stops here: ${sentence}`)
  }
  for (const name of signer === 'local' ? ['EXECUTOR_SEED', ...generated] : generated) {
    if (upload[name] === undefined && !present.has(name)) upload[name] = `0x${randomBytes(32).toString('hex')}`
  }
  let adminKey: string | null = null
  if (upload.ADMIN_KEY_HASH === undefined && !present.has('ADMIN_KEY_HASH')) {
    adminKey = `pk_${randomBytes(32).toString('hex')}`
    upload.ADMIN_KEY_HASH = createHash('sha256').update(adminKey).digest('hex')
  }
  await runOrFail(wrangler, ['secret', 'bulk', '--config', configuration], 'Setting the secrets', {
    input: JSON.stringify(upload),
  })
  for (const name of Object.keys(upload).sort())
    say(`secret ${name} ${given[name] === undefined ? 'generated' : 'set'}`)
  for (const name of [...present].sort()) if (upload[name] === undefined) say(`secret ${name} kept`)
  return { adminKey, keeperKey: upload.KEEPER_KEY ?? null }
}

async function presentSecrets(wrangler: Wrangler, configuration: string): Promise<Set<string>> {
  const listed = await wrangler.run(['secret', 'list', '--config', configuration])
  if (listed.code !== 0) {
    // Taking another failure for "there are none" would replace the seed, and with it every executor key.
    if (/worker.*not found|10007/i.test(`${listed.stderr}${listed.stdout}`)) return new Set()
    throw new DeployError(`Listing the secrets failed: ${complaintOf(listed)}`)
  }
  const rows = parseJson(listed.stdout)
  if (!Array.isArray(rows)) throw new DeployError('wrangler listed the secrets in a form that is not understood.')
  return new Set(rows.flatMap((row: unknown) => (isRecord(row) && typeof row.name === 'string' ? [row.name] : [])))
}
