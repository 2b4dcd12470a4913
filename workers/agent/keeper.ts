import { type Address, decodeFunctionResult, encodeFunctionData, type Hex, hexToNumber, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { basisPointsOfOne, minimum, oneToken } from '../../shared/chain/units.ts'
import type { VaultState } from '../../shared/schema/snapshot.ts'
import type { Agent } from './agent.ts'
import { logLine } from './log-line.ts'
import { askBoth, byHash, ProviderRefused, ProviderUnavailable, type Quorum } from './providers.ts'

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
      const reason = await reasonToCheckpoint(quorum, vault, state)
      if (reason === null) continue
      const transactionHash = await sendCheckpoint(agent, quorum, vault, sent)
      sent += 1
      logLine('info', 'keeper.checkpoint', { vault, transactionHash, reason })
    } catch (error) {
      logLine('error', 'keeper.failed', { vault, error })
    }
  }
}

async function reasonToCheckpoint(quorum: Quorum, vault: Address, state: VaultState): Promise<string | null> {
  if (!state.isSealed || state.tripped) return null
  const now = quorum.pin.timestamp
  if (state.suspended) return now >= state.suspendedAt + secondLookSeconds ? 'the second look is due' : null
  if (!state.checkpointFresh) return 'the checkpoint is stale'
  if (now - state.checkpointAt > state.limits.maximumCheckpointAge / 2) return 'the checkpoint is getting old'
  return (await drawdownCrossed(quorum, vault, state)) ? 'the drawdown limit is crossed' : null
}

/** Prices the books as the vault does, with each asset's higher price; an asset without a price is the vault's to refuse. */
async function drawdownCrossed(quorum: Quorum, vault: Address, state: VaultState): Promise<boolean> {
  const data = encodeFunctionData({ abi: vaultAbi, functionName: 'assets' })
  const answer = await askBoth(quorum, 'eth_call', [{ to: vault, data }, byHash(quorum.pin)])
  if (typeof answer !== 'string') throw new ProviderUnavailable('The vault’s assets could not be read')
  const assets = decodeFunctionResult({ abi: vaultAbi, functionName: 'assets', data: answer as Hex })
  let value = 0n
  for (const { booked, balance, decimals, verdict } of assets) {
    const amount = minimum(booked, balance)
    if (amount === 0n) continue
    if (verdict.reason !== 0) return false
    value += (amount * verdict.high) / oneToken(decimals)
  }
  return value * basisPointsOfOne < state.peakUsd * (basisPointsOfOne - BigInt(state.limits.drawdownBps))
}

/**
 * Nonces count from the confirmed one: what an earlier minute left pending is refused as known or replaced, never followed
 * by a second one. `earlier`: checkpoints of other vaults sent in this minute.
 */
async function sendCheckpoint(
  agent: Agent,
  { providers, pin }: Quorum,
  vault: Address,
  earlier: number,
): Promise<Hex | null> {
  const account = privateKeyToAccount(agent.environment.KEEPER_KEY as Hex)
  const [provider] = providers
  const nonce = await provider.request('eth_getTransactionCount', [account.address, toHex(pin.number)])
  if (typeof nonce !== 'string') throw new ProviderUnavailable('The keeper’s nonce could not be read')
  const data = encodeFunctionData({ abi: vaultAbi, functionName: 'checkpoint' })
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
