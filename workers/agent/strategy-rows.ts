import { and, eq, inArray } from 'drizzle-orm'
import type { Address, Hex } from 'viem'
import { type Mandate, mandateSchema } from '../../shared/schema/mandate.ts'
import { address, bytes32 } from '../../shared/schema/primitives.ts'
import { type Strategy, strategyConfigurationSchema } from '../../shared/schema/strategy.ts'
import { pauses, strategies, vaults } from '../database/schema.ts'
import type { Agent } from './agent.ts'
import type { PauseFlag } from './ledger-types.ts'

/** A strategy with the mandate that pays for it. */
export interface StoredStrategy {
  strategy: Strategy
  mandate: Mandate
  mandateId: Hex
  /** When the next slice is due; null once nothing is. */
  nextDue: number | null
}

/** Pauses in force that concern a vault: its own, those of its strategies, and those of everything. */
export async function readPauses(agent: Agent, vault: Address): Promise<PauseFlag[]> {
  const rows = await agent.database.select({ scope: pauses.scope, subject: pauses.subject }).from(pauses)
  const own = await agent.database.select({ id: strategies.id }).from(strategies).where(eq(strategies.vault, vault))
  const ids = new Set(own.map(({ id }) => id))
  return rows
    .filter(({ scope, subject }) => {
      if (scope === 'everything') return true
      return scope === 'vault' ? subject === vault : ids.has(subject)
    })
    .map((row) => ({ ...row, paused: true }))
}

/** Does one of the flags hold this strategy? The flags concern its vault. */
export function holds(flags: readonly PauseFlag[], strategyId: Hex): boolean {
  return flags.some(({ scope, subject }) => scope !== 'strategy' || subject === strategyId)
}

/** Vaults of this chain, the agent's list of work. */
export async function readVaults(agent: Agent): Promise<Address[]> {
  const rows = await agent.database
    .select({ vault: vaults.address })
    .from(vaults)
    .where(eq(vaults.chainId, agent.chain.id))
  return rows.map(({ vault }) => address.parse(vault))
}

/** Strategies of a vault that may still trade, or wait for their mandate. */
export async function readOpenStrategies(agent: Agent, vault: Address): Promise<StoredStrategy[]> {
  const rows = await agent.database
    .select()
    .from(strategies)
    .where(and(eq(strategies.vault, vault), inArray(strategies.status, ['draft', 'active', 'latched'])))
  return rows.map((row) => storedStrategy(agent, row))
}

export async function readStrategy(agent: Agent, strategyId: Hex): Promise<StoredStrategy | null> {
  const [row] = await agent.database.select().from(strategies).where(eq(strategies.id, strategyId)).limit(1)
  return row === undefined ? null : storedStrategy(agent, row)
}

function storedStrategy(agent: Agent, row: typeof strategies.$inferSelect): StoredStrategy {
  return {
    strategy: {
      id: bytes32.parse(row.id),
      vault: address.parse(row.vault),
      chainId: agent.chain.id,
      configuration: strategyConfigurationSchema.parse(JSON.parse(row.configuration)),
      configurationHash: bytes32.parse(row.configurationHash),
      status: row.status,
      paused: false,
    },
    mandate: mandateSchema.parse(JSON.parse(row.mandate)),
    mandateId: bytes32.parse(row.mandateId),
    nextDue: row.nextDue,
  }
}
