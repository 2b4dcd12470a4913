import type { Address, Hex } from 'viem'
import { z } from 'zod'
import type { Random } from '../../scripts/devnet/random.ts'
import { openMandate } from '../../scripts/devnet/treasury-signatures.ts'
import { tokenBySymbol } from '../../scripts/devnet/world-pools.ts'
import { canonicalJson } from '../../shared/audit/canonical-json.ts'
import { type Mandate, mandateId as mandateIdOf, mandateSchema } from '../../shared/schema/mandate.ts'
import { type StrategyConfiguration, strategyConfigurationSchema } from '../../shared/schema/strategy.ts'
import { mandateEnd, mandateFor, plannedSlices, strategyId as strategyIdFor } from '../../workers/api/mandate-terms.ts'
import { strategies } from '../../workers/database/schema.ts'
import { database } from '../integration/agent-world.ts'
import { reach, rpc } from '../integration/local-chain.ts'

/** A parent order: what somebody asked for, as the watcher remembers it. */
export interface Parent {
  strategyId: Hex
  mandateId: Hex
  mandate: Mandate
  configuration: StrategyConfiguration
  /** Whether its mandate was brought to the chain. */
  opened: boolean
}

const pairs: readonly (readonly [string, string])[] = [
  ['USDC', 'WETH'],
  ['WETH', 'USDC'],
  ['USDC', 'WBTC'],
  ['WBTC', 'USDC'],
  ['USDC', 'WETH'],
]

/** USD of one slice. */
const slice = { least: 50, spread: 500 }

/** A schedule nobody has asked for before, due within a minute of `now`. */
export async function drawParent(vault: Address, random: Random, number: number, now: number): Promise<Parent> {
  const pick = (count: number) => Math.floor(random.uniform() * count)
  const [sellSymbol, buySymbol] = pairs[pick(pairs.length)] ?? ['USDC', 'WETH']
  const [sell, buy] = [tokenBySymbol(reach.chain, sellSymbol), tokenBySymbol(reach.chain, buySymbol)]
  const prices = await readPrices()
  const [sellUsd, buyUsd] = [prices[sellSymbol] ?? 1, prices[buySymbol] ?? 1]
  const sliceUsd = slice.least + slice.spread * random.uniform()
  const amountPerSlice = baseUnits(sliceUsd / sellUsd, sell.decimals)
  const slices = 2 + pick(4)
  const total = amountPerSlice * BigInt(slices)
  const common = {
    sell: sell.address,
    buy: buy.address,
    total,
    maximumSlice: total,
    start: now + pick(60),
    intervalSeconds: 60 * (1 + pick(4)),
    slippageBps: 100,
    // A fifth of the price: far from the market, and not nothing.
    worstPrice: (baseUnits(sellUsd / buyUsd / 5, 18) * 10n ** BigInt(18 + buy.decimals)) / 10n ** BigInt(sell.decimals),
    orderflow: 'never-public' as const,
  }
  const configuration: StrategyConfiguration =
    random.uniform() < 0.6 ? { ...common, kind: 'twap', slices } : { ...common, kind: 'dca', amountPerSlice }
  const salt = BigInt(number)
  const strategyId = strategyIdFor(vault, configuration, salt)
  const mandate = mandateFor(strategyId, configuration, reach.chain, salt)
  const mandateId = mandateIdOf(reach.chain.id, vault, mandate)
  return { strategyId, mandateId, mandate, configuration, opened: false }
}

/** Files the draft, as the API would. */
export async function fileParent(vault: Address, parent: Parent, now: number): Promise<void> {
  const { strategyId, mandateId, mandate, configuration } = parent
  await database.insert(strategies).values({
    id: strategyId,
    vault,
    name: `${configuration.kind} ${configuration.total}`,
    configuration: canonicalJson(strategyConfigurationSchema.encode(configuration)),
    configurationHash: mandate.configurationHash,
    mandate: canonicalJson(mandateSchema.encode(mandate)),
    mandateId,
    status: 'draft',
    nextDue: configuration.start,
    createdAt: now,
    updatedAt: now,
  })
}

/** Brings the signed mandate to the chain, in a block of its own. */
export async function openParent(vault: Address, parent: Parent): Promise<void> {
  await openMandate(reach, vault, parent.mandate)
  parent.opened = true
}

/** Chain time at which all of it should have traded, if nothing went wrong. */
export function plannedEnd({ configuration }: Parent): number {
  const { start, intervalSeconds } = configuration
  return start + Number(plannedSlices(configuration)) * intervalSeconds
}

/** Chain time from which nothing of it can trade. */
export function endOf({ configuration }: Parent): number {
  return Number(mandateEnd(configuration))
}

async function readPrices(): Promise<Record<string, number>> {
  const status = z.object({ market: z.object({ prices: z.record(z.string(), z.number()) }) })
  return status.parse(await rpc('devnet_status')).market.prices
}

function baseUnits(amount: number, decimals: number): bigint {
  return (BigInt(Math.round(amount * 1e9)) * 10n ** BigInt(decimals)) / 10n ** 9n
}
