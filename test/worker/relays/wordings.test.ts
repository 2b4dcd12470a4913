import { describe, expect, it } from 'vitest'
import { type RelayErrorName, relayErrorFrom, relayErrors } from '../../../workers/relays/errors.ts'
import { alreadyKnown, refusalPatterns } from '../../../workers/relays/wordings.ts'

/** What nodes and relays say, one line for each pattern at least. */
const phrases: readonly [string, RelayErrorName][] = [
  ['nonce too low: next nonce 5, tx nonce 3', 'NonceConsumed'],
  ['Transaction nonce is too low. Try incrementing the nonce.', 'NonceConsumed'],
  ['nonce 3 too low, expected 5', 'NonceConsumed'],
  ['OldNonce, Current nonce: 5, nonce of rejected tx: 3', 'NonceConsumed'],
  ['SimErrorNonceTooLow', 'NonceConsumed'],
  ['already mined nonces', 'NonceConsumed'],
  ['execution reverted: OrderTooLate', 'Reverted'],
  ['transaction reverted', 'Reverted'],
  ['BundleRevert. Reverting Hash: 0x456', 'Reverted'],
  ['SimErrorExecutionReverted', 'Reverted'],
  ['out of gas', 'Reverted'],
  ['SimErrorOutOfGas', 'Reverted'],
  ['tx failed', 'Reverted'],
  ['execution error: tx failed', 'Reverted'],
  ['Rate limited', 'Throttled'],
  ['rate limit exceeded', 'Throttled'],
  ['Too Many Requests', 'Throttled'],
  ['daily request count exceeded', 'Throttled'],
  ['invalid inclusion', 'Excluded'],
  ['block 100 is in the past', 'Excluded'],
  ['target block already passed', 'Excluded'],
  ['max timestamp is in the past', 'Excluded'],
  ['inclusion window has passed', 'Excluded'],
  ['bundle expired', 'Excluded'],
  ['order 0x21 has expired', 'Excluded'],
  ['Internal error', 'Unavailable'],
  ['internal server error', 'Unavailable'],
  ['internal error: header of block 99 too old', 'Unavailable'],
  ['internal error: block 99 is in the past of the archive', 'Unavailable'],
  ['node block is too old, resyncing', 'Unavailable'],
  ['node is syncing', 'Unavailable'],
  ['forwarding tx failed: connection refused', 'Unavailable'],
  ['mev-share service error', 'Unavailable'],
  ['txpool is full', 'Unavailable'],
  ['request timed out', 'Unavailable'],
  ['context deadline exceeded', 'Unavailable'],
  // Nothing that passes by itself, and nothing that another relay would judge differently.
  ['unable to decode bundle', 'Rejected'],
  ['API key expired', 'Rejected'],
  ['Your subscription has expired', 'Rejected'],
  ['JWT expired', 'Rejected'],
  ['forwarding tx failed', 'Rejected'],
  ['block param must be a hex int', 'Rejected'],
  ['invalid bundle body size', 'Rejected'],
  ['revertingTxHashes must be a list', 'Rejected'],
  ['the method eth_sendBundle does not exist/is not available', 'Rejected'],
  ['nonce too high', 'Rejected'],
  ['exceeds block gas limit', 'Rejected'],
  ['max fee per gas less than block base fee', 'Rejected'],
  ['insufficient funds for gas * price + value', 'Rejected'],
  ['replacement transaction underpriced', 'Rejected'],
  ["transaction's chain ID does not match", 'Rejected'],
]

describe('the words of a refusal', () => {
  it.each(phrases)('"%s" is %s', (phrase, name) => {
    expect(relayErrorFrom('relay', phrase)).toMatchObject({ name, relay: 'relay', message: `relay: ${phrase}` })
  })

  it('have no pattern that another one hides', () => {
    const found = new Set(phrases.map(([phrase]) => refusalPatterns.find(({ pattern }) => pattern.test(phrase))))
    for (const entry of refusalPatterns) expect(found, String(entry.pattern)).toContain(entry)
  })

  it('are cut where they never end', () => {
    expect(relayErrorFrom('relay', 'x'.repeat(5_000)).message).toHaveLength('relay: '.length + 300)
  })
})

it.each([
  ['already known', true],
  ['bundle already known', true],
  ['known transaction: 0x21', true],
  ['Transaction with the same hash was already imported.', true],
  ['AlreadyKnown', true],
  ['transaction already exists', true],
  ['bundle already received', true],
  ['builder: bundle already known', true],
  ['known transaction: 7f3a', true],
  ['provider 1 refused eth_sendRawTransaction: known transaction: 0x21', true],
  ['failed to send: transaction already exists', true],
  ['transaction with the same nonce already exists', false],
  ['Transaction with the same nonce was already imported.', false],
  ['pending transaction already exists', false],
  ['bundle with this replacementUuid already exists', false],
  ['replacementUuid already known', false],
  ['not a known transaction type', false],
  ['not a known transaction: 0x21', false],
  ['unknown transaction type', false],
  ['method not known', false],
])('"%s" says that the relay has it: %s', (phrase, known) => {
  expect(alreadyKnown(phrase)).toBe(known)
})

describe('what to do next', () => {
  it('tries another relay only where the first one said nothing of the order', () => {
    for (const [name, { next, isVerdict }] of Object.entries(relayErrors)) {
      if (next === 'next-relay') expect(isVerdict, name).toBe(false)
    }
  })

  it('never signs anew while the order may still be on its way', () => {
    const anew = Object.entries(relayErrors).filter(([, { mayHaveBeenSent }]) => mayHaveBeenSent)
    expect(anew.map(([name]) => name).sort()).toEqual(['Unavailable', 'Unknown'])
    for (const [name, { next }] of anew) expect(['next-relay', 'same-bytes-until-deadline'], name).toContain(next)
  })
})
