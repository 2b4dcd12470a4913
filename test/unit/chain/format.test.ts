import { describe, expect, it } from 'vitest'
import { devnet } from '../../../shared/chain/chains/424242.ts'
import { displayToken, formatAmount, formatBps, formatUsd } from '../../../shared/chain/format.ts'

function tokenOf(symbol: string) {
  const token = devnet.tokens.find((candidate) => candidate.symbol === symbol)
  if (token === undefined) throw new Error(`The local chain has no ${symbol}.`)
  return displayToken(devnet, token.address, token.decimals)
}

describe('amounts for people', () => {
  it('writes whole tokens with their symbol, whatever the decimals', () => {
    expect(formatAmount(40_000_000_000n, tokenOf('USDC'))).toBe('40,000 USDC')
    expect(formatAmount(14_610_000_000_000_000_000n, tokenOf('WETH'))).toBe('14.61 WETH')
    expect(formatAmount(1n, tokenOf('WBTC'))).toBe('0.00000001 WBTC')
    expect(formatAmount(0n, tokenOf('DAI'))).toBe('0 DAI')
  })

  it('rounds only to the side that keeps "at least" and "at most" true, and keeps cents of large amounts', () => {
    expect(formatAmount(1_234_567_899_999n, tokenOf('USDC'), 'down')).toBe('1,234,567.89 USDC')
    expect(formatAmount(1_234_567_890_001n, tokenOf('USDC'), 'up')).toBe('1,234,567.9 USDC')
    expect(formatAmount(14_612_345_678_901_234_567n, tokenOf('WETH'), 'down')).toBe('14.6123 WETH')
    expect(formatAmount(14_612_345_678_901_234_567n, tokenOf('WETH'), 'up')).toBe('14.6124 WETH')
  })

  it('names a token it does not know by its address', () => {
    const unknown = displayToken(devnet, '0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640', 18)
    expect(formatAmount(10n ** 18n, unknown)).toBe('1 0x88e6A0…')
  })
})

describe('ratios for people', () => {
  it('writes basis points as percent', () => {
    expect(formatBps(12)).toBe('0.12 %')
    expect(formatBps(-0.5)).toBe('-0.005 %')
    expect(formatBps(1234.5)).toBe('12.35 %')
    expect(formatBps(-0.001)).toBe('0 %')
  })

  it('writes dollars', () => {
    expect(formatUsd(1_234_500_000_000_000_000_000n)).toBe('1,235 USD')
    expect(formatUsd(0n)).toBe('0 USD')
  })
})
