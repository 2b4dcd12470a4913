import { z } from 'zod'
import { calibrationSchema, modelKind } from './calibration.ts'
import { mandateSchema } from './mandate.ts'
import { marketSchema } from './price-history.ts'
import { address, bigintFromDecimal, bytes32, timestamp } from './primitives.ts'
import { refusalSchema, snapshotSchema } from './snapshot.ts'
import { strategySchema } from './strategy.ts'

/** Reasons the agent adds to the vault's refusals: what only it can know. */
export const agentReasons = [
  'NotDue', // the schedule wants nothing now
  'StrategyPaused', // paused through the API: this strategy, its vault, or everything
  'MandateMissing', // the strategy is still a draft
  'AlreadyClaimed', // this slice has been taken by an earlier delivery
  'OrderInFlight', // the key has a live order
  'StaleDecision', // the ledger moved on since the decision was made
  'NoPools', // no pool of the pair exists or has liquidity
  'SliceTooSmall', // the pools would give less than one base unit for it
  'VolatilityGate', // the market is too volatile for a slice worth a transaction
  'RouteNotOptimal', // the certificate leaves room for a better split
  'DepthExceeded', // the pools cannot take the slice
  'ForecastUnavailable', // no forecast could be made
  'ModelsDisagree', // the models are too far apart
  'ProvidersDisagree', // the two providers differ, or one lags
  'ProviderUnavailable', // a provider does not answer
  'SimulationReverted', // the exact call reverts, with the vault's own reason beside it
  'GasUnaffordable', // the executor cannot pay for the transaction
  'NoRelay', // no relay is left that may be given the order
  'FeeCapReached', // gas costs more than the strategy lets a transaction pay
  'Latched', // too many failures in a row; a person must re-enable
  'SignerMismatch', // our key is not the vault's executor
  'SignerUnavailable', // the key service does not answer, or asks for fewer requests
  'SignerRefused', // the key service does not let us sign, or has no such key
] as const
export const reasonSchema = z.union([refusalSchema, z.enum(agentReasons)])
export type Reason = z.infer<typeof reasonSchema>

/** allow and shrink trade; wait, review, refuse and latch do not, and have a reason. */
export const verdictSchema = z.enum(['allow', 'shrink', 'wait', 'review', 'refuse', 'latch'])
export type Verdict = z.infer<typeof verdictSchema>

/** One quantity with its interval; `model` names the forecaster, `note` says where it had to fall back. */
export const forecastSchema = z.object({
  model: z.string(),
  value: z.number(),
  low: z.number(),
  high: z.number(),
  note: z.string(),
})
export type Forecast = z.infer<typeof forecastSchema>

/** The base fee of one block to come, wei per gas; `model` names the forecaster, `note` says where it had to fall back. */
export const baseFeeForecastSchema = z.object({
  model: z.string(),
  /** After the snapshot's block. */
  blocksAhead: z.int().min(1),
  median: bigintFromDecimal,
  /** The base fee stays at or below it nine times in ten. */
  quantile90: bigintFromDecimal,
  /** The base fee stays at or below it 99 times in a hundred. */
  quantile99: bigintFromDecimal,
  note: z.string(),
})
export type BaseFeeForecast = z.output<typeof baseFeeForecastSchema>

/** What each volatility model says of one horizon. */
const modelsOfHorizon = z.object({ champion: forecastSchema, challenger: forecastSchema, floor: forecastSchema })
export const volatilityForecastsSchema = z.object({ hour: modelsOfHorizon, day: modelsOfHorizon })
export type VolatilityForecasts = z.output<typeof volatilityForecastsSchema>

/** Quantiles (50, 90 and 99 %) of the price's drift against the trade until the end of the order's life, basis points. */
export const driftForecastSchema = z.object({
  /** From the snapshot to the end of the order's life. */
  seconds: z.number(),
  /** Which one decides. */
  model: z.string(),
  champion: z.array(z.number()),
  challenger: z.array(z.number()),
  /** Of the model that decides, corrected by the calibration. */
  inUse: z.array(z.number()),
})
export type DriftForecast = z.output<typeof driftForecastSchema>

/** Of the block an order aims at, and of the last one that may hold it. */
export const gasForecastSchema = z.object({ nextBlock: baseFeeForecastSchema, endOfLife: baseFeeForecastSchema })
export type GasForecast = z.output<typeof gasForecastSchema>

export const legSchema = z.object({
  /** What this leg sells: the order's own token, or one on the way that earlier legs buy. */
  sell: address,
  buy: address,
  venue: z.enum(['UniswapV2', 'UniswapV3', 'UniswapV4']),
  /** v4: the PoolManager. */
  pool: address,
  feePips: z.int(),
  /** v4 only, 0 elsewhere. */
  tickSpacing: z.int(),
  /** v4 only, the zero address elsewhere. */
  hooks: address,
  /** Base units of the leg's `sell`. Of a token on the way the router spends its share of what arrived. */
  amountIn: bigintFromDecimal,
  /** Exact, at the snapshot; base units of the leg's `buy`. */
  expectedOut: bigintFromDecimal,
})
export type PlannedLeg = z.output<typeof legSchema>

export const planSchema = z.object({
  /** Whatever buys a token comes before what sells it. */
  legs: z.array(legSchema),
  amountIn: bigintFromDecimal,
  expectedOut: bigintFromDecimal,
  /** What no split of these pools could exceed. */
  upperBound: bigintFromDecimal,
  /** What the plan stays below that, beyond what rounding and the gas it saves explain; basis points of the bound. */
  gapBps: z.number(),
  /** What whole base units cost: the pools round at every step. Basis points of the bound. */
  roundingBps: z.number(),
  /** What the plan's gas costs, base units of `buy`; 0 where it was not counted. */
  gasOut: bigintFromDecimal,
})
export type Plan = z.output<typeof planSchema>

/** One rule of the vault's policy mirrored: `reason` is None where it passes. */
export const guardVerdictSchema = z.object({ rule: z.string(), reason: reasonSchema, detail: z.string() })
export type GuardVerdict = z.output<typeof guardVerdictSchema>

/** What `decide()` is given: everything, and nothing else. */
export const decisionInputSchema = z.object({
  strategy: strategySchema,
  mandate: mandateSchema,
  mandateId: bytes32,
  /** ⌊(scheduled − start) / interval⌋: which slice of the schedule this is. */
  slot: z.int().min(0),
  scheduledAt: timestamp,
  snapshot: snapshotSchema,
  /** What the pair's market did lately. */
  market: marketSchema,
  /** What outcomes taught about the drift's quantiles. */
  calibration: calibrationSchema,
  /** Models whose champion did worse than its challenger, which therefore decides. */
  demoted: z.array(modelKind),
  /** Base units of `sell` that live orders of this mandate hold. */
  reserved: bigintFromDecimal,
  /** Attempts at this slice that relays were given and no block held. */
  expiredAttempts: z.int().min(0),
})
export type DecisionInput = z.output<typeof decisionInputSchema>

/** private: only relays are given the order. public: the last step, through the public pool, by a tighter bound. */
const orderStep = z.enum(['private', 'public'])
export type OrderStep = z.infer<typeof orderStep>

/** What `decide()` says. `plan` and `order` are there only when the verdict trades (or asks for review). */
export const decisionSchema = z.object({
  verdict: verdictSchema,
  /** Why nothing is traded; None exactly when something is. */
  reason: reasonSchema,
  /** The limit that made the slice smaller than wanted; null where none did, or where there is no order. */
  shrunkBy: reasonSchema.nullable(),
  /** One plain sentence for people. */
  sentence: z.string(),
  forecasts: z
    .object({
      /** The one that decides: of the hour or the day, whichever is higher. Annualised. */
      volatility: forecastSchema,
      volatilities: volatilityForecastsSchema,
      /** Shortfall of the fill below the oracle: the exact cost of the plan, and the drift. */
      slippageBps: forecastSchema,
      drift: driftForecastSchema,
      gas: gasForecastSchema,
    })
    .nullable(),
  /** What the schedule wanted, before caps. Base units of `sell`. */
  wanted: bigintFromDecimal,
  plan: planSchema.nullable(),
  guards: z.array(guardVerdictSchema),
  order: z
    .object({
      amountIn: bigintFromDecimal,
      minimumOut: bigintFromDecimal,
      deadline: timestamp,
      step: orderStep,
      executionIndex: z.int(),
      epoch: z.int(),
      /** The model that backs the decision. */
      modelId: bytes32,
      /** Where the vault finds the observations that its time-weighted prices start from. */
      sellHint: z.int(),
      buyHint: z.int(),
      /** What the oracle says amountIn is worth, base units of `buy`. */
      oracleOut: bigintFromDecimal,
      /** Predicted shortfall below the oracle, basis points; negative is better than the oracle. */
      predictedSlippageBps: z.number(),
    })
    .nullable(),
})
export type Decision = z.output<typeof decisionSchema>

/** Bumped when the same input could give another decision. */
export const pipelineVersion = 6

/** Appended to the log by `reserve`, or for a tick that did nothing. */
export const decisionRecordSchema = z.object({
  type: z.literal('decision'),
  pipelineVersion: z.int(),
  sequence: z.int().min(0),
  vault: address,
  chainId: z.int(),
  strategyId: bytes32,
  slot: z.int(),
  attempt: z.int(),
  decidedAt: timestamp,
  input: decisionInputSchema.nullable(), // null where nothing could be observed
  decision: decisionSchema,
})
export type DecisionRecord = z.output<typeof decisionRecordSchema>

/** Appended when an order is known to have filled, been refused on chain, or died; or when a reorg took that back. */
export const outcomeRecordSchema = z.object({
  type: z.literal('outcome'),
  sequence: z.int().min(0),
  vault: address,
  chainId: z.int(),
  strategyId: bytes32,
  slot: z.int(),
  attempt: z.int(),
  /** Sequence of the decision this settles. */
  decisionSequence: z.int(),
  outcome: z.enum(['filled', 'refused-on-chain', 'expired', 'replaced', 'index-moved', 'released', 'unsettled']),
  settledAt: timestamp,
  relay: z.string(),
  transactionHash: bytes32.nullable(),
  blockNumber: bigintFromDecimal.nullable(),
  blockHash: bytes32.nullable(),
  amountIn: bigintFromDecimal,
  amountOut: bigintFromDecimal,
  oracleOut: bigintFromDecimal,
  /** Measured shortfall below the oracle; null where nothing filled. */
  slippageBps: z.number().nullable(),
  gasUsed: bigintFromDecimal,
  gasPriceWei: bigintFromDecimal,
})
export type OutcomeRecord = z.output<typeof outcomeRecordSchema>

export type LogRecord = DecisionRecord | OutcomeRecord
