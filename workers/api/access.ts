import { eq } from 'drizzle-orm'
import { createMiddleware } from 'hono/factory'
import { bytesToHex, sha256, stringToBytes } from 'viem'
import { z } from 'zod'
import { apiKeys } from '../database/schema.ts'
import type { ApiEnv } from './context.ts'
import { Problem } from './problems.ts'

/** What a key may do: a resource and a verb. `keys:admin` makes and revokes keys, never beyond its own scopes. */
export const scopes = [
  'vaults:read',
  'vaults:write',
  'strategies:read',
  'strategies:write',
  'pause:write',
  'resume:write',
  'executions:read',
  'decisions:read',
  'keys:admin',
] as const
export type Scope = (typeof scopes)[number]
const storedScopes = z.array(z.enum(scopes))

/** Who calls. */
export interface Access {
  keyId: string
  scopes: ReadonlySet<Scope>
  /** The one vault this key may see and touch; null for all. */
  vault: string | null
  /** Seconds since epoch; null for never. */
  expiresAt: number | null
}

const longestKey = 200

/** SHA-256 of a key's text, lower-case hex: all that is ever stored of it. */
export function secretHash(secret: string): string {
  return sha256(stringToBytes(secret)).slice(2)
}

/** A new key: 256 random bits, shown once. */
export function newSecret(): string {
  return `pk_${bytesToHex(crypto.getRandomValues(new Uint8Array(32))).slice(2)}`
}

/** Lets a request through when its key holds every one of `needed`; must come before validation, so that strangers learn nothing. */
export function requireScope(...needed: Scope[]) {
  return createMiddleware<ApiEnv>(async (context, next) => {
    const access = await identify(context.req.header('Authorization'), context.var)
    context.set('access', access)
    context.set('keyId', access.keyId)
    const missing = needed.filter((scope) => !access.scopes.has(scope))
    if (missing.length > 0) throw new Problem('forbidden', `This API key lacks the scope ${missing.join(' and ')}.`)
    await next()
  })
}

/**
 * Refuses a key that is limited to another vault.
 *
 * @param vault checksummed address, or null for what concerns all vaults
 */
export function requireVault(access: Access, vault: string | null): void {
  if (access.vault === null || access.vault === vault) return
  throw new Problem(
    'forbidden',
    vault === null ? 'This API key is limited to one vault.' : 'This API key is limited to another vault.',
  )
}

async function identify(
  header: string | undefined,
  { environment, clock, database }: Pick<ApiEnv['Variables'], 'environment' | 'clock' | 'database'>,
): Promise<Access> {
  const secret = /^Bearer +([\x21-\x7e]+)$/i.exec(header ?? '')?.[1]
  if (secret === undefined || secret.length > longestKey) {
    throw new Problem('unauthorized', 'Send an API key as Authorization: Bearer pk_….')
  }
  // Both sides are hashes of the secret: how long their comparison takes tells nothing about it.
  const hash = secretHash(secret)
  if (hash === environment.ADMIN_KEY_HASH) {
    return { keyId: 'admin', scopes: new Set(scopes), vault: null, expiresAt: null }
  }
  const [row] = await database.select().from(apiKeys).where(eq(apiKeys.secretHash, hash)).limit(1)
  const expired = row !== undefined && row.expiresAt !== null && row.expiresAt <= clock.now()
  if (row === undefined || row.revokedAt !== null || expired) {
    throw new Problem('unauthorized', 'This API key is unknown, expired or revoked.')
  }
  // A scope that is no longer known grants nothing.
  const known = storedScopes.safeParse(JSON.parse(row.scopes))
  return {
    keyId: row.id,
    scopes: new Set(known.success ? known.data : []),
    vault: row.vault,
    expiresAt: row.expiresAt,
  }
}
