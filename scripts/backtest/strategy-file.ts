import { readFileSync } from 'node:fs'
import { type StrategyConfiguration, strategyConfigurationSchema } from '../../shared/schema/strategy.ts'
import { BacktestError } from './backtest-error.ts'

/**
 * Reads a strategy's configuration as the API takes it.
 *
 * @throws BacktestError with the path of the first wrong field
 */
export function readStrategyFile(path: string): StrategyConfiguration {
  const parsed = strategyConfigurationSchema.safeParse(jsonOf(path))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : ''
  throw new BacktestError(`${path} is not a strategy: ${where}${issue?.message ?? 'its form is another'}.`)
}

function jsonOf(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new BacktestError(
      code === 'ENOENT' ? `There is no strategy file ${path}.` : `${path} cannot be read: ${code}.`,
    )
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new BacktestError(`${path} is not a strategy: it is not JSON (${why}).`)
  }
}
