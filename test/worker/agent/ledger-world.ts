import { env as bound } from 'cloudflare:workers'
import { type Address, getAddress, pad, toHex } from 'viem'
import { ledgerOf } from '../../../workers/agent/ledger-address.ts'
import type { Settlement } from '../../../workers/agent/ledger-types.ts'
import type { Env } from '../../../workers/environment.ts'
import { chainId, sampleReservation, sampleTransaction } from './sample-decision.ts'

export const env = bound as Env
let lastVault = 0
/** A vault nobody has used: each test has its own ledger. */
function freshVault(): Address {
  lastVault += 1
  return getAddress(pad(toHex(0xabc000 + lastVault), { size: 20 }))
}

export function openLedger(vault: Address = freshVault()) {
  return { vault, ledger: () => ledgerOf(env, chainId, vault) }
}

/** Claims a slice of a fresh sample order; throws where the ledger refuses. */
export async function reserved(vault: Address, slot: number, nonce = 0) {
  const ledger = ledgerOf(env, chainId, vault)
  const { version } = await ledger.status()
  const result = await ledger.reserve(
    sampleReservation(vault, slot, version, { executor: { balance: 10n ** 18n, nonce } }),
  )
  if (!result.ok) throw new Error(`not reserved: ${result.reason}`)
  return result
}

/** What the chain says of a filled order, unless told otherwise. */
export function settlement(orderId: string, changes: Partial<Settlement>): Settlement {
  return {
    orderId,
    outcome: 'filled',
    final: true,
    settledAt: 1_800_000_012,
    transactionHash: sampleTransaction('1').hash,
    blockNumber: 101n,
    blockHash: `0x${'b1'.repeat(32)}`,
    amountIn: 1_000_000_000n,
    amountOut: 398_000_000_000_000_000n,
    oracleOut: 400_000_000_000_000_000n,
    gasUsed: 300_000n,
    gasPriceWei: 2_000_000_000n,
    mandateFilled: 1_000_000_000n,
    executionCount: 1,
    ...changes,
  }
}

/** Names of the outcomes in the log, oldest first. */
export async function outcomesOf(ledger: ReturnType<typeof ledgerOf>): Promise<string[]> {
  const entries = await ledger.outbox(100)
  return entries.flatMap((entry) =>
    entry.kind === 'record' && entry.record.type === 'outcome' ? [entry.record.verdict] : [],
  )
}
