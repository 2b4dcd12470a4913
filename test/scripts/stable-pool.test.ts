import { describe, expect, it } from 'vitest'
import { readArtifact } from '../../scripts/prove/stable-pool.ts'

const inputs = ['address', 'address[3]', 'address', 'uint256', 'uint256', 'uint256'].map((type) => ({ name: '', type }))
const construction = { type: 'constructor', inputs }
const read = (json: unknown) => readArtifact(JSON.stringify(json), 'pool.json')

describe("a pool's compiled contract", () => {
  it('tells how many tokens it has, and whether its A has a precision', () => {
    expect(read({ abi: [construction], bytecode: '6001' })).toEqual({
      bytecode: '0x6001',
      tokenCount: 3,
      amplificationPrecision: 1n,
    })
    const precise = { type: 'function', name: 'A_precise', inputs: [] }
    expect(read({ abi: [construction, precise], bytecode: '0x6001' }).amplificationPrecision).toBe(100n)
  })

  it('is refused in a sentence where it is none', () => {
    expect(() => readArtifact('{', 'pool.json')).toThrow('pool.json is not JSON.')
    for (const broken of [
      {},
      [],
      { abi: [construction] },
      { abi: [construction], bytecode: '0x' },
      { abi: 1, bytecode: '0x60' },
    ]) {
      expect(() => read(broken)).toThrow('pool.json has no "abi" with a contract’s entries or no "bytecode" in hex.')
    }
    for (const abi of [[], [{ type: 'constructor', inputs: inputs.slice(1) }]]) {
      expect(() => read({ abi, bytecode: '0x60' })).toThrow('is not constructed from owner, coins, pool token')
    }
  })
})
