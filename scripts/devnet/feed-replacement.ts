import { encodeDeployData } from 'viem'
import { z } from 'zod'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import type { DevnetAccounts } from './accounts.ts'
import type { ChainState } from './chain-state.ts'
import { devnetFeedAbi, devnetFeedBytecode } from './generated/devnetFeed.ts'
import { feedDecimals } from './world.ts'

/** Puts our feed's code where a fork's real feeds are, so that they can be kept fresh on a faster clock. */
export async function replaceFeeds(state: ChainState, chain: ChainDefinition, accounts: DevnetAccounts): Promise<void> {
  const args = [accounts.feedKeeper.address, feedDecimals] as const
  const data = encodeDeployData({ abi: devnetFeedAbi, bytecode: devnetFeedBytecode, args })
  // Calling creation code returns what a deployment would leave behind, its immutables filled in.
  const code = z.string().parse(await state.rpc.request('eth_call', [{ data }, 'latest']))
  for (const { feed } of chain.tokens) await state.rpc.request('anvil_setCode', [feed.source, code])
}
