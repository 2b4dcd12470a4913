import type { Hex } from 'viem'
import { decodeErrorResult, parseAbi } from 'viem'
import type { SimulatedTransaction } from '../block-simulation.ts'

const standardErrors = parseAbi(['error Error(string)'])

/** The answer to `eth_callBundle`, in the relay's shape: wei as decimal strings, gas as numbers. */
export function bundleReport(
  bundleHash: Hex,
  results: readonly SimulatedTransaction[],
  baseFeePerGas: bigint,
  stateBlockNumber: number,
): Record<string, unknown> {
  const sum = (pick: (result: SimulatedTransaction) => bigint) => results.reduce((total, r) => total + pick(r), 0n)
  const gas = sum((result) => result.gasUsed)
  const tips = sum((result) => result.tips)
  const sent = sum((result) => result.sentToCoinbase)
  return {
    bundleGasPrice: (gas === 0n ? 0n : (tips + sent) / gas).toString(),
    bundleHash,
    coinbaseDiff: (tips + sent).toString(),
    ethSentToCoinbase: sent.toString(),
    gasFees: tips.toString(),
    results: results.map((result) => transactionReport(result, baseFeePerGas)),
    stateBlockNumber,
    totalGasUsed: Number(gas),
  }
}

function transactionReport(result: SimulatedTransaction, baseFeePerGas: bigint): Record<string, unknown> {
  const { transaction, gasUsed, tips, sentToCoinbase } = result
  const tipPerGas = gasUsed === 0n ? 0n : tips / gasUsed
  const revert = revertReason(result.returnData)
  return {
    coinbaseDiff: (tips + sentToCoinbase).toString(),
    ethSentToCoinbase: sentToCoinbase.toString(),
    fromAddress: transaction.from,
    gasFees: tips.toString(),
    gasPrice: (baseFeePerGas + tipPerGas).toString(),
    gasUsed: Number(gasUsed),
    toAddress: transaction.to ?? '0x',
    txHash: transaction.hash,
    ...(result.succeeded
      ? { value: result.returnData }
      : { value: result.returnData, error: result.error, ...(revert === undefined ? {} : { revert }) }),
  }
}

/** The text of a plain `revert("…")`; undefined for custom errors, whose data is in `value`. */
function revertReason(returnData: Hex): string | undefined {
  try {
    return decodeErrorResult({ abi: standardErrors, data: returnData }).args[0]
  } catch {
    return undefined
  }
}
