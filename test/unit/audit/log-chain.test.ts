import { type Hex, keccak256, stringToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { appendToChain, genesisHead, nextHead, recordHash } from '../../../shared/audit/log-chain.ts'
import { verifyLog } from '../../../shared/audit/verify-log.ts'

const vault = '0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640'
const log = { chainId: 424242, vault } as const

function logOf(length: number) {
  let head = genesisHead(log.chainId, log.vault)
  const records = []
  const heads: Hex[] = []
  for (let sequence = 0; sequence < length; sequence++) {
    const record = {
      sequence,
      vault,
      chainId: log.chainId,
      amount: BigInt(sequence) * 10n ** 20n,
      why: `tick ${sequence}`,
    }
    head = appendToChain(head, record).head
    records.push(record)
    heads.push(head)
  }
  return { records, heads, head }
}

describe('log chain', () => {
  it('starts at the hash of its name, chain and vault, spelled out byte by byte', () => {
    const bytes =
      `${stringToHex('portcullis log')}${(424242).toString(16).padStart(64, '0')}${vault.slice(2).toLowerCase()}` as const
    expect(genesisHead(424242, vault)).toBe(keccak256(bytes))
    expect(genesisHead(1, vault)).not.toBe(genesisHead(424242, vault))
  })

  it('links by hashing previous head and record hash', () => {
    const hash = recordHash({ b: 1n, a: 'x' })
    expect(hash).toBe(keccak256(stringToHex('{"a":"x","b":"1"}')))
    const genesis = genesisHead(1, vault)
    expect(nextHead(genesis, hash)).toBe(keccak256(`${genesis}${hash.slice(2)}`))
  })

  it('verifies an intact log, also one read back from JSON', () => {
    const { records, heads, head } = logOf(5)
    expect(verifyLog(log, records, heads, { length: 5, head })).toEqual({ intact: true, length: 5, head })
    const stored = records.map((record) => ({ ...record, amount: record.amount.toString() }))
    expect(verifyLog(log, stored, heads)).toEqual({ intact: true, length: 5, head })
    expect(verifyLog(log, [], [])).toEqual({ intact: true, length: 0, head: genesisHead(424242, vault) })
  })

  it('names the first record that was changed', () => {
    const { records, heads } = logOf(5)
    const changed = records.map((record) => (record.sequence === 3 ? { ...record, amount: 7n } : record))
    expect(verifyLog(log, changed, heads)).toMatchObject({ intact: false, breakAt: 3, head: heads[2] })
  })

  it('notices a record taken out, swapped, cut off, or from another vault', () => {
    const { records, heads, head } = logOf(5)
    const [first, second, third] = records
    if (!first || !second || !third) throw new Error('The log is too short.')
    expect(verifyLog(log, [first, third], heads)).toMatchObject({ intact: false, breakAt: 1 })
    expect(verifyLog(log, [second, first], heads)).toMatchObject({ intact: false, breakAt: 0 })
    expect(verifyLog(log, records.slice(0, 3), heads)).toMatchObject({ intact: false, breakAt: 3 })
    expect(verifyLog(log, records, heads.slice(0, 4))).toMatchObject({ intact: false, breakAt: 4 })
    expect(verifyLog(log, records.slice(0, 3), heads.slice(0, 3), { length: 5, head })).toMatchObject({ breakAt: 3 })
    expect(verifyLog({ chainId: 1, vault }, records, heads)).toMatchObject({ intact: false, breakAt: 0 })
  })

  it('notices a log that was rewritten consistently, by its anchor', () => {
    const { records, head } = logOf(4)
    let rewritten = genesisHead(log.chainId, log.vault)
    const forged = records.map((record) => ({ ...record, why: 'never happened' }))
    const forgedHeads = forged.map((record) => {
      rewritten = appendToChain(rewritten, record).head
      return rewritten
    })
    expect(verifyLog(log, forged, forgedHeads)).toMatchObject({ intact: true })
    expect(verifyLog(log, forged, forgedHeads, { length: 4, head })).toMatchObject({ intact: false, breakAt: 3 })
  })
})
