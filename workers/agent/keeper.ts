import { type Address, encodeFunctionData, type Hex, hexToNumber, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { basisPointsOfOne, oneToken, oneUsd } from '../../shared/chain/units.ts'
import { available } from '../../shared/policy/balance.ts'
import type { AssetState, VaultState } from '../../shared/schema/snapshot.ts'
import type { Agent } from './agent.ts'
import { callAssets } from './lens-call.ts'
import { logLine } from './log-line.ts'
import { byHash, ProviderRefused, ProviderUnavailable, type Quorum } from './providers.ts'
import { assetStateFrom } from './snapshot-from-view.ts'

/** Seconds after which a suspended vault may be looked at a second time: the vault trips, or resumes. */
const secondLookSeconds = 600
/** A checkpoint touches every listed asset; gas that is not used is not paid. */
const checkpointGas = 1_500_000n

/** A vault as the minute sweep saw it. */
export interface KeptVault {
  vault: Address
  state: VaultState
  quorum: Quorum
}

/**
 * Sends `checkpoint()` where one is wanted. Anyone may call it and it can only suspend, trip or resume, so it goes through
 * the public pool; sent twice it is harmless, and not sent it only keeps the vault from trading. Never throws.
 */
export async function keepAll(agent: Agent, vaults: readonly KeptVault[]): Promise<void> {
  let sent = 0
  for (const { vault, state, quorum } of vaults) {
    try {
      if (!mayCheckpoint(state, quorum.pin.timestamp)) continue
      const assets = (await callAssets(quorum, vault)).map(assetStateFrom)
      const reason = reasonToCheckpoint(state, assets, quorum.pin.timestamp)
      if (reason === null) continue
      const hints = assets.map(({ hint }) => hint)
      const transactionHash = await sendCheckpoint(agent, quorum, vault, hints, sent)
      sent += 1
      logLine('info', 'keeper.checkpoint', { vault, transactionHash, reason })
    } catch (error) {
      logLine('error', 'keeper.failed', { vault, error })
    }
  }
}

/** Whether a checkpoint could change anything now. */
function mayCheckpoint(state: VaultState, now: number): boolean {
  if (!state.isSealed || state.tripped) return false
  return !state.suspended || now >= state.suspendedAt + secondLookSeconds
}

function reasonToCheckpoint(state: VaultState, assets: readonly AssetState[], now: number): string | null {
  if (state.suspended) return 'the second look is due'
  if (!state.checkpointFresh) return 'the checkpoint is stale'
  if (now - state.checkpointAt > state.limits.maximumCheckpointAge / 2) return 'the checkpoint is getting old'
  return drawdownCrossed(state, assets) ? 'the drawdown limit is crossed' : null
}

/**
 * Values the books as the vault does, with each asset's higher price and without what is quarantined; an asset without a
 * price is the vault's to refuse.
 */
function drawdownCrossed(state: VaultState, assets: readonly AssetState[]): boolean {
  let value = 0n
  for (const asset of assets) {
    const amount = available(asset)
    if (asset.listing === 'Quarantined' || amount === 0n) continue
    if (asset.verdict.reason !== 'None') return false
    value += (amount * asset.verdict.high) / oneToken(asset.decimals)
  }
  // Below a dollar the vault looks at no drawdown.
  if (state.peakUsd < oneUsd) return false
  return value * basisPointsOfOne < state.peakUsd * (basisPointsOfOne - BigInt(state.limits.drawdownBps))
}

/**
 * Nonces count from the confirmed one: what an earlier minute left pending is refused as known or replaced, never followed
 * by a second one. `hints`: where each asset's observation is. `earlier`: checkpoints of other vaults sent in this minute.
 */
async function sendCheckpoint(
  agent: Agent,
  { providers, pin }: Quorum,
  vault: Address,
  hints: readonly number[],
  earlier: number,
): Promise<Hex | null> {
  const account = privateKeyToAccount(agent.environment.KEEPER_KEY as Hex)
  const [provider] = providers
  const nonce = await provider.request('eth_getTransactionCount', [account.address, toHex(pin.number)])
  if (typeof nonce !== 'string') throw new ProviderUnavailable('The keeper’s nonce could not be read')
  const data = encodeFunctionData({ abi: vaultAbi, functionName: 'checkpoint', args: [hints] })
  // A price that is missing would make the vault refuse; then there is nothing to pay for.
  await provider.request('eth_call', [{ from: account.address, to: vault, data }, byHash(pin)])
  const maxPriorityFeePerGas = 1_000_000_000n
  const bytes = await account.signTransaction({
    type: 'eip1559',
    chainId: agent.chain.id,
    nonce: hexToNumber(nonce as Hex) + earlier,
    to: vault,
    data,
    gas: checkpointGas,
    maxFeePerGas: 2n * pin.baseFeePerGas + maxPriorityFeePerGas,
    maxPriorityFeePerGas,
  })
  try {
    const hash = await provider.request('eth_sendRawTransaction', [bytes])
    return typeof hash === 'string' ? (hash as Hex) : null
  } catch (error) {
    if (error instanceof ProviderRefused && /already|underpriced|nonce/i.test(error.message)) return null
    throw error
  }
}
