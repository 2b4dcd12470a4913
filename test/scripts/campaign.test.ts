import { describe, expect, it } from 'vitest'
import { readFailure, readRound, readTally, seedOf } from '../../scripts/prove/campaign.ts'

const metrics = `
╭--------------+------------+-------+---------+----------╮
| Contract     | Selector   | Calls | Reverts | Discards |
+========================================================+
| VaultHandler | checkpoint | 309   | 0       | 0        |
|--------------+------------+-------+---------+----------|
| VaultHandler | trade      | 1691  | 0       | 0        |
╰--------------+------------+-------+---------+----------╯
`
const failure = `[FAIL: I5 no allowance is ever non-zero]
\t[Sequence] (original: 101, shrunk: 1)
\t\tsender=0x01 addr=[Handler.sol:Handler]0x02 calldata=trade(uint256) args=[3]
 invariant_all() (runs: 60, calls: 6000, reverts: 1)`

describe("forge's campaign", () => {
  it('adds up calls, reverts and calls per function', () => {
    expect(readRound(`[PASS] invariant_all() (runs: 20, calls: 2000, reverts: 3)\n${metrics}`)).toEqual({
      calls: 2000,
      reverts: 3,
      functions: { checkpoint: 309, trade: 1691 },
    })
  })

  it('counts a failing campaign once, though forge lists it twice', () => {
    const output = `${failure}\n\nSuite result: FAILED.\n\nFailing tests:\n${failure}\n`
    expect(readRound(output)?.calls).toBe(6000)
    expect(readFailure(output)).toBe(failure)
  })

  it('says when there was none', () => {
    expect(readRound('No tests found')).toBeNull()
    expect(readFailure('[PASS] invariant_all() (runs: 1, calls: 1, reverts: 0)')).toBeNull()
  })

  it('adds up what traded', () => {
    expect(readTally('100 40\n100 25\n')).toEqual({ calls: 200, trades: 65 })
    expect(readTally('')).toEqual({ calls: 0, trades: 0 })
  })

  it('gives every round a seed of its own, the same each time', () => {
    expect(seedOf('a', 0)).toMatch(/^0x[0-9a-f]{64}$/)
    expect(seedOf('a', 0)).toBe(seedOf('a', 0))
    expect(new Set([seedOf('a', 0), seedOf('a', 1), seedOf('b', 0)]).size).toBe(3)
  })
})
