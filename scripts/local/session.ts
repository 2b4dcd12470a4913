import { randomBytes } from 'node:crypto'
import { createWriteStream, mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Address, Hex, PublicClient } from 'viem'
import { generatePrivateKey } from 'viem/accounts'
import { devnet as localChain } from '../../shared/chain/chains/424242.ts'
import type { TokenDefinition } from '../../shared/chain/chains/chain.ts'
import { displayToken, formatAmount } from '../../shared/chain/format.ts'
import { executorAddress } from '../../workers/agent/signers/local.ts'
import { type Devnet, startDevnet } from '../devnet/devnet.ts'
import { clientOf } from '../devnet/transactions.ts'
import { deployTreasury, type Treasury } from '../devnet/treasury.ts'
import { vaultAssets } from '../devnet/treasury-reading.ts'
import { type ApiClient, apiClient } from './api-client.ts'
import { type StartOptions, UsageError } from './arguments.ts'
import { workerBindings } from './bindings.ts'
import type { Closing } from './closing.ts'
import { type Demonstration, demonstrationOf } from './demonstration.ts'
import { narrator } from './narrator.ts'
import type { Progress } from './progress.ts'
import { bundleWorker, type LocalWorker, startLocalWorker } from './worker.ts'

const root = join(import.meta.dirname, '../..')
/** Everything a run leaves behind: the bundle, the worker's storage, its log. Ignored by git, made anew each time. */
const runFolder = join(root, '.portcullis/run')

/** A local chain with a treasury on it and the agent beside it. */
export interface Session {
  devnet: Devnet
  treasury: Treasury
  demonstration: Demonstration
  worker: LocalWorker
  api: ApiClient
  client: PublicClient
  adminKey: string
  /** Executor transactions that were seen in the public pool. */
  publicSightings(): number
  formatAmount(token: TokenDefinition, amount: bigint): string
  closing: Closing
}

/** Starts all of it; whatever it starts is given to `closing` at once. */
export async function startSession(options: StartOptions, progress: Progress, closing: Closing): Promise<Session> {
  await requireFreePort('--api-port', options.apiPort)
  await requireFreePort('--chain-port', options.chainPort)
  const devnet = await startDevnet({
    port: options.chainPort,
    ...(options.forkUrl === null ? {} : { forkUrl: options.forkUrl }),
    ...(options.speed === null ? {} : { speed: options.speed }),
    seed: String(options.seed),
    replaceFeeds: options.replaceFeeds,
    log: (line) => progress.stage('chain', line),
  })
  closing.keep(devnet)
  devnet.control.setLeak(options.leak)
  progress.stage(
    'chain',
    `${devnet.chain.name} (id ${devnet.chain.id}) at ${devnet.rpcUrl}, ${devnet.speed} times real time`,
  )

  const seed = generatePrivateKey()
  const treasury = await deployTreasury(devnet, {
    executor: (vault) => executorAddress(seed, 1, devnet.chain.id, vault, 1),
  })
  const client = clientOf(devnet)
  progress.stage('treasury', `vault ${treasury.vault} holds ${await holdings(devnet, treasury.vault)}`)

  const adminKey = `pk_${randomBytes(24).toString('base64url')}`
  const worker = await startWorker(options, devnet, seed, adminKey, progress, closing.signal)
  closing.keep(worker)
  progress.stage('worker', `listening at ${worker.url}, documentation at ${worker.url}/docs`)
  const api = apiClient(worker.url, adminKey)
  await api.post('/v1/vaults', { address: treasury.vault, name: 'Demonstration treasury' })

  return {
    devnet,
    treasury,
    demonstration: demonstrationOf(devnet.chain, devnet.chain.id === localChain.id),
    worker,
    api,
    client,
    adminKey,
    publicSightings: () => devnet.control.publicSightings(treasury.executor),
    formatAmount: (token, amount) => formatAmount(amount, displayToken(devnet.chain, token.address, token.decimals)),
    closing,
  }
}

async function holdings(devnet: Devnet, vault: Address): Promise<string> {
  const assets = await vaultAssets(devnet, vault)
  return assets
    .filter(({ booked }) => booked > 0n)
    .map(({ token, decimals, booked }) => formatAmount(booked, displayToken(devnet.chain, token, decimals)))
    .join(', ')
}

/** The worker with storage of its own for this run: the chain begins anew each time, and so must what is known of it. */
async function startWorker(
  options: StartOptions,
  devnet: Devnet,
  seed: Hex,
  adminKey: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<LocalWorker> {
  rmSync(runFolder, { recursive: true, force: true })
  mkdirSync(runFolder, { recursive: true })
  const script = await bundleWorker(join(runFolder, 'bundle'), { signal })
  const log = createWriteStream(join(runFolder, 'worker.log'))
  const narrate = narrator(progress)
  const worker = await startLocalWorker(script, {
    port: options.apiPort,
    persistencePath: join(runFolder, 'storage'),
    bindings: await workerBindings(devnet, { executorSeed: seed, adminKey }),
    onLog: (line) => {
      log.write(`${line}\n`)
      narrate(line)
    },
  })
  return {
    ...worker,
    stop: async () => {
      await worker.stop()
      log.end()
    },
  }
}

/** Miniflare reports a taken port late and at length; this says it at once. */
async function requireFreePort(option: string, port: number): Promise<void> {
  if (port === 0) return
  await new Promise<void>((resolve, reject) => {
    const server = createServer()
    server.once('error', () => {
      reject(
        new UsageError(
          `Port ${port} of 127.0.0.1 is in use: stop what listens there or choose another with ${option}.`,
        ),
      )
    })
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()))
  })
}
