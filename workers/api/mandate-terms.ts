import { type Address, concat, type Hex, keccak256, toHex } from 'viem'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import type { RelayName } from '../../shared/chain/relays.ts'
import { worstPriceScale } from '../../shared/chain/units.ts'
import { configurationHash } from '../../shared/schema/configuration-hash.ts'
import { type Mandate, mandateSchema } from '../../shared/schema/mandate.ts'
import type { StrategyConfiguration } from '../../shared/schema/strategy.ts'
import { profileUntil } from '../agent/decide/strategies/vwap.ts'
import type { Fault } from './problems.ts'

/** The vault counts amounts in 112 bits with a sign. */
const maximumFilled = 2n ** 111n - 1n
/** The mandate's worst price fits so many bits. */
const largestWorstPrice = 2n ** 192n - 1n
/** End of what the agent's timestamps can say: uint32 seconds. */
const latestTime = 4_294_967_295
const mostSlices = 10_000n
/** Executions a mandate allows per planned slice: a shrunk slice needs more than one. */
const executionsPerSlice = 3
const spareExecutions = 10
/** A fill that uses more of the slippage bound than this is poor; so many in a row latch the mandate. */
const poorFillShareBps = 7_500
const maximumPoorFills = 5
/** A slice may be this late: an order's life of three blocks, and two for the block its decision saw. */
const latenessBlocks = 5
const cronSeconds = 60

/** What of the vault and the chain the terms must agree with. */
export interface Surroundings {
  chain: ChainDefinition
  /** Relays the agent may give orders to. */
  configuredRelays: readonly RelayName[]
  /** Tokens the vault lists, and those of them that a guardian took out of trading. */
  listed: readonly Address[]
  quarantined: readonly Address[]
  /** The vault's bound for any mandate. */
  maximumSlippageBps: number
  /** Seconds, chain time. */
  now: number
}

/** How many slices the configuration plans. */
export function plannedSlices(configuration: StrategyConfiguration): bigint {
  if (configuration.kind !== 'dca') return BigInt(configuration.slices)
  const { total, amountPerSlice } = configuration
  return amountPerSlice === 0n ? 0n : (total + amountPerSlice - 1n) / amountPerSlice
}

/** When the mandate ends: after the last slice, and one interval (at least an hour) for retries and shrunk slices. */
export function mandateEnd(configuration: StrategyConfiguration): bigint {
  const interval = BigInt(configuration.intervalSeconds)
  const grace = interval > 3_600n ? interval : 3_600n
  return BigInt(configuration.start) + plannedSlices(configuration) * interval + grace
}

/** Everything that keeps the configuration from becoming a mandate; empty when nothing does. */
export function faultsOf(configuration: StrategyConfiguration, surroundings: Surroundings): Fault[] {
  return [
    ...tokenFaults(configuration, surroundings),
    ...amountFaults(configuration),
    ...scheduleFaults(configuration, surroundings.now),
    ...priceFaults(configuration, surroundings.maximumSlippageBps),
    ...orderflowFaults(configuration, surroundings),
  ]
}

function fault(field: string, sentence: string, code: NonNullable<Fault['code']>): Fault {
  return { pointer: `#/configuration/${field}`, detail: `${field} ${sentence}.`, code }
}

function tokenFaults({ sell, buy }: StrategyConfiguration, { chain, listed, quarantined }: Surroundings): Fault[] {
  const faults: Fault[] = []
  for (const [field, token] of [
    ['sell', sell],
    ['buy', buy],
  ] as const) {
    if (!chain.tokens.some((known) => known.address === token)) {
      faults.push(fault(field, `is not a token the agent knows on ${chain.name}`, 'AssetUnknown'))
    } else if (!listed.includes(token)) {
      faults.push(fault(field, 'is not listed in this vault', 'AssetUnknown'))
    } else if (quarantined.includes(token)) {
      faults.push(fault(field, 'is in quarantine in this vault', 'AssetQuarantined'))
    }
  }
  if (sell === buy) faults.push(fault('buy', 'is the token that is sold', 'MandateInvalid'))
  return faults
}

function amountFaults(configuration: StrategyConfiguration): Fault[] {
  const { total, maximumSlice } = configuration
  const faults: Fault[] = []
  if (total === 0n) faults.push(fault('total', 'is zero', 'MandateInvalid'))
  if (total > maximumFilled) faults.push(fault('total', 'is larger than 2^111 - 1', 'OutOfBounds'))
  if (maximumSlice === 0n) faults.push(fault('maximumSlice', 'is zero', 'SliceTooLarge'))
  if (maximumSlice > total) faults.push(fault('maximumSlice', 'is larger than total', 'SliceTooLarge'))
  return [...faults, ...(configuration.kind === 'dca' ? dcaFaults(configuration) : sliceFaults(configuration))]
}

/** What the kinds with a number of slices must satisfy; the last slices could not catch up a largest slice below the mean. */
function sliceFaults(configuration: Exclude<StrategyConfiguration, { kind: 'dca' }>): Fault[] {
  const { total, maximumSlice } = configuration
  const slices = BigInt(configuration.slices)
  const slice = (total + slices - 1n) / slices
  if (total > 0n && total < slices) return [fault('slices', 'are more than base units to sell', 'MandateInvalid')]
  if (maximumSlice > 0n && slice > maximumSlice) {
    return [fault('maximumSlice', `is smaller than one of the ${slices} equal slices`, 'SliceTooLarge')]
  }
  if (configuration.kind === 'vwap' && profileUntil(configuration, configuration.slices) === 0n) {
    return [fault('hourWeights', 'expect no volume in any hour of the schedule', 'MandateInvalid')]
  }
  return []
}

function dcaFaults(configuration: Extract<StrategyConfiguration, { kind: 'dca' }>): Fault[] {
  const { amountPerSlice, maximumSlice } = configuration
  const faults: Fault[] = []
  if (amountPerSlice === 0n) faults.push(fault('amountPerSlice', 'is zero', 'SliceTooLarge'))
  if (amountPerSlice > maximumSlice)
    faults.push(fault('amountPerSlice', 'is larger than maximumSlice', 'SliceTooLarge'))
  if (plannedSlices(configuration) > mostSlices) {
    faults.push(fault('amountPerSlice', `needs more than ${mostSlices} slices to fill total`, 'OutOfBounds'))
  }
  return faults
}

function scheduleFaults(configuration: StrategyConfiguration, now: number): Fault[] {
  const end = mandateEnd(configuration)
  if (end > BigInt(latestTime)) {
    return [fault('intervalSeconds', 'times the number of slices ends after the year 2106', 'OutOfBounds')]
  }
  const lastSlice = configuration.start + Number(plannedSlices(configuration)) * configuration.intervalSeconds
  if (lastSlice <= now) return [fault('start', 'is so early that the whole schedule lies in the past', 'MandateEnded')]
  return []
}

function priceFaults({ slippageBps, worstPrice, total }: StrategyConfiguration, maximumSlippageBps: number): Fault[] {
  const faults: Fault[] = []
  if (slippageBps > maximumSlippageBps) {
    faults.push(fault('slippageBps', `is above the vault's bound of ${maximumSlippageBps}`, 'OutOfBounds'))
  }
  if (worstPrice === 0n) {
    faults.push(
      fault('worstPrice', 'is zero: a mandate needs a floor that holds whatever the oracle says', 'WorstPrice'),
    )
  }
  if (worstPrice > largestWorstPrice || (worstPrice * total) / worstPriceScale > maximumFilled) {
    faults.push(fault('worstPrice', 'asks for more than any token has', 'OutOfBounds'))
  }
  return faults
}

function orderflowFaults(configuration: StrategyConfiguration, { chain, configuredRelays }: Surroundings): Fault[] {
  const { orderflow, slippageBps, relays, maximumFeePerGas } = configuration
  const faults: Fault[] = []
  if (orderflow !== 'never-public' && orderflow.publicLastStep.slippageBps >= slippageBps) {
    faults.push(fault('orderflow', 'allows in public what is no tighter than slippageBps', 'OutOfBounds'))
  }
  if (relays !== undefined) {
    const foreign = relays.find((name) => chain.relays[name] === undefined)
    if (foreign !== undefined) {
      faults.push(fault('relays', `names ${foreign}, which ${chain.name} does not have`, 'OutOfBounds'))
    } else if (!relays.some((name) => configuredRelays.includes(name))) {
      faults.push(fault('relays', 'names none that this agent is configured with', 'OutOfBounds'))
    }
    if (new Set(relays).size < relays.length) faults.push(fault('relays', 'names a relay twice', 'MandateInvalid'))
  }
  if (maximumFeePerGas === 0n) {
    faults.push(fault('maximumFeePerGas', 'is zero: nothing could ever be sent', 'OutOfBounds'))
  }
  return faults
}

/** Identity of a strategy: keccak256(vault ‖ configuration hash ‖ salt) of its first draft; it never changes after. */
export function strategyId(vault: Address, configuration: StrategyConfiguration, salt: bigint): Hex {
  return keccak256(concat([vault, configurationHash(configuration), toHex(salt, { size: 32 })]))
}

/**
 * The mandate a treasurer is asked to sign. Its minimum interval leaves room for a slice that came late and one that comes
 * on time, so that the jitter of blocks (and of the minute cron, where the interval is no multiple of it) refuses nothing.
 *
 * @param configuration one without faults; see {@link faultsOf}
 */
export function mandateFor(
  strategy: Hex,
  configuration: StrategyConfiguration,
  chain: ChainDefinition,
  salt: bigint,
): Mandate {
  const { intervalSeconds } = configuration
  const jitter = latenessBlocks * chain.blockSeconds + (intervalSeconds % cronSeconds === 0 ? 0 : cronSeconds)
  return mandateSchema.parse(
    mandateSchema.encode({
      strategy,
      sell: configuration.sell,
      buy: configuration.buy,
      total: configuration.total,
      maximumSlice: configuration.maximumSlice,
      // A schedule says by itself what is due when: its mandate is a one-off.
      refillAmount: 0n,
      refillPeriod: 0,
      start: configuration.start,
      end: Number(mandateEnd(configuration)),
      minimumInterval: Math.max(Math.floor(intervalSeconds / 4), intervalSeconds - jitter),
      maximumExecutions: Number(plannedSlices(configuration)) * executionsPerSlice + spareExecutions,
      worstPrice: configuration.worstPrice,
      slippageBps: configuration.slippageBps,
      poorFillBps: Math.ceil((configuration.slippageBps * poorFillShareBps) / 10_000),
      maximumPoorFills,
      configurationHash: configurationHash(configuration),
      salt,
    }),
  )
}
