import { isRecord } from './provision.ts'
import { DeployError } from './settings.ts'

const attempts = 20
const pauseMilliseconds = 3_000

/**
 * Asks the new worker for its health until it answers; a fresh workers.dev name takes a while to be known.
 *
 * @throws DeployError with the worker's own words when it never becomes healthy for this chain
 */
export async function smokeCheck(
  url: string,
  chainId: number,
  wait: (milliseconds: number) => Promise<void> = (milliseconds) =>
    new Promise((resolve) => {
      setTimeout(resolve, milliseconds)
    }),
): Promise<void> {
  let last = 'it did not answer'
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await wait(pauseMilliseconds)
    const answer = await askHealth(url)
    if (answer.healthy && answer.chainId === chainId) return
    last = answer.healthy ? `it acts on chain ${answer.chainId}` : answer.why
  }
  throw new DeployError(`The worker was deployed, but ${url}/v1/health is not healthy: ${last}.`)
}

async function askHealth(url: string): Promise<{ healthy: true; chainId: unknown } | { healthy: false; why: string }> {
  try {
    const response = await fetch(`${url}/v1/health`, { signal: AbortSignal.timeout(10_000) })
    const body: unknown = await response.json()
    if (response.ok && isRecord(body) && body.status === 'ok') return { healthy: true, chainId: body.chainId }
    const detail = isRecord(body) && typeof body.detail === 'string' ? body.detail : `status ${response.status}`
    return { healthy: false, why: detail.replace(/\.$/, '') }
  } catch {
    return { healthy: false, why: 'it did not answer' }
  }
}
