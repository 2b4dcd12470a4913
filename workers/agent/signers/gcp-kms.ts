import { hexToBytes } from 'viem'
import { z } from 'zod'
import { askKeyService, type KeyService, keyServiceErrorOf } from './key-service.ts'
import { fromBase64, publicKeyFromPem, Unreadable } from './signature.ts'
import { KeyServiceRefused, KeyServiceUnavailable } from './signer.ts'

const name = 'Google Cloud KMS'
const tokenUrl = 'https://oauth2.googleapis.com/token'
const scope = 'https://www.googleapis.com/auth/cloudkms'
/** Longest life Google gives an assertion, and the life of the token it is exchanged for. */
const tokenSeconds = 3_600
/** A token is renewed this long before it ends, so that none ends on the way. */
const renewalSeconds = 60
/** Google's limit for the name of a key. */
const longestKeyName = 63

export interface GcpKmsSettings {
  /** projects/…/locations/…/keyRings/… */
  keyRing: string
  /** Of the service account's JSON key. */
  account: { client_email: string; private_key: string }
}

const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })
const publicKeySchema = z.object({ name: z.string(), pem: z.string() })
const signatureSchema = z.object({ name: z.string(), signature: z.string() })
/** The token service has a word for what is wrong, the others a status of google.rpc.Code. */
const errorSchema = z.object({ error: z.union([z.string(), z.object({ status: z.string() })]) })

/**
 * Google Cloud KMS, by its REST API (docs.cloud.google.com/kms/docs/reference/rest/v1). Keys are version 1 of a key with the
 * purpose ASYMMETRIC_SIGN and the algorithm EC_SIGN_SECP256K1_SHA256. Its checksums are not asked for: a public key must be
 * the vault's executor and a signature must recover to it, which no damaged answer does.
 */
export function gcpKms({ keyRing, account }: GcpKmsSettings): KeyService {
  let token: { value: string; endsAt: number } | null = null

  const accessToken = async () => {
    const now = Math.floor(Date.now() / 1000)
    if (token === null || token.endsAt - renewalSeconds <= now) token = await fetchToken(account, now)
    return token.value
  }

  const call = async <T extends { name: string }>(
    key: string,
    path: string,
    input: object | null,
    schema: z.ZodType<T>,
  ) => {
    if (key.length > longestKeyName) {
      throw new KeyServiceRefused(`${name} allows ${longestKeyName} characters for a key's name: ${key} is too long.`)
    }
    const version = `${keyRing}/cryptoKeys/${key}/cryptoKeyVersions/1`
    const authorization = `Bearer ${await accessToken()}`
    const url = `https://cloudkms.googleapis.com/v1/${version}${path}`
    const request =
      input === null
        ? { method: 'GET', headers: { authorization } }
        : {
            method: 'POST',
            headers: { authorization, 'content-type': 'application/json' },
            body: JSON.stringify(input),
          }
    const { status, body } = await askKeyService(name, url, request)
    // A token can be withdrawn before its time.
    if (status === 401) {
      token = null
      throw new KeyServiceUnavailable(`${name} took the token back; the next request fetches another.`)
    }
    if (status !== 200) throw keyServiceErrorOf(name, `the key ${key}`, status, codeOf(body))
    const parsed = schema.safeParse(body)
    if (!parsed.success) throw new Unreadable('The answer is not of the documented form.')
    if (parsed.data.name !== version) throw new Unreadable('The answer is about another key.')
    return parsed.data
  }

  return {
    name,
    publicKey: async (key) => publicKeyFromPem((await call(key, '/publicKey', null, publicKeySchema)).pem),
    signDigest: async (key, digest) => {
      // The digest is Keccak's; the service signs the 32 bytes it is given, whatever their field is called.
      const sha256 = btoa(String.fromCharCode(...hexToBytes(digest)))
      return fromBase64((await call(key, ':asymmetricSign', { digest: { sha256 } }, signatureSchema)).signature)
    },
  }
}

/** Exchanges an assertion signed by the service account for a token (RFC 7523; developers.google.com/identity/protocols/oauth2/service-account). */
async function fetchToken(
  { client_email: iss, private_key: privateKey }: GcpKmsSettings['account'],
  now: number,
): Promise<{ value: string; endsAt: number }> {
  // Loaded when it is needed: whoever keeps the key elsewhere does not pay its start-up.
  const [{ SignJWT }, { importPKCS8 }] = await Promise.all([import('jose/jwt/sign'), import('jose/key/import')])
  const key = await importPKCS8(privateKey, 'RS256').catch(() => {
    // Without its cause, which may quote the key.
    throw new KeyServiceRefused('The private key in GCP_SERVICE_ACCOUNT is not an RSA key in PKCS #8 form.')
  })
  const assertion = await new SignJWT({ iss, scope, aud: tokenUrl, exp: now + tokenSeconds, iat: now })
    .setProtectedHeader({ alg: 'RS256' })
    .sign(key)
  const form = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const { status, body } = await askKeyService(name, tokenUrl, { method: 'POST', headers, body: form.toString() })
  if (status !== 200) throw keyServiceErrorOf(name, 'the service account', status, codeOf(body))
  const parsed = tokenSchema.safeParse(body)
  if (!parsed.success) throw new Unreadable('The answer to the request for a token is not of the documented form.')
  return { value: parsed.data.access_token, endsAt: now + parsed.data.expires_in }
}

function codeOf(body: unknown): string {
  const parsed = errorSchema.safeParse(body)
  if (!parsed.success) return ''
  const { error } = parsed.data
  return typeof error === 'string' ? error : error.status
}
