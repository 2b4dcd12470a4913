// D1, both queues and the bucket: looked for first, made only when missing, so that a second run changes nothing.
import { DeployError } from './settings.ts'
import { complaintOf, runOrFail, type Wrangler } from './wrangler.ts'

/** Everything an environment owns in the account, by its name. */
export interface ResourceNames {
  worker: string
  database: string
  ticks: string
  deadLetters: string
  bucket: string
}

export function resourceNames(environment: string): ResourceNames {
  const worker = `portcullis-${environment}`
  return {
    worker,
    database: worker,
    ticks: `${worker}-ticks`,
    // The worker tells the two queues apart by this ending.
    deadLetters: `${worker}-dead-letters`,
    bucket: `${worker}-archive`,
  }
}

/** Returns the database's id. `say` hears of each resource that is there or was made. */
export async function provision(
  wrangler: Wrangler,
  names: ResourceNames,
  say: (line: string) => void,
): Promise<{ databaseId: string }> {
  const databaseId = await ensureDatabase(wrangler, names.database, say)
  for (const queue of [names.deadLetters, names.ticks]) {
    await ensure(wrangler, `queue ${queue}`, ['queues', 'info', queue], ['queues', 'create', queue], say)
  }
  const { bucket } = names
  await ensure(
    wrangler,
    `bucket ${bucket}`,
    ['r2', 'bucket', 'info', bucket, '--json'],
    ['r2', 'bucket', 'create', bucket],
    say,
  )
  return { databaseId }
}

async function ensureDatabase(wrangler: Wrangler, name: string, say: (line: string) => void): Promise<string> {
  const found = await findDatabase(wrangler, name)
  if (found !== undefined) {
    say(`database ${name} exists`)
    return found
  }
  await runOrFail(wrangler, ['d1', 'create', name], `Creating the database ${name}`)
  say(`database ${name} created`)
  const made = await findDatabase(wrangler, name)
  if (made === undefined)
    throw new DeployError(`The database ${name} was created, but the account does not list it yet.`)
  return made
}

async function findDatabase(wrangler: Wrangler, name: string): Promise<string | undefined> {
  const text = await runOrFail(wrangler, ['d1', 'list', '--json'], 'Listing the databases')
  const rows: unknown = parseJson(text)
  if (!Array.isArray(rows)) throw new DeployError('wrangler listed the databases in a form that is not understood.')
  const row: unknown = rows.find((one: unknown) => isRecord(one) && one.name === name)
  return isRecord(row) && typeof row.uuid === 'string' ? row.uuid : undefined
}

/** Looks for one resource; only a clear "there is none" leads to its creation. */
async function ensure(
  wrangler: Wrangler,
  what: string,
  look: readonly string[],
  create: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  const looked = await wrangler.run(look)
  if (looked.code === 0) {
    say(`${what} exists`)
    return
  }
  if (!/does not exist|not found|10006/i.test(`${looked.stderr}${looked.stdout}`)) {
    throw new DeployError(`Looking for the ${what} failed: ${complaintOf(looked)}`)
  }
  await runOrFail(wrangler, create, `Creating the ${what}`)
  say(`${what} created`)
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
