// The steps of a deployment, in order. Each can be repeated without harm.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { privateKeyToAddress } from 'viem/accounts'
import { prepareAssets } from '../assets.ts'
import { deployFolder, writeConfiguration } from './configuration.ts'
import { isRecord, parseJson, provision, resourceNames } from './provision.ts'
import { setSecrets } from './secrets.ts'
import { DeployError, type DeployOptions, readSettings } from './settings.ts'
import { runOrFail, type Wrangler } from './wrangler.ts'

export interface Deployment {
  options: DeployOptions
  environment: Record<string, string | undefined>
  wrangler: Wrangler
  say: (line: string) => void
  /** Checks the worker at an address; left out in a dry run. */
  smokeCheck: (url: string, chainId: number) => Promise<void>
}

/** Values that stand in for missing ones in a dry run, so that every later step can still be shown. */
const standIns: Record<string, string> = {
  CHAIN_ID: '1',
  RPC_URLS: 'https://provider-a.example,https://provider-b.example',
  RELAY_LADDER: 'flashbots-private=https://relay.example',
}

/** @throws DeployError with one sentence for everything a person can mend */
export async function runDeployment({
  options,
  environment,
  wrangler: given,
  say,
  smokeCheck,
}: Deployment): Promise<void> {
  const { name, dryRun } = options
  const wrangler = announcing(given, say)
  const step = (title: string) => say(`\n${title}`)

  step('1. Settings')
  const settings = readSettings(environment, (variable, sentence) => {
    if (!dryRun) throw new DeployError(sentence)
    say(`  missing, a real run stops here: ${sentence}`)
    return standIns[variable] ?? ''
  })
  say(`  environment ${name}, chain ${settings.chainId}, relays ${settings.relays.join(', ')}`)
  const report = (line: string) => say(`  ${line}`)

  step('2. Account')
  await requireLogin(wrangler)

  step('3. Database, queues and bucket')
  const names = resourceNames(name)
  const { databaseId } = await provision(wrangler, names, report)
  prepareAssets()
  const folder = deployFolder(name, dryRun)
  const configuration = writeConfiguration(folder, names, databaseId, settings.variables)
  report(`configuration written to ${configuration}`)

  step('4. Migrations')
  const migrate = ['d1', 'migrations', 'apply', 'DATABASE', '--remote', '--config', configuration]
  await runOrFail(wrangler, migrate, 'Applying the migrations')

  step('5. Secrets')
  const { adminKey, keeperKey } = await setSecrets(wrangler, configuration, settings, dryRun, report)
  // At once and not at the end: a later step may fail, and the key is not kept anywhere.
  if (adminKey !== null && !dryRun) say(`\n  First admin key, shown this once: ${adminKey}\n`)

  step('6. Deploy')
  const url = await deployWorker(wrangler, folder, configuration, dryRun, report)

  step('7. Smoke check')
  if (dryRun || url === null) {
    report('GET /v1/health until it answers "ok"')
    say(`\nNothing was changed: this was a dry run of the deployment of ${names.worker}.`)
    return
  }
  await smokeCheck(url, settings.chainId)
  report(`${url}/v1/health is ok`)
  if (keeperKey !== null) {
    report(`fund the keeper, which pays for checkpoints: ${privateKeyToAddress(`0x${keeperKey.slice(2)}`)}`)
  }
  say(`\n${names.worker} is deployed. API: ${url}  documentation: ${url}/docs`)
}

/** Every command is shown before it runs; secrets are never part of one. */
function announcing(wrangler: Wrangler, say: (line: string) => void): Wrangler {
  return {
    run: (parameters, options) => {
      say(`  $ wrangler ${parameters.join(' ')}${options?.input === undefined ? '' : ' < (secrets)'}`)
      return wrangler.run(parameters, options)
    },
  }
}

async function requireLogin(wrangler: Wrangler): Promise<void> {
  const { code, stdout } = await wrangler.run(['whoami', '--json'])
  const answer = parseJson(stdout)
  if (code === 0 && isRecord(answer) && answer.loggedIn === true) return
  throw new DeployError('You are not logged in to Cloudflare: run npx wrangler login, or set CLOUDFLARE_API_TOKEN.')
}

/** Returns the address the worker answers at; null in a dry run, which only bundles. */
async function deployWorker(
  wrangler: Wrangler,
  folder: string,
  configuration: string,
  dryRun: boolean,
  say: (line: string) => void,
): Promise<string | null> {
  if (dryRun) {
    const bundle = join(folder, 'bundle')
    const parameters = ['deploy', '--config', configuration, '--dry-run', '--outdir', bundle]
    const output = await runOrFail(wrangler, parameters, 'Bundling the worker')
    say(/Total Upload: [^\n]*/.exec(output)?.[0] ?? 'the worker bundles')
    return null
  }
  const report = join(folder, 'deploy.ndjson')
  rmSync(report, { force: true })
  await runOrFail(wrangler, ['deploy', '--config', configuration], 'Deploying the worker', {
    variables: { WRANGLER_OUTPUT_FILE_PATH: report },
  })
  const address = deployedAddress(report)
  if (address === null) {
    throw new DeployError('The worker was deployed, but has no address: enable its workers.dev address or add a route.')
  }
  return address
}

function deployedAddress(report: string): string | null {
  for (const line of readFileSync(report, 'utf8').split('\n')) {
    const entry = parseJson(line)
    if (!isRecord(entry) || entry.type !== 'deploy' || !Array.isArray(entry.targets)) continue
    // Schedules and queues are targets too; the address is the one that looks like a host.
    const host = entry.targets.map(String).find((target) => /^(https:\/\/)?[\w-]+(\.[\w-]+)+\/?$/.test(target))
    if (host !== undefined) return `https://${host.replace(/^https:\/\//, '').replace(/\/$/, '')}`
  }
  return null
}
