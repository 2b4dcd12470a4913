import { numberToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { observeFees } from '../../../workers/agent/fee-history.ts'
import type { Provider } from '../../../workers/agent/providers.ts'

const gwei = 1_000_000_000n
const pin = { number: 1_000n, hash: `0x${'ab'.repeat(32)}`, timestamp: 1_800_000_000, baseFeePerGas: gwei } as const

/** Ten blocks at the target, the next one's base fee a little higher, tips from 1 to 10 wei. */
const answer = {
  oldestBlock: numberToHex(991),
  baseFeePerGas: [...Array.from({ length: 10 }, () => numberToHex(gwei)), numberToHex(gwei + gwei / 80n)],
  gasUsedRatio: [...Array.from({ length: 9 }, () => 0.5), 0.55],
  reward: Array.from({ length: 10 }, (_, index) => [numberToHex(index + 1)]),
}

async function feesFrom(told: unknown) {
  const asked: [method: string, params: readonly unknown[]][] = []
  const provider: Provider = {
    label: 'provider 1',
    request: async (method, params) => {
      asked.push([method, params])
      return told
    },
  }
  const fees = await observeFees({ providers: [provider, provider], pin })
  return { fees, asked }
}

describe('what gas costs', () => {
  it('is read by one request: tip, recent blocks and the next base fee', async () => {
    const { fees, asked } = await feesFrom(answer)
    expect(asked).toEqual([['eth_feeHistory', ['0xa', '0x3e8', [50]]]])
    expect(fees).toMatchObject({ baseFeePerGas: gwei, priorityFeePerGas: 6n, nextBaseFeePerGas: gwei + gwei / 80n })
    expect(fees.recentBlocks).toHaveLength(10)
    expect(fees.recentBlocks.at(-1)).toEqual({ baseFeePerGas: gwei, gasUsedRatio: 0.55 })
  })

  it('counts for tips only blocks that included something', async () => {
    const { fees } = await feesFrom({ ...answer, gasUsedRatio: [0.5, 0.5, 0.5, 0, 0, 0, 0, 0, 0, 0] })
    expect(fees.priorityFeePerGas).toBe(2n)
  })

  it('of a chain younger than ten blocks is of those there are', async () => {
    const young = { ...answer, oldestBlock: numberToHex(998), baseFeePerGas: answer.baseFeePerGas.slice(7) }
    const { fees } = await feesFrom({ ...young, gasUsedRatio: [0.5, 0.5, 0.55] })
    expect(fees.recentBlocks).toHaveLength(3)
  })

  const { oldestBlock, baseFeePerGas, gasUsedRatio } = answer
  const replaced = (position: number, fee: bigint) =>
    baseFeePerGas.map((one, index) => (index === position ? numberToHex(fee) : one))
  const broken: [what: string, change: object][] = [
    ['has no base fees', { baseFeePerGas: undefined }],
    ['has base fees that are no numbers', { baseFeePerGas: baseFeePerGas.map(() => 'many') }],
    ['lacks the next block’s', { baseFeePerGas: baseFeePerGas.slice(0, 10) }],
    ['has a base fee too many', { baseFeePerGas: [...baseFeePerGas, numberToHex(gwei)] }],
    ['has no ratios', { gasUsedRatio: undefined }],
    ['has a ratio too few', { gasUsedRatio: gasUsedRatio.slice(1) }],
    ['has a ratio above one', { gasUsedRatio: [...gasUsedRatio.slice(1), 1.5] }],
    ['has a ratio below zero', { gasUsedRatio: [...gasUsedRatio.slice(1), -0.5] }],
    ['does not say which blocks', { oldestBlock: undefined }],
    ['ends at another block', { oldestBlock: numberToHex(Number(oldestBlock) + 1) }],
    ['tells another base fee of the block', { baseFeePerGas: replaced(9, gwei + 1n) }],
    ['jumps', { baseFeePerGas: replaced(4, 2n * gwei) }],
    ['says that the next base fee is out of reach', { baseFeePerGas: replaced(10, 2n * gwei) }],
    ['says that the next base fee is zero', { baseFeePerGas: replaced(10, 0n) }],
    [
      'has more blocks than asked for',
      {
        ...{ oldestBlock: numberToHex(990), gasUsedRatio: [0.5, ...gasUsedRatio] },
        baseFeePerGas: [numberToHex(gwei), ...baseFeePerGas],
      },
    ],
  ]
  for (const [what, change] of broken) {
    it(`says nothing of recent blocks where the history ${what}; the tip stands`, async () => {
      const { fees } = await feesFrom({ ...answer, ...change })
      expect(fees).toEqual({
        ...{ baseFeePerGas: gwei, nextBaseFeePerGas: null, recentBlocks: [] },
        priorityFeePerGas: expect.any(BigInt),
      })
      expect(fees.priorityFeePerGas).toBeGreaterThan(0n)
    })
  }

  it('cannot be read from an answer that is none', async () => {
    await expect(feesFrom('busy')).rejects.toThrow('The fee history could not be read')
  })
})
