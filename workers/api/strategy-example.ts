import type { MandateJson } from '../../shared/schema/mandate.ts'
import type { StrategyConfigurationJson } from '../../shared/schema/strategy.ts'

/** Sell 50,000 USDC for WETH in 24 hourly slices; shown in the API's documentation. */
export const configurationExample: StrategyConfigurationJson = {
  kind: 'twap',
  sell: '0x10Aeafac83d48E2f9ac4bAAf94311c45fACe1404',
  buy: '0xfbfbfDdd6e35dA57b7B0F9a2C10E34Be70B3A4E9',
  total: '50000000000',
  maximumSlice: '5000000000',
  start: 1_800_000_000,
  intervalSeconds: 3_600,
  slices: 24,
  slippageBps: 50,
  worstPrice: '200000000000000000000000000000000000000000000',
  orderflow: 'never-public',
}

/** The mandate such a configuration implies. */
export const mandateExample: MandateJson = {
  strategy: `0x${'ab'.repeat(32)}`,
  sell: configurationExample.sell,
  buy: configurationExample.buy,
  total: configurationExample.total,
  maximumSlice: configurationExample.maximumSlice,
  refillAmount: '0',
  refillPeriod: 0,
  start: configurationExample.start,
  end: 1_800_090_000,
  minimumInterval: 3_540,
  maximumExecutions: 82,
  worstPrice: configurationExample.worstPrice,
  slippageBps: configurationExample.slippageBps,
  poorFillBps: 38,
  maximumPoorFills: 5,
  configurationHash: `0x${'cd'.repeat(32)}`,
  salt: '83237693041731792666',
}
