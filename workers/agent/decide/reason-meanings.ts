import type { ChainDefinition } from '../../../shared/chain/chains/chain.ts'
import { refusalMeanings } from '../../../shared/chain/generated/refusals.ts'
import type { agentReasons, Reason } from '../../../shared/schema/decision.ts'

/** What the agent's own reasons mean, in a sentence for people. */
const agentReasonMeanings: Record<(typeof agentReasons)[number], string> = {
  NotDue: 'Nothing is due now.',
  StrategyPaused: 'The strategy, its vault or everything is paused through the API.',
  MandateMissing: 'The strategy has no open mandate on chain.',
  AlreadyClaimed: 'This slice was taken by an earlier delivery.',
  OrderInFlight: 'Another order of this key is still live.',
  StaleDecision: 'The ledger moved on since the decision was made.',
  NoPools: 'No pool trades this pair.',
  SliceTooSmall: 'The slice is too small to buy anything.',
  VolatilityGate: 'The market is too volatile to trade now.',
  RouteNotOptimal: 'The route leaves out more than it may.',
  DepthExceeded: 'The pools cannot take the slice.',
  ForecastUnavailable: 'No forecast could be made.',
  ModelsDisagree: 'The models are too far apart about the market.',
  ProvidersDisagree: 'The two providers differ, or one lags behind.',
  ProviderUnavailable: 'A provider does not answer.',
  SimulationReverted: 'The exact call reverts in simulation.',
  GasUnaffordable: 'The executor cannot pay for the transaction.',
  NoRelay:
    'No relay is left that may be given the order: a person must reinstate one, or the configuration name others.',
  FeeCapReached: 'Gas costs more than the strategy lets a transaction pay.',
  Latched: 'Too many attempts failed in a row; a person must enable the strategy again.',
  SignerMismatch: 'Our key is not the vault’s executor.',
  SignerUnavailable: 'The key service does not answer.',
  SignerRefused: 'The key service does not let us sign.',
}

const meanings: Record<Reason, string> = { ...refusalMeanings, ...agentReasonMeanings }

/** The reason in a sentence, with what is known beyond it; the chain's tokens go by their symbols. */
export function explain(chain: ChainDefinition, reason: Reason, detail = ''): string {
  if (detail === '') return meanings[reason]
  const named = detail.replace(/0x[0-9a-fA-F]{40}\b/g, (address) => symbolOf(chain, address) ?? address)
  return `${meanings[reason]} ${named}`
}

function symbolOf({ tokens }: ChainDefinition, token: string): string | undefined {
  return tokens.find(({ address }) => BigInt(address) === BigInt(token))?.symbol
}
