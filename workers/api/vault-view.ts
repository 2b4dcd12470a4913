import { z } from '@hono/zod-openapi'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { refusals } from '../../shared/chain/generated/refusals.ts'
import { listings } from '../../shared/schema/snapshot.ts'
import type { LedgerStatus, LiveOrder } from '../agent/ledger-types.ts'
import { displayAmount, showAmount } from './display.ts'
import type { VaultReading } from './vault-reader.ts'
import { wireAddress, wireAmount, wireBytes32, wireTime } from './wire.ts'

const usd = z.string().openapi({ example: '1250000000000000000000', description: 'US dollars with 18 decimals.' })

export const vaultSchema = z
  .object({ address: wireAddress, chainId: z.int(), name: z.string(), createdAt: wireTime })
  .openapi('Vault')

export const liveOrderSchema = z
  .object({
    orderId: z.string(),
    strategyId: wireBytes32,
    slot: z.int(),
    attempt: z.int(),
    state: z.string().openapi({ example: 'sent' }),
    nonce: z.int(),
    transactionHash: wireBytes32.nullable(),
    amountIn: wireAmount,
    deadline: wireTime.openapi({ description: 'Until then the chain may still include it. Seconds since epoch.' }),
  })
  .openapi('LiveOrder', { description: 'A signed order that may still trade.' })

const assetSchema = z.object({
  token: wireAddress,
  symbol: z.string().nullable(),
  listing: z.enum(listings).openapi({ description: 'How it is priced, and whether it trades.' }),
  decimals: z.int(),
  booked: wireAmount,
  balance: wireAmount,
  sizeFactorBps: z.int().openapi({ description: 'What its volatility leaves of the size cap, in basis points.' }),
  price: z.object({
    reason: z.string().openapi({ example: 'None', description: 'None, or why there is no price.' }),
    lowUsd: usd,
    highUsd: usd,
    updatedAt: wireTime,
  }),
  display: z.object({ booked: displayAmount, balance: displayAmount }),
})

const stateSchema = z
  .object({
    paused: z.boolean(),
    suspended: z.boolean(),
    tripped: z.boolean(),
    sealed: z.boolean(),
    sentinelRequired: z.boolean(),
    incident: z.int(),
    epoch: z.int(),
    executor: wireAddress,
    executorExpiry: wireTime,
    checkpointAt: wireTime,
    checkpointFresh: z.boolean(),
    peakUsd: usd,
    netAssetValueUsd: usd,
    volumeUsedUsd: usd,
    lossUsedUsd: usd,
    refundUsedUsd: usd,
    limits: z
      .object({
        automaticLimitUsd: usd,
        sizeCapUsd: usd,
        volumeCapacityUsd: usd,
        lossCapacityUsd: usd,
        refundCapacityUsd: usd,
        maximumSlippageBps: z.int(),
        drawdownBps: z.int(),
        referenceVolatilityBps: z.int(),
        maximumCheckpointAge: z.int(),
      })
      .openapi({ description: 'The meters of volume, loss and refunds each drain their capacity in a day.' }),
    reviewThreshold: z.int(),
    policyHash: wireBytes32,
    assets: z.array(assetSchema),
  })
  .openapi('VaultState')

const ledgerSchema = z
  .object({
    version: z.int(),
    head: wireBytes32,
    length: z.int(),
    pausedScopes: z.array(z.object({ scope: z.string(), subject: z.string() })),
    live: liveOrderSchema.nullable(),
  })
  .openapi('LedgerStatus')

export const vaultDetailSchema = vaultSchema
  .extend({
    state: stateSchema.nullable().openapi({ description: 'As the chain says now; null when it does not answer.' }),
    ledger: ledgerSchema.nullable().openapi({ description: 'As the ledger says now; null when it does not answer.' }),
  })
  .openapi('VaultDetail')

export function showState(chain: ChainDefinition, { state, assets }: VaultReading): z.output<typeof stateSchema> {
  const { limits } = state
  return {
    paused: state.paused,
    suspended: state.suspended,
    tripped: state.tripped,
    sealed: state.isSealed,
    sentinelRequired: state.sentinelRequired,
    incident: state.incident,
    epoch: state.epoch,
    executor: state.executor,
    executorExpiry: Number(state.executorExpiry),
    checkpointAt: Number(state.checkpointAt),
    checkpointFresh: state.checkpointFresh,
    peakUsd: state.peakUsd.toString(),
    netAssetValueUsd: state.netAssetValueUsd.toString(),
    volumeUsedUsd: state.volumeUsedUsd.toString(),
    lossUsedUsd: state.lossUsedUsd.toString(),
    refundUsedUsd: state.refundUsedUsd.toString(),
    limits: {
      automaticLimitUsd: limits.automaticLimitUsd.toString(),
      sizeCapUsd: limits.sizeCapUsd.toString(),
      volumeCapacityUsd: limits.volumeCapacityUsd.toString(),
      lossCapacityUsd: limits.lossCapacityUsd.toString(),
      refundCapacityUsd: limits.refundCapacityUsd.toString(),
      maximumSlippageBps: limits.maximumSlippageBps,
      drawdownBps: limits.drawdownBps,
      referenceVolatilityBps: limits.referenceVolatilityBps,
      maximumCheckpointAge: limits.maximumCheckpointAge,
    },
    reviewThreshold: state.reviewThreshold,
    policyHash: state.policyHash,
    assets: assets.map((asset) => showAsset(chain, asset)),
  }
}

function showAsset(chain: ChainDefinition, asset: VaultReading['assets'][number]): z.output<typeof assetSchema> {
  const { token, decimals, booked, balance, sizeFactorBps, verdict } = asset
  return {
    token,
    symbol: chain.tokens.find((known) => known.address === token)?.symbol ?? null,
    listing: listings[asset.listing] ?? 'Unlisted',
    decimals,
    booked: booked.toString(),
    balance: balance.toString(),
    sizeFactorBps: Number(sizeFactorBps),
    price: {
      reason: refusals[verdict.reason] ?? 'PriceInvalid',
      lowUsd: verdict.low.toString(),
      highUsd: verdict.high.toString(),
      updatedAt: Number(verdict.updatedAt),
    },
    display: { booked: showAmount(chain, token, booked), balance: showAmount(chain, token, balance) },
  }
}

export function showLedger(status: LedgerStatus): z.output<typeof ledgerSchema> {
  const { version, head, length, pausedScopes, live } = status
  return {
    version,
    head,
    length,
    pausedScopes: pausedScopes.filter(({ paused }) => paused).map(({ scope, subject }) => ({ scope, subject })),
    live: live === null ? null : showLiveOrder(live),
  }
}

/** Copies field by field, so that nothing a ledger may add later leaves unasked. */
export function showLiveOrder(order: LiveOrder): z.output<typeof liveOrderSchema> {
  const { orderId, strategyId, slot, attempt, state, nonce, transactionHash, amountIn, deadline } = order
  return { orderId, strategyId, slot, attempt, state, nonce, transactionHash, amountIn, deadline }
}
