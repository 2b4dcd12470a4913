import type { Address } from 'viem'
import { lensAbi, lensBytecode } from '../../shared/chain/generated/lens.ts'
import { clientOf, type Reach } from './transactions.ts'

type Readable = Pick<Reach, 'rpcUrl'>

const lens = { abi: lensAbi, code: lensBytecode } as const

/** The vault's state as of the newest block. */
export function vaultState(reach: Readable, vault: Address) {
  return clientOf(reach).readContract({ ...lens, functionName: 'stateOf', args: [vault] })
}

/** Every asset the vault ever listed, with its price. */
export function vaultAssets(reach: Readable, vault: Address) {
  return clientOf(reach).readContract({ ...lens, functionName: 'assetsOf', args: [vault] })
}

/** Where each asset's time-weighted average starts from now, as `checkpoint` wants it. */
export function checkpointHints(reach: Readable, vault: Address) {
  return clientOf(reach).readContract({ ...lens, functionName: 'hintsOf', args: [vault] })
}
