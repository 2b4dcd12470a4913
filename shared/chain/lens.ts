import { type Address, parseAbi } from 'viem'
import { lensRuntimeBytecode } from './generated/lens.ts'

/** What viem's deployless call takes: the code to run, and the call to it. Its answers are limited to 24,576 bytes. */
export const deploylessAbi = parseAbi(['constructor(bytes code, bytes call)'])

/** Where the lens stands for the length of a call; nobody has the key, and nothing is deployed there. */
export const lensAddress: Address = '0x0000000000000000000000000000000000001e45'

/**
 * State override of an `eth_call` (go-ethereum, "state override set") that puts the lens at `lensAddress` for that call. Calls that
 * run in a constructor need no override, but what they answer counts as a contract's code and may not be larger than one.
 */
export const lensOverride = { [lensAddress]: { code: lensRuntimeBytecode } } as const
