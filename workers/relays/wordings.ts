// How relays, builders and the nodes behind them word what they answer. The first pattern that matches counts.
import type { RelayErrorName } from './errors.ts'

export const refusalPatterns: readonly { pattern: RegExp; name: RelayErrorName }[] = [
  // geth and Arbitrum: "nonce too low: address 0x…, tx: 3 state: 5"; reth: "nonce too low: next nonce 5, tx nonce 3".
  { pattern: /nonce too low/i, name: 'NonceConsumed' },
  // OpenEthereum, and nodes that kept its words: "Transaction nonce is too low. Try incrementing the nonce."
  { pattern: /nonce is too low/i, name: 'NonceConsumed' },
  // revm, and so builders on it (BuilderNet): "nonce 3 too low, expected 5".
  { pattern: /nonce \d+ too low/i, name: 'NonceConsumed' },
  // Nethermind: "OldNonce"; Flashbots Protect's status: "SimErrorNonceTooLow".
  { pattern: /OldNonce|NonceTooLow/, name: 'NonceConsumed' },
  // Titan's bundle tracing: "already mined nonces"; other builders: "already used nonce".
  { pattern: /already (mined|used) nonce/i, name: 'NonceConsumed' },

  // geth, reth and eth_callBundle: "execution reverted: …".
  { pattern: /execution reverted|\breverted\b/i, name: 'Reverted' },
  // Flashbots Protect's status: "SimErrorExecutionReverted"; Titan's bundle tracing: "BundleRevert. Reverting Hash: 0x…".
  { pattern: /ExecutionReverted|BundleRevert\b/, name: 'Reverted' },
  // geth's simulation, and "SimErrorOutOfGas" of Flashbots Protect.
  { pattern: /out of gas|OutOfGas/i, name: 'Reverted' },
  // mev_simBundle of Flashbots' builder: "tx failed". A gateway's "forwarding tx failed" is its own trouble.
  { pattern: /^tx failed\b|execution\b.*\btx failed\b/i, name: 'Reverted' },

  // BuilderNet's FlowProxy: "Rate limited"; Flashbots and most gateways: "rate limit exceeded".
  { pattern: /rate.?limit/i, name: 'Throttled' },
  // Cloudflare and nginx in front of MEV Blocker and of public sequencers: "Too Many Requests".
  { pattern: /too many requests/i, name: 'Throttled' },
  // Providers that resell private submission (code -32005): "daily request count exceeded".
  { pattern: /(request count|quota) exceeded/i, name: 'Throttled' },

  // Flashbots' relay (code -32000), BuilderNet's FlowProxy and geth: "internal error", "internal server error". Before what is
  // said of blocks: such an error may name the block it stumbled over.
  { pattern: /internal (server )?error/i, name: 'Unavailable' },
  // geth and Erigon, of themselves while they catch up: "node is syncing", "resyncing".
  { pattern: /\b(re)?syncing\b/i, name: 'Unavailable' },

  // MEV-Share node, where the window is over or too long: "invalid inclusion".
  { pattern: /invalid inclusion/i, name: 'Excluded' },
  // Flashbots' bundle relay and builders derived from it: "block 100 is in the past", "target block already passed".
  { pattern: /\bblock\b.*\b(in the past|(already|has) passed)\b/i, name: 'Excluded' },
  // Base's bundle endpoint, of maxTimestamp: "… timestamp is in the past"; others: "inclusion window has passed".
  { pattern: /timestamp\b.*\bin the past|window\b.*\bpassed/i, name: 'Excluded' },
  // Builders' endpoints: "bundle expired". A key or a subscription may expire, too, which says nothing of the order.
  { pattern: /\b(bundle|order|transaction)\b.*\bexpired\b/i, name: 'Excluded' },

  // MEV-Share node, of its own back end: "mev-share service error".
  { pattern: /service error|service unavailable|temporarily unavailable/i, name: 'Unavailable' },
  // geth: "txpool is full"; the pool of another relay may have room.
  { pattern: /txpool is full/i, name: 'Unavailable' },
  // Gateways, of the node behind them: "connection refused", "connection reset by peer".
  { pattern: /connection (refused|reset)/i, name: 'Unavailable' },
  // geth and gateways: "request timed out", "context deadline exceeded"; some relays ask to "try again".
  { pattern: /timed? ?out|deadline exceeded|try again/i, name: 'Unavailable' },
]

const known: readonly RegExp[] = [
  // geth and reth of a transaction, MEV-Share node of a bundle: "already known".
  /(^|: |\b(transaction|tx|bundle) )already known\b/i,
  // Older geth and Erigon: "known transaction: 0x…".
  /(^|: )known transaction(: |$)/i,
  // OpenEthereum and Nethermind: "Transaction with the same hash was already imported", "AlreadyKnown".
  /\bsame hash was already imported\b|\bAlreadyKnown\b/i,
  // Builders' endpoints: "transaction already exists", "bundle already received".
  /(^|: )(the |this )?(transaction|bundle) already (exists|received)\b/i,
]

/**
 * A relay that has these very bytes already: for a resend, that is success. That it has another transaction of the same nonce,
 * or another bundle of the same name, is none.
 */
export function alreadyKnown(message: string): boolean {
  return known.some((pattern) => pattern.test(message))
}
