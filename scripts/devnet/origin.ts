import { devnet } from '../../shared/chain/chains/424242.ts'
import { accountCount, type DevnetAccounts } from './accounts.ts'
import { type Anvil, startAnvil } from './anvil.ts'
import { toQuantity } from './json-rpc.ts'
import { buildWorld } from './world.ts'
import { WorldChain } from './world-chain.ts'

/** Chain time at which the world begins: ahead of real time, so that a clock mixed up shows at once. */
const genesis = 1_800_000_000
/** Wei per gas the world opens with. */
export const openingBaseFee = 1_000_000_000n

const flags = [
  ...['--chain-id', String(devnet.id), '--accounts', String(accountCount), '--balance', '100000000'],
  ...['--timestamp', String(genesis), '--gas-limit', '4000000000', '--no-mining', '--order', 'fifo'],
]

/** Starts the origin: an anvil that builds the world and then stands still. */
export async function startOrigin(accounts: DevnetAccounts, port?: number): Promise<Anvil> {
  const anvil = await startAnvil(flags, port)
  try {
    const chain = new WorldChain(anvil.rpc, genesis)
    await buildWorld(chain, accounts)
    await anvil.rpc.request('anvil_setNextBlockBaseFeePerGas', [toQuantity(openingBaseFee)])
    await chain.block([])
    return anvil
  } catch (error) {
    await anvil.stop()
    throw error
  }
}
