import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { filesRunBy } from '../../scripts/artifacts/code-hash.ts'

// ECMAScript leaves the last bits of Math.exp, Math.log, ** and their like to the engine: on arm64 and on x64 Node says different
// things. What forecasts and decisions run through must therefore do without, and without clock, chance and locale.

const root = join(import.meta.dirname, '../..')
const entries = [
  'models/model-in-use.ts',
  'models/calibration.ts',
  'models/market/measure.ts',
  'models/market/pool-bars.ts',
  'workers/agent/decide/decide.ts',
]

/** Exact by the language's specification, in every engine. Constants count as such. */
const exact = [
  ...['abs', 'ceil', 'floor', 'round', 'trunc', 'sign', 'max', 'min', 'sqrt', 'fround', 'imul', 'clz32'],
  ...['E', 'LN10', 'LN2', 'LOG10E', 'LOG2E', 'PI', 'SQRT1_2', 'SQRT2'],
]

/** What of a source file may differ from one machine to the next, as `line: text`. Powers of bigint literals are exact. */
function inexactIn(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
  return code.split('\n').flatMap((line, index) => {
    const text = line.replace(/(^|\s)\/\/.*$/, '')
    const calls = [...text.matchAll(/\bMath\s*\.\s*(\w+)/g)].filter(([, name = '']) => !exact.includes(name))
    const powers = [...text.matchAll(/(\S+)\s*\*\*/g)].filter(([, base = '']) => !/^\(?\d[\d_]*n$/.test(base))
    const others = [
      ...text.matchAll(/\bMath\s*\[|[{=]\s*Math\b(?!\s*\.)|\bDate\b|\bIntl\b|\btoLocale\w+|\blocaleCompare\b/g),
    ]
    return [...calls, ...powers, ...others].map(([found]) => `${index + 1}: ${found}`)
  })
}

test('no file that a forecast or a decision runs through leaves a bit to the engine', () => {
  const files = new Set(filesRunBy(root, entries))
  expect(files).toContain('models/volatility/har.ts')
  expect(files).toContain('shared/routing/tick-math.ts')
  const found = [...files].flatMap((name) =>
    inexactIn(readFileSync(join(root, name), 'utf8')).map((place) => `${name}:${place}`),
  )
  expect(found).toEqual([])
})

test('each way to leave a bit to the engine is found, and what is exact passes', () => {
  expect(inexactIn('const a = Math.exp(x)\nconst b = Math.sqrt(x)')).toEqual(['1: Math.exp'])
  expect(inexactIn('Math\n  .floor(x) + Math.random()')).toEqual(['2: Math.random'])
  expect(inexactIn('y = x ** 2')).toEqual(['1: x **'])
  expect(inexactIn('y **= 2')).toEqual(['1: y **'])
  expect(inexactIn('y = 10n ** 18n + (2n ** 256n) * Math.LN2')).toEqual([])
  expect(inexactIn('const { exp } = Math')).toEqual(['1: = Math'])
  expect(inexactIn("Math['exp'](x)")).toEqual(['1: Math['])
  expect(inexactIn('Date.now(); a.localeCompare(b); n.toLocaleString()')).toHaveLength(3)
  expect(inexactIn('/** Not Math.exp.\n * nor x ** 2 */\nf(x) // or Math.log')).toEqual([])
})
