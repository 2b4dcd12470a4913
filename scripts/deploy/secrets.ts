// Secrets reach the account through wrangler's standard input only: never a file, never an argument, never the screen.
import { createHash, randomBytes } from 'node:crypto'
import { isRecord, parseJson } from './provision.ts'
import { DeployError } from './settings.ts'
import { complaintOf, runOrFail, type Wrangler } from './wrangler.ts'

/** Made here when nobody gave them and the account has none; a seed that exists is never replaced by accident. */
const generated = ['EXECUTOR_SEED', 'RELAY_AUTHENTICATION_KEY', 'KEEPER_KEY']

export interface SecretOutcome {
  /** The first admin key, if it was made now: to be shown once, since only its hash was kept. */
  adminKey: string | null
  /** The keeper's private key, if this run knows it, to name the address that needs funds. */
  keeperKey: string | null
}

/** Uploads what was given and what was missing; keeps what is there. */
export async function setSecrets(
  wrangler: Wrangler,
  configuration: string,
  given: Record<string, string>,
  say: (line: string) => void,
): Promise<SecretOutcome> {
  const present = await presentSecrets(wrangler, configuration)
  const upload = { ...given }
  for (const name of generated) {
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
