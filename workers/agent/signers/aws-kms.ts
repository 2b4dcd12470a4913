import { type Hex, hexToBytes } from 'viem'
import { z } from 'zod'
import { askKeyService, type KeyService, keyServiceErrorOf } from './key-service.ts'
import { fromBase64, Unreadable } from './signature.ts'

const name = 'AWS KMS'

export interface AwsKmsSettings {
  region: string
  accessKeyId: string
  secretAccessKey: string
  /** Where the service answers; the region's own address unless told. */
  endpoint?: string | undefined
}

const publicKeySchema = z.object({ PublicKey: z.string() })
const signatureSchema = z.object({ Signature: z.string() })
const errorSchema = z.object({ __type: z.string() })

/**
 * AWS Key Management Service, by its JSON API (version 2014-11-01, docs.aws.amazon.com/kms/latest/APIReference). Keys are
 * found by alias, and are asymmetric ones with the spec ECC_SECG_P256K1.
 */
export function awsKms(settings: AwsKmsSettings): KeyService {
  const call = async <T>(operation: string, key: string, input: object, schema: z.ZodType<T>): Promise<T> => {
    const body = JSON.stringify({ KeyId: `alias/${key}`, ...input })
    const { url, headers } = await signRequest(settings, operation, body)
    const answer = await askKeyService(name, url, { method: 'POST', headers, body })
    if (answer.status !== 200) throw keyServiceErrorOf(name, `the key alias/${key}`, answer.status, codeOf(answer.body))
    const parsed = schema.safeParse(answer.body)
    if (!parsed.success) throw new Unreadable(`The answer to ${operation} is not of the documented form.`)
    return parsed.data
  }
  return {
    name,
    publicKey: async (key) => fromBase64((await call('GetPublicKey', key, {}, publicKeySchema)).PublicKey),
    signDigest: async (key, digest) => {
      // The digest is Keccak's; what the service calls ECDSA_SHA_256 does not hash it again.
      const input = { Message: toBase64(digest), SigningAlgorithm: 'ECDSA_SHA_256', MessageType: 'DIGEST' }
      return fromBase64((await call('Sign', key, input, signatureSchema)).Signature)
    },
  }
}

/** Signature Version 4 over all headers, dated now. */
async function signRequest(
  { region, accessKeyId, secretAccessKey, endpoint }: AwsKmsSettings,
  operation: string,
  body: string,
): Promise<{ url: string; headers: Headers }> {
  // Loaded when it is needed: whoever keeps the key elsewhere does not pay its start-up.
  const { AwsV4Signer } = await import('aws4fetch')
  const signed = await new AwsV4Signer({
    method: 'POST',
    url: endpoint ?? `https://kms.${region}.amazonaws.com/`,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${operation}` },
    body,
    accessKeyId,
    secretAccessKey,
    service: 'kms',
    region,
    allHeaders: true,
  }).sign()
  return { url: signed.url.href, headers: signed.headers }
}

/** The exception's name; some answers put a namespace and `#` before it. */
function codeOf(body: unknown): string {
  const parsed = errorSchema.safeParse(body)
  return parsed.success ? parsed.data.__type.replace(/^.*#/, '') : ''
}

function toBase64(hex: Hex): string {
  return btoa(String.fromCharCode(...hexToBytes(hex)))
}
