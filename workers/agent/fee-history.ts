import { type Hex, hexToBigInt } from 'viem'
import { z } from 'zod'
import { isPossibleHistory } from '../../shared/chain/base-fee.ts'
import type { Snapshot } from '../../shared/schema/snapshot.ts'
import { type Pin, ProviderUnavailable, type Quorum } from './providers.ts'

/** Blocks whose fees are looked at. */
const feeHistoryBlocks = 10

const quantity = z.string().regex(/^0x[0-9a-fA-F]+$/)

const tipsSchema = z.object({
  reward: z.array(z.array(quantity)).nullish(),
  gasUsedRatio: z.array(z.number()).nullish(),
})

/** One base fee more than ratios: the last is the next block's (ethereum.github.io/execution-apis, eth_feeHistory). */
const baseFeesSchema = z.object({
  oldestBlock: quantity,
  baseFeePerGas: z.array(quantity).min(2),
  gasUsedRatio: z.array(z.number().min(0).max(1)),
})

/**
 * What gas costs: the pinned block's base fee, and what one provider's `eth_feeHistory` says of the blocks up to it.
 *
 * @throws ProviderUnavailable where the answer cannot be read at all
 */
export async function observeFees({ providers, pin }: Quorum): Promise<Snapshot['fees']> {
  const newest = `0x${pin.number.toString(16)}`
  const count = `0x${feeHistoryBlocks.toString(16)}`
  const answer = await providers[0].request('eth_feeHistory', [count, newest, [50]])
  const tips = tipsSchema.safeParse(answer)
  if (!tips.success) throw new ProviderUnavailable('The fee history could not be read')
  return { baseFeePerGas: pin.baseFeePerGas, priorityFeePerGas: medianTip(tips.data), ...recentBaseFees(answer, pin) }
}

/** Median over recent blocks of the median tip of what each included, wei per gas; empty blocks say nothing, and 0 is "unknown". */
function medianTip({ reward, gasUsedRatio }: z.output<typeof tipsSchema>): bigint {
  const tips = (reward ?? []).flatMap(([median], position) =>
    median === undefined || gasUsedRatio?.[position] === 0 ? [] : [hexToBigInt(median as Hex)],
  )
  tips.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return tips[Math.floor(tips.length / 2)] ?? 0n
}

/**
 * Base fees and ratios of the blocks up to the pinned one, and the base fee after it. An answer that is malformed, ends at
 * another block, or that EIP-1559 rules out tells nothing: a forecast from it would be wrong without showing.
 */
function recentBaseFees(answer: unknown, pin: Pin): Pick<Snapshot['fees'], 'nextBaseFeePerGas' | 'recentBlocks'> {
  const nothing = { nextBaseFeePerGas: null, recentBlocks: [] }
  const parsed = baseFeesSchema.safeParse(answer)
  if (!parsed.success) return nothing
  const { oldestBlock, baseFeePerGas, gasUsedRatio } = parsed.data
  const fees = baseFeePerGas.map((fee) => hexToBigInt(fee as Hex))
  const next = fees.pop()
  const recentBlocks = fees.flatMap((fee, position) => {
    const ratio = gasUsedRatio[position]
    return ratio === undefined ? [] : [{ baseFeePerGas: fee, gasUsedRatio: ratio }]
  })
  const aligned = fees.length === gasUsedRatio.length && fees.length <= feeHistoryBlocks
  const endsAtPin =
    hexToBigInt(oldestBlock as Hex) + BigInt(fees.length) - 1n === pin.number && fees.at(-1) === pin.baseFeePerGas
  if (next === undefined || !aligned || !endsAtPin || !isPossibleHistory(recentBlocks, next)) return nothing
  return { nextBaseFeePerGas: next, recentBlocks }
}
