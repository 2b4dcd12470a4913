import type { Address, Hex } from 'viem'
import { genesisHead, nextHead, recordHash } from './log-chain.ts'

/** The least a record must say about its place; everything else in it is covered by its hash. */
export interface PlacedRecord {
  sequence: number
  vault: string
  chainId: number
}

/** `breakAt` is the first sequence number that cannot be trusted; everything before it is proved by `head`. */
export type LogVerdict =
  | { intact: true; length: number; head: Hex }
  | { intact: false; breakAt: number; why: string; head: Hex }

/**
 * Recomputes a vault's log from genesis and compares it with the heads that were kept.
 *
 * @param records the log in order, from sequence 0, in memory or as stored
 * @param heads the head after each record, as kept beside the log
 * @param anchor length and head known from elsewhere (the chain): shows a log that was cut short and rewritten
 */
export function verifyLog(
  log: { chainId: number; vault: Address },
  records: readonly PlacedRecord[],
  heads: readonly Hex[],
  anchor?: { length: number; head: Hex },
): LogVerdict {
  let head = genesisHead(log.chainId, log.vault)
  const broken = (breakAt: number, why: string): LogVerdict => ({ intact: false, breakAt, why, head })
  if (anchor?.length === 0 && anchor.head !== head) return broken(0, 'The anchored genesis head is another log’s.')

  for (const [index, record] of records.entries()) {
    if (record.sequence !== index) return broken(index, `Record ${index} says it is number ${record.sequence}.`)
    if (record.chainId !== log.chainId || record.vault.toLowerCase() !== log.vault.toLowerCase()) {
      return broken(index, `Record ${index} belongs to another vault or chain.`)
    }
    const next = nextHead(head, recordHash(record))
    const kept = heads[index]
    if (kept === undefined) return broken(index, `No head was kept for record ${index}.`)
    if (kept.toLowerCase() !== next)
      return broken(index, `Record ${index} does not give the head that was kept for it.`)
    if (anchor?.length === index + 1 && anchor.head.toLowerCase() !== next) {
      return broken(index, `After record ${index} the head differs from the anchored one.`)
    }
    head = next
  }
  if (heads.length > records.length)
    return broken(records.length, `Record ${records.length} is missing, its head is not.`)
  if (anchor !== undefined && anchor.length > records.length) {
    return broken(records.length, `The log ends after ${records.length} records; ${anchor.length} were anchored.`)
  }
  return { intact: true, length: records.length, head }
}
