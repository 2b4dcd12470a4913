/** Why a backtest cannot be run as it was asked for; the message is one plain sentence. */
export class BacktestError extends Error {
  override name = 'BacktestError'
}
