import { expect, test } from 'vitest'
import { seededRandom } from '../../scripts/devnet/random.ts'
import { answerTo } from '../../scripts/prove/replay/answer.ts'
import { compareRuns, type Run, tableOf, whereTheyPart } from '../../scripts/prove/replay/compare.ts'
import { bitsOf, exactText } from '../../scripts/prove/replay/exact-text.ts'
import { syntheticMarkets } from '../../scripts/prove/replay/markets.ts'
import { recordInputs } from '../../scripts/prove/replay/record.ts'
import { recordedInputSchema } from '../../scripts/prove/replay/recorded-input.ts'
import { canonicalJson } from '../../shared/audit/canonical-json.ts'

function runWith(machine: string, hashes: string[]): Run {
  return { machine, hashes, arch: 'x64', node: '24.0.0', v8: '13.0', hash: hashes.join(''), outcomes: {}, seconds: 1 }
}

test('runs with the same answers are identical, and a run with another one is not', () => {
  const same = compareRuns([runWith('one', ['a', 'b', 'c']), runWith('two', ['a', 'b', 'c'])])
  expect(same).toEqual({ identical: true, differing: [[], []], first: null })
  const runs = [runWith('one', ['a', 'b', 'c']), runWith('two', ['a', 'b', 'x']), runWith('three', ['a', 'y', 'z'])]
  const different = compareRuns(runs)
  expect(different).toEqual({ identical: false, differing: [[], [2], [1, 2]], first: { input: 1, run: 2 } })
  expect(tableOf(runs, different)).toMatch(/three .* 2 +1\.0$/)
})

test('a run that answered fewer inputs, or nothing to compare with, is no proof', () => {
  expect(() => compareRuns([runWith('one', ['a'])])).toThrow('nothing to be compared with')
  expect(() => compareRuns([runWith('one', []), runWith('two', [])])).toThrow('no answer')
  expect(() => compareRuns([runWith('one', ['a', 'b']), runWith('two', ['a'])])).toThrow(
    'Node 24.0.0 on two answered 1 inputs, Node 24.0.0 on one 2.',
  )
})

test('the text of an answer tells numbers apart by their last bit, and by the sign of zero', () => {
  expect(bitsOf(1)).toBe('3ff0000000000000')
  expect(bitsOf(1 + Number.EPSILON)).toBe('3ff0000000000001')
  expect(bitsOf(-0)).not.toBe(bitsOf(0))
  expect(exactText({ b: [1n, null], a: 0.5 })).toBe('{a:0.5/3fe0000000000000,b:[1n,null]}')
  expect(whereTheyPart('same 1 end', 'same 2 end')).toBe('  … same 1 end\n  … same 2 end')
})

test('a recording reads back as it was made, answers are repeatable, and every kind of input has some', () => {
  const record = () => {
    const random = seededRandom('test')
    return [...recordInputs(syntheticMarkets(random), 60, random)]
  }
  const inputs = record()
  expect(inputs).toEqual(record())
  expect(new Set(inputs.map(({ kind }) => kind))).toEqual(new Set(['market', 'bars', 'ticks', 'fees', 'decision']))
  for (const input of inputs) {
    const read = recordedInputSchema.parse(JSON.parse(canonicalJson(input)))
    expect(whereTheyPart(canonicalJson(read), canonicalJson(input))).toBe(null)
    expect(answerTo(read)).toEqual(answerTo(input))
  }
})
