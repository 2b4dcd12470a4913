import { describe, expect, it } from 'vitest'
import { applied, mutantsOf } from '../../scripts/prove/mutants.ts'
import { judge, readJustifications, type Tried } from '../../scripts/prove/survivors.ts'

/** What a source's mutants look like, by the lines they touch. */
function mutated(source: string): string[] {
  return mutantsOf(source).map(({ mutant }) => mutant)
}

function wrapped(statement: string): string {
  return `library Guard {\n    function check(uint256 a, uint256 b) internal pure {\n        ${statement}\n    }\n}\n`
}

describe('mutants of Solidity', () => {
  it.each([
    ['a < b', ['a <= b', 'a >= b']],
    ['a <= b', ['a < b', 'a > b']],
    ['a > b', ['a >= b', 'a <= b']],
    ['a >= b', ['a > b', 'a < b']],
    ['a == b', ['a != b']],
    ['a != b', ['a == b']],
  ])('turns %s into its neighbours', (condition, expected) => {
    expect(mutated(wrapped(`bool c = ${condition};`))).toEqual(expected.map((text) => `bool c = ${text};`))
  })

  it('leaves shifts, arrows, comments and strings alone', () => {
    const source = wrapped('c = a << 3; // a < b\n        c >>= 2; /* && */ d = "a == b";')
    expect(mutated(`${source}\n/// if (a < b) revert();\nusing { f => g } for T;\n`)).toEqual([])
  })

  it('deletes checks: refusals, early returns, and calls that require', () => {
    expect(mutated(wrapped('if (closed) refuse(Refusal.Closed, f(a));'))).toEqual(['{}'])
    expect(mutated(wrapped('if (closed) {\n            revert Refused(Refusal.Closed, 0);\n        }'))).toEqual(['{}'])
    expect(mutated(wrapped('if (closed) return 0;'))).toEqual(['{}'])
    expect(mutated(wrapped('Terms.requireOpen(a, f(b));'))).toEqual(['{}'])
    expect(mutated(wrapped('refuse(Refusal.Closed, 0);'))).toEqual(['{}'])
    expect(mutated(wrapped('if (closed) d = 1;\n        else refuse(Refusal.Closed, 0);'))).toEqual(['else {}'])
  })

  it('keeps what is no check: other calls, and a call that gives something', () => {
    expect(mutated(wrapped('book.credit(a);'))).toEqual([])
    expect(mutated(wrapped('c = Terms.requireRefill(a);'))).toEqual([])
    expect(mutated(wrapped('if (closed) d = 1;'))).toEqual([])
  })

  it('swaps and with or, and drops a negation', () => {
    expect(mutated(wrapped('c = d && !e || f;'))).toEqual([
      'c = d || !e || f;',
      'c = d && e || f;',
      'c = d && !e && f;',
    ])
  })

  it('sets a flag the other way', () => {
    expect(mutated(wrapped('locked = true;'))).toEqual(['locked = false;'])
    expect(mutated(wrapped('used[a] = false;'))).toEqual(['used[a] = true;'])
    expect(mutated(wrapped('return true;'))).toEqual([])
  })

  it('swaps plus with minus between two terms only', () => {
    expect(mutated(wrapped('c = a + b;'))).toEqual(['c = a - b;'])
    expect(mutated(wrapped('c -= f(a) - 1;'))).toEqual(['c += f(a) - 1;', 'c -= f(a) + 1;'])
    expect(mutated(wrapped('i++; c = -d; return -e;'))).toEqual([])
  })

  it('rounds the other way', () => {
    expect(mutated(wrapped('c = Math.fullMulDivUp(a, b, 2);'))).toEqual(['c = Math.fullMulDiv(a, b, 2);'])
    expect(mutated(wrapped('c = Math.min(a, b);'))).toEqual(['c = Math.max(a, b);'])
  })

  it('knows the comparisons of Yul, and its checks', () => {
    expect(mutated(wrapped('assembly ("memory-safe") { c := gt(a, 0x1f) }'))).toEqual([
      'assembly ("memory-safe") { c := iszero(lt(a, 0x1f)) }',
      'assembly ("memory-safe") { c := iszero(gt(a, 0x1f)) }',
    ])
    expect(mutated(wrapped('assembly { if tload(0) { revert(0, 0) } }'))).toEqual(['assembly { {} }'])
  })

  it('takes modifiers off functions', () => {
    expect(mutated('function pause() external lock onlyBy(a) returns (bool) {}')).toEqual([
      'function pause() external onlyBy(a) returns (bool) {}',
      'function pause() external lock returns (bool) {}',
    ])
  })

  it('says where a mutant is, and changes nothing else', () => {
    const source = wrapped('c = a < b;')
    const [first] = mutantsOf(source)
    expect(first).toMatchObject({ line: 3, within: 'check', operator: 'comparison', original: 'c = a < b;' })
    expect(first && applied(source, first)).toBe(source.replace('a < b', 'a <= b'))
  })
})

describe('survivors and their justifications', () => {
  const [mutant] = mutantsOf(wrapped('c = a < b;'))
  if (mutant === undefined) throw new Error('a comparison has a mutant')
  const survivor: Tried = { file: 'src/guards/Guard.sol', mutant, outcome: 'survived' }
  const entry = {
    file: 'src/guards/Guard.sol',
    within: 'check',
    original: 'c = a < b;',
    mutant: 'c = a <= b;',
    reason: 'a never equals b',
  }

  it('lists a survivor without a reason, and accepts one with', () => {
    expect(judge([survivor], []).unexplained).toEqual([survivor])
    const judgement = judge([survivor], [entry])
    expect(judgement.unexplained).toEqual([])
    expect(judgement.explained).toEqual([{ tried: survivor, reason: 'a never equals b' }])
    expect(judgement.stale).toEqual([])
  })

  it('complains about reasons for what was killed or is gone, in the tried files only', () => {
    expect(judge([{ ...survivor, outcome: 'killed' }], [entry]).stale).toEqual([entry])
    const other = { ...entry, file: 'src/guards/Other.sol' }
    expect(judge([survivor], [entry, other]).stale).toEqual([])
  })

  it('reads entries with a reason only', () => {
    expect(readJustifications(JSON.stringify([entry]))).toEqual([entry])
    expect(() => readJustifications(JSON.stringify([{ ...entry, reason: '' }]))).toThrow(/^The survivors must be/)
    expect(() => readJustifications('{')).toThrow(/^The survivors must be/)
  })
})
