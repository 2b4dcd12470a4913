import type { Address } from 'viem'
import { lensRuntimeBytecode } from './generated/lens.ts'

/** Where the lens stands for the length of a call; nobody has the key, and nothing is deployed there. */
export const lensAddress: Address = '0x0000000000000000000000000000000000001e45'

/**
 * State override of an `eth_call` (go-ethereum, "state override set") that puts the lens at `lensAddress` for that call. Calls that
 * run in a constructor need no override, but what they answer counts as a contract's code and may not be larger than one.
 */
export const lensOverride = { [lensAddress]: { code: lensRuntimeBytecode } } as const
