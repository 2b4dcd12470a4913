import { formatEther } from 'viem'
import type { Progress } from './progress.ts'
import type { RunSummary } from './run.ts'
import type { Session } from './session.ts'
import type { Slice } from './slices.ts'

/** One filled slice, for people. */
export function printSlice(progress: Progress, session: Session, slice: Slice): void {
  const total = slice.split.reduce((sum, { amountIn }) => sum + BigInt(amountIn), 0n)
  const split = slice.split.map(({ venue, feePips, amountIn }) => {
    const share = Number((BigInt(amountIn) * 10_000n) / total) / 100
    return `${venue === 'UniswapV2' ? 'v2' : 'v3'} ${feePips / 10_000} %: ${share.toFixed(1)} %`
  })
  const { sell, buy } = session.demonstration
  const exchanged = `${session.formatAmount(sell, BigInt(slice.amountIn))} for ${session.formatAmount(buy, BigInt(slice.amountOut))}`
  progress.stage('filled', `slice ${slice.slot + 1} in block ${slice.blockNumber}: ${exchanged}`)
  progress.stage('split', split.join(' · '))
  progress.stage(
    'slippage',
    `predicted ${slice.predictedSlippageBps.toFixed(2)} bps, realised ${slice.slippageBps.toFixed(2)} bps below oracle`,
  )
  const cost = BigInt(slice.gasCostWei)
  const refunded = (100 * Number(slice.gasRefundWei)) / Number(cost)
  const paid = Number(formatEther(cost)).toFixed(6)
  progress.stage('gas', `${paid} ETH, of which the vault gave back ${refunded.toFixed(0)} %`)
  progress.stage('relay', slice.relay)
  progress.stage('hash', slice.txHash)
  progress.stage('log head', slice.decisionHead)
}

/** The whole order, for people. */
export function printSummary(progress: Progress, session: Session, summary: RunSummary): void {
  const sell = session.devnet.chain.tokens.find(({ symbol }) => symbol === summary.sell)
  const shown = (amount: string): string => (sell === undefined ? amount : session.formatAmount(sell, BigInt(amount)))
  const mean =
    summary.slices.reduce((sum, { slippageBps }) => sum + slippageBps, 0) / Math.max(1, summary.slices.length)
  progress.heading('Summary')
  progress.stage(
    'filled',
    `${shown(summary.mandateFilled)} of ${shown(summary.mandateTotal)} in ${summary.slices.length} slices`,
  )
  progress.stage('slippage', `${mean.toFixed(2)} bps below oracle on average`)
  progress.stage('privacy', `${summary.publicMempoolSightings} of our transactions seen in the public pool`)
  if (summary.sandwiches !== null) {
    const { count, usd } = summary.sandwiches
    progress.stage(
      'market',
      `a sandwicher took ${usd.toFixed(0)} USD in ${count} sandwiches from what waited in public`,
    )
  }
  progress.stage('log', `${summary.log.length} records, head ${summary.log.head}`)
}
