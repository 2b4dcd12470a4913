import { type Address, bytesToBigInt, type Hex } from 'viem'
import { canonicalJson } from '../../shared/audit/canonical-json.ts'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import type { RelayEndpoint } from '../../shared/chain/relays.ts'
import { type Mandate, mandateId, mandateSchema } from '../../shared/schema/mandate.ts'
import { listings } from '../../shared/schema/snapshot.ts'
import { type StrategyConfiguration, strategyConfigurationSchema } from '../../shared/schema/strategy.ts'
import { faultsOf, mandateFor, strategyId } from './mandate-terms.ts'
import { Problem } from './problems.ts'
import type { VaultReading } from './vault-reader.ts'

/** The columns of a strategy that follow from its configuration. */
export interface Terms {
  id: Hex
  configuration: string
  configurationHash: string
  mandate: string
  mandateId: string
  nextDue: number
}

/**
 * Turns a configuration into the mandate a treasurer would sign.
 *
 * @param id the strategy's, or null for a new one
 * @throws Problem invalid-strategy with every fault found
 */
export function draftTerms(
  configuration: StrategyConfiguration,
  vault: Address,
  id: Hex | null,
  {
    chain,
    reading,
    relays,
    now,
  }: { chain: ChainDefinition; reading: VaultReading; relays: readonly RelayEndpoint[]; now: number },
): Terms {
  const faults = faultsOf(configuration, {
    chain,
    configuredRelays: relays.map(({ name }) => name),
    listed: reading.assets.map(({ token }) => token),
    quarantined: reading.assets.filter(isQuarantined).map(({ token }) => token),
    maximumSlippageBps: reading.state.limits.maximumSlippageBps,
    now,
  })
  const [first] = faults
  if (first !== undefined) {
    const detail =
      faults.length > 1 ? `${faults.length} terms are not possible; the first: ${first.detail}` : first.detail
    throw new Problem('invalid-strategy', detail, { faults })
  }
  const salt = bytesToBigInt(crypto.getRandomValues(new Uint8Array(32)))
  const strategy = id ?? strategyId(vault, configuration, salt)
  return rowOf(configuration, vault, chain, mandateFor(strategy, configuration, chain, salt))
}

function isQuarantined({ listing }: VaultReading['assets'][number]): boolean {
  return listings[listing] === 'Quarantined'
}

function rowOf(configuration: StrategyConfiguration, vault: Address, chain: ChainDefinition, mandate: Mandate): Terms {
  return {
    id: mandate.strategy,
    configuration: canonicalJson(strategyConfigurationSchema.encode(configuration)),
    configurationHash: mandate.configurationHash,
    mandate: canonicalJson(mandateSchema.encode(mandate)),
    mandateId: mandateId(chain.id, vault, mandate),
    nextDue: configuration.start,
  }
}
