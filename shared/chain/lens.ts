import { deploylessCallViaBytecodeBytecode, encodeDeployData, type Hex, parseAbi } from 'viem'
import { lensBytecode } from './generated/lens.ts'

/** What viem's deployless call takes: the code to run, and the call to it. */
export const deploylessAbi = parseAbi(['constructor(bytes code, bytes call)'])

/** Data of an `eth_call` that runs the lens on this call without the lens being deployed anywhere. */
export function deploylessLens(call: Hex): Hex {
  return encodeDeployData({
    abi: deploylessAbi,
    bytecode: deploylessCallViaBytecodeBytecode,
    args: [lensBytecode, call],
  })
}
