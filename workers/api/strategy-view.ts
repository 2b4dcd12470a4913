import { z } from '@hono/zod-openapi'
import { toFunctionSignature } from 'viem'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { type MandateJson, mandateSchema, typedDataTypes, vaultDomain } from '../../shared/schema/mandate.ts'
import { strategyConfigurationSchema, strategyStatus } from '../../shared/schema/strategy.ts'
import { displayAmount, showAmount, showBps, showShare } from './display.ts'
import { configurationExample, mandateExample } from './strategy-example.ts'
import type { StrategyRow } from './strategy-store.ts'
import type { readMandateProgress } from './vault-reader.ts'
import { wireAddress, wireAmount, wireBytes32, wireTime } from './wire.ts'

const displaySchema = z.object({ total: displayAmount, maximumSlice: displayAmount, slippage: z.string() })

export const strategySummarySchema = z
  .object({
    id: wireBytes32,
    vault: wireAddress,
    name: z.string(),
    status: strategyStatus,
    configuration: strategyConfigurationSchema.clone().openapi({ example: configurationExample }),
    configurationHash: wireBytes32,
    mandateId: wireBytes32,
    nextDue: wireTime.nullable(),
    createdAt: wireTime,
    updatedAt: wireTime,
    display: displaySchema,
  })
  .openapi('Strategy')

const shownMandate = mandateSchema.clone().openapi({ example: mandateExample })
const typedDataField = z.object({ name: z.string(), type: z.string() })

const mandateTypedDataSchema = z
  .object({
    domain: z.object({
      name: z.string(),
      version: z.string(),
      chainId: z.int(),
      verifyingContract: wireAddress,
    }),
    types: z.object({ EIP712Domain: z.array(typedDataField), Mandate: z.array(typedDataField) }),
    primaryType: z.literal('Mandate'),
    message: shownMandate,
  })
  .openapi('MandateTypedData', { description: 'Give it to eth_signTypedData_v4 as it is.' })

export const strategyDetailSchema = strategySummarySchema
  .extend({
    mandate: shownMandate,
    typedData: mandateTypedDataSchema,
    openMandate: z
      .object({
        to: wireAddress,
        function: z.string(),
        arguments: z.array(z.string()),
      })
      .openapi({ description: 'What to call once the treasurer has signed. Anyone may send it.' }),
  })
  .openapi('StrategyDetail')

export const strategyReadSchema = strategyDetailSchema
  .extend({
    pausedBy: z
      .array(z.enum(['everything', 'vault', 'strategy']))
      .openapi({ description: 'The scopes whose pause holds this strategy; empty when none does.' }),
    progress: z
      .object({
        filled: wireAmount,
        remaining: wireAmount,
        executions: z.int(),
        lastExecution: wireTime.nullable(),
        open: z.boolean(),
        closed: z.boolean(),
        latched: z.boolean().openapi({ description: 'Stopped after poor fills until the treasurer enables it.' }),
        poorFills: z.int().openapi({ description: 'Poor fills in a row.' }),
        display: z.object({ filled: displayAmount, remaining: displayAmount, share: z.string() }),
      })
      .nullable()
      .openapi({ description: 'As the chain says now; null when it does not answer.' }),
  })
  .openapi('StrategyWithProgress')

const domainFields = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
]

const openMandateAbi = vaultAbi.find((entry) => entry.type === 'function' && entry.name === 'openMandate')

export function showStrategy(chain: ChainDefinition, row: StrategyRow): z.input<typeof strategySummarySchema> {
  const configuration = strategyConfigurationSchema.parse(JSON.parse(row.configuration))
  const { id, vault, name, status, configurationHash, mandateId, nextDue, createdAt, updatedAt } = row
  const { sell, total, maximumSlice, slippageBps } = configuration
  return {
    id,
    vault,
    name,
    status,
    configuration: strategyConfigurationSchema.encode(configuration),
    configurationHash,
    mandateId,
    nextDue,
    createdAt,
    updatedAt,
    display: {
      total: showAmount(chain, sell, total),
      maximumSlice: showAmount(chain, sell, maximumSlice),
      slippage: showBps(slippageBps),
    },
  }
}

/** The strategy with everything a treasurer needs to sign and open its mandate. */
export function showStrategyDetail(chain: ChainDefinition, row: StrategyRow): z.input<typeof strategyDetailSchema> {
  const mandate = mandateSchema.encode(mandateSchema.parse(JSON.parse(row.mandate)))
  return {
    ...showStrategy(chain, row),
    mandate,
    typedData: mandateTypedData(chain.id, row.vault, mandate),
    openMandate: {
      to: row.vault,
      function: openMandateAbi === undefined ? 'openMandate' : toFunctionSignature(openMandateAbi),
      arguments: ['mandate', 'signature of typedData by the treasurer'],
    },
  }
}

function mandateTypedData(chainId: number, vault: string, message: MandateJson) {
  const { name = '', version = '' } = vaultDomain(chainId, `0x${vault.slice(2)}`)
  return {
    domain: { name, version, chainId, verifyingContract: vault },
    types: { EIP712Domain: domainFields, Mandate: [...typedDataTypes.Mandate] },
    primaryType: 'Mandate' as const,
    message,
  }
}

/** How far the mandate is, by the chain's own count. */
export function showProgress(
  chain: ChainDefinition,
  row: StrategyRow,
  progress: Awaited<ReturnType<typeof readMandateProgress>>,
) {
  const { sell, total } = mandateSchema.parse(JSON.parse(row.mandate))
  const remaining = total > progress.filled ? total - progress.filled : 0n
  return {
    filled: progress.filled.toString(),
    remaining: remaining.toString(),
    executions: progress.executionCount,
    lastExecution: progress.lastExecution === 0 ? null : progress.lastExecution,
    open: progress.open,
    closed: progress.closed,
    latched: progress.latched,
    poorFills: progress.poorFills,
    display: {
      filled: showAmount(chain, sell, progress.filled),
      remaining: showAmount(chain, sell, remaining),
      share: showShare(progress.filled, total),
    },
  }
}
