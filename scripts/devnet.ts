// `npm run devnet`: the local chain on its own, for people and for other programs, and one request to a running one.
// `-- --help` lists the options.
import color from 'picocolors'
import { devnet as localChain } from '../shared/chain/chains/424242.ts'
import { devnetAccounts, namedAddresses } from './devnet/accounts.ts'
import { type Devnet, startDevnet } from './devnet/devnet.ts'
import { DevnetError } from './devnet/errors.ts'
import { callRunning } from './devnet/operator-client.ts'
import { helpText, readCommand } from './devnet/options.ts'
import { startOrigin } from './devnet/origin.ts'
import { endpointNames } from './devnet/relay-faults.ts'
import { label } from './devnet/world.ts'
import { worldPools } from './devnet/world-pools.ts'

const say = (line = '') => console.log(line)
const progress = (line: string) => say(`${color.dim('·')} ${line}`)

async function main(): Promise<void> {
  const command = readCommand(process.argv.slice(2), { FORK_URL: process.env.FORK_URL })
  if (command.kind === 'help') return say(helpText)
  if (command.kind === 'call') {
    return say(JSON.stringify(await callRunning(command.port, command.method, command.params), null, 2))
  }
  const started = performance.now()
  if (command.kind === 'origin') {
    progress('Building the world: tokens, price feeds, Uniswap v2 and v3 pools')
    const origin = await startOrigin(devnetAccounts(), command.port)
    say(`\n${color.bold('The origin stands')} at ${origin.rpc.url} after ${seconds(started)} and mines no more.`)
    say(`Fork it with FORK_URL=${origin.rpc.url}. Ctrl-C ends it.`)
    await untilTold(origin.ended)
    return origin.stop()
  }
  const devnet = await startDevnet({ ...command.options, log: progress })
  introduce(devnet, started, command.options.automine !== false)
  await untilTold(devnet.failed)
  await devnet.stop()
}

function introduce(devnet: Devnet, started: number, automine: boolean): void {
  const { chain, speed } = devnet
  say(`\n${color.bold(chain.name)} (chain ${chain.id}) is up after ${seconds(started)}.`)
  say(`  JSON-RPC  ${devnet.rpcUrl}   any path answers`)
  say(`  relay     ${devnet.relayUrl}   Flashbots JSON-RPC, signed`)
  const others = endpointNames.filter((name) => name !== 'relay').map((name) => `/${name}`)
  say(`            also ${others.join(', ')}`)
  const pace = `a ${chain.blockSeconds}-second block every ${(chain.blockSeconds / speed).toFixed(2)} real seconds`
  say(`  blocks    ${automine ? pace : 'only on devnet_mine'}`)
  say(`\n${color.bold('Accounts')} ${color.dim("(keys: anvil's well-known mnemonic; worth nothing elsewhere)")}`)
  for (const { name, address } of namedAddresses(devnet.accounts)) say(`  ${name.padEnd(12)} ${address}`)
  say(`\n${color.bold('Tokens')}`)
  for (const { symbol, decimals, address } of chain.tokens) {
    say(`  ${symbol.padEnd(12)} ${address}  ${String(decimals).padStart(2)} decimals`)
  }
  if (chain.id === localChain.id) {
    say(`\n${color.bold('Pools')}`)
    for (const pool of worldPools(chain)) say(`  ${label(pool).padEnd(20)} ${pool.address}`)
  }
  say('\nCtrl-C stops everything. `npm run devnet -- --help` tells how to steer it.')
}

/** Until Ctrl-C, a kill, or the end of a process that should have gone on. */
async function untilTold(failed: Promise<DevnetError | string>): Promise<void> {
  const told = new Promise<undefined>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(undefined))
  })
  const failure = await Promise.race([told, failed])
  if (failure === undefined) return
  throw failure instanceof DevnetError ? failure : new DevnetError('anvil-stopped', 'The origin ended by itself.')
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}

try {
  await main()
} catch (error) {
  if (!(error instanceof DevnetError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
