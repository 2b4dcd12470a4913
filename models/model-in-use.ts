import { type Hex, keccak256, stringToBytes } from 'viem'
import { canonicalJson } from '../shared/audit/canonical-json.ts'
import type { ForecasterIdentity, GasForecaster, SlippageForecaster, VolatilityForecaster } from './forecaster.ts'
import { baseFeeForecaster } from './gas/base-fee.ts'
import { squareRootSlippage } from './slippage/square-root.ts'
import { ewmaVolatility } from './volatility/ewma.ts'

/** The forecasters that decide together. */
export interface Model {
  volatility: VolatilityForecaster
  slippage: SlippageForecaster
  gas: GasForecaster
}

/** The baselines, which need no training. */
export const modelInUse: Model = { volatility: ewmaVolatility, slippage: squareRootSlippage, gas: baseFeeForecaster }

/** Everything that tells one model from another, as canonical JSON (RFC 8785): what its id is the hash of. */
export function modelDescription({ volatility, slippage, gas }: Model): string {
  return canonicalJson({ volatility: identityOf(volatility), slippage: identityOf(slippage), gas: identityOf(gas) })
}

/**
 * A model's id on chain, carried by every order and allowed by the vault: keccak256 of its description. Whoever has the code
 * can compute it, and another version or parameter makes another id.
 */
export function modelIdOf(model: Model): Hex {
  return keccak256(stringToBytes(modelDescription(model)))
}

function identityOf({ id, version, parameters }: ForecasterIdentity): ForecasterIdentity {
  return { id, version, parameters: { ...parameters } }
}

export const modelInUseId = modelIdOf(modelInUse)
