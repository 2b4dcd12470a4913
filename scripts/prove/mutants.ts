/** Which kind of mistake a mutant makes. */
export type Operator = 'comparison' | 'check' | 'flag' | 'logic' | 'arithmetic' | 'rounding' | 'modifier'

/** One small mistake in a Solidity source. */
export interface Mutant {
  operator: Operator
  /** Where the mistake goes: characters from `start` to before `end` become `replacement`. */
  start: number
  end: number
  replacement: string
  /** Counted from one. */
  line: number
  /** The function or modifier it is in; empty outside of any. */
  within: string
  /** The lines it touches, before and after, with single spaces. */
  original: string
  mutant: string
}

interface Span {
  start: number
  end: number
}

/** To the boundary beside it, and to its opposite. */
const comparisons: Record<string, string[]> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '==': ['!='],
  '!=': ['=='],
}

/** The same in Yul, where they are functions. */
const yulComparisons: Record<string, string[]> = {
  lt: ['iszero(gt', 'iszero(lt'],
  gt: ['iszero(lt', 'iszero(gt'],
  slt: ['iszero(sgt', 'iszero(slt'],
  sgt: ['iszero(slt', 'iszero(sgt'],
  eq: ['iszero(eq'],
  iszero: ['iszero(iszero'],
}

const roundings: Record<string, string> = {
  mulDiv: 'mulDivUp',
  mulDivUp: 'mulDiv',
  fullMulDiv: 'fullMulDivUp',
  fullMulDivUp: 'fullMulDiv',
  min: 'max',
  max: 'min',
}

const headerWords = new Set('external public internal private view pure payable virtual override returns'.split(' '))
const leaving = /\b(revert|refuse|return|continue|break)\b/
const checkCall = /(?<=[;{}]\s*)(?:\w+\.)*(?:require|check|only|ensure|enforce)[A-Z]\w*\s*(?=\()/g
const bareRefusal = /(?<=(?:[;{}]|\belse)\s*)(?:revert|refuse)\b(?=[\s(])/g

/** The source with comments and string literals blanked out, every other character in its place. */
export function blanked(source: string): string {
  const hidden = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g
  return source.replace(hidden, (text) => text.replace(/[^\n]/g, ' '))
}

/** Every mutant of a Solidity source, in the order of the source. */
export function mutantsOf(source: string): Mutant[] {
  const code = blanked(source)
  const yul = assemblyOf(code)
  const inYul = ({ start }: Span) => yul.some((block) => start >= block.start && start < block.end)
  const found: (Span & { operator: Operator; replacement: string })[] = []
  for (const { 0: sign, index } of code.matchAll(/(?<![<>=!:-])(?:==|!=|<=|>=|<|>)(?![<>=])/g))
    for (const replacement of comparisons[sign] ?? [])
      found.push({ operator: 'comparison', start: index, end: index + sign.length, replacement })
  for (const { 0: sign, index } of code.matchAll(/&&|\|\|/g))
    found.push({ operator: 'logic', start: index, end: index + 2, replacement: sign === '&&' ? '||' : '&&' })
  for (const { index } of code.matchAll(/!(?!=)/g))
    found.push({ operator: 'logic', start: index, end: index + 1, replacement: '' })
  for (const { index } of code.matchAll(/[+-](?=[=\s\w(])(?<![+-]{2})/g))
    if (isBinary(code, index)) {
      const replacement = code[index] === '+' ? '-' : '+'
      found.push({ operator: 'arithmetic', start: index, end: index + 1, replacement })
    }
  for (const { 0: name, index } of code.matchAll(/\b(?:fullMulDivUp|fullMulDiv|mulDivUp|mulDiv|min|max)(?=\()/g))
    if (!/function\s+$/.test(code.slice(0, index)))
      found.push({ operator: 'rounding', start: index, end: index + name.length, replacement: roundings[name] ?? name })
  for (const span of [...checks(code).filter((span) => !inYul(span)), ...yulChecks(code, yul)])
    found.push({ operator: 'check', ...span, replacement: '{}' })
  for (const { 0: value, index } of code.matchAll(/(?<=[^=!<>]=\s*)(?:true|false)(?=\s*;)/g))
    found.push({ operator: 'flag', start: index, end: index + value.length, replacement: String(value === 'false') })
  for (const span of modifiers(code)) found.push({ operator: 'modifier', ...span, replacement: '' })
  for (const { start, end, name, replacement } of yulCalls(code, yul))
    found.push({ operator: 'comparison', start, end, replacement: `${replacement}${source.slice(start + name, end)})` })
  found.sort((one, other) => one.start - other.start)
  return found.map((mutation) => described(source, code, mutation))
}

/** The source with this one mistake in it. */
export function applied(
  source: string,
  { start, end, replacement }: Pick<Mutant, 'start' | 'end' | 'replacement'>,
): string {
  return source.slice(0, start) + replacement + source.slice(end)
}

function described(source: string, code: string, mutation: Span & { operator: Operator; replacement: string }): Mutant {
  const from = source.lastIndexOf('\n', mutation.start - 1) + 1
  const next = source.indexOf('\n', mutation.end)
  const to = next === -1 ? source.length : next
  const before = code.slice(0, mutation.start)
  const within = [...before.matchAll(/\b(?:function|modifier)\s+(\w+)|\bconstructor\b/g)].at(-1)
  const line = before.split('\n').length
  const original = singleSpaced(source.slice(from, to))
  const mutant = singleSpaced(
    source.slice(from, mutation.start) + mutation.replacement + source.slice(mutation.end, to),
  )
  return { ...mutation, line, within: within?.[1] ?? within?.[0] ?? '', original, mutant }
}

function singleSpaced(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}

function isBinary(code: string, index: number): boolean {
  const before = code.slice(0, index).trimEnd()
  return /[\w)\]]$/.test(before) && !/\breturn$/.test(before)
}

/** Statements that refuse or leave early: `if (…) refuse(…);`, `if (…) { …; return …; }`, `requireX(…);`, `revert …;`. */
function checks(code: string): Span[] {
  const spans: Span[] = []
  for (const { index } of code.matchAll(/\bif\s*(?=\()/g)) {
    const condition = closing(code, code.indexOf('(', index))
    const body = skipSpace(code, condition)
    const end = code[body] === '{' ? closing(code, body) : endOfStatement(code, body)
    const hasElse = /^\s*else\b/.test(code.slice(end))
    if (!hasElse && leaves(code.slice(body, end))) spans.push({ start: index, end })
  }
  for (const { index } of code.matchAll(checkCall)) spans.push({ start: index, end: endOfStatement(code, index) })
  // Without the one statement of its block, a check is gone: that is the mutant above.
  for (const { index } of code.matchAll(bareRefusal))
    if (!spans.some(({ start, end }) => index > start && index < end))
      spans.push({ start: index, end: endOfStatement(code, index) })
  return spans
}

/** Whether a statement, or a block's last one, leaves the function or the loop. */
function leaves(body: string): boolean {
  if (!body.startsWith('{')) return leaving.exec(body)?.index === 0
  const statements = body.slice(1, -1).trim().split(/;\s*/)
  return leaving.exec(statements.at(-2) ?? '')?.index === 0
}

/** Yul's `if … { … revert(…) }`. */
function yulChecks(code: string, yul: Span[]): Span[] {
  const spans: Span[] = []
  for (const block of yul)
    for (const { index } of code.slice(block.start, block.end).matchAll(/\bif\b/g)) {
      const start = block.start + index
      const end = closing(code, code.indexOf('{', start))
      if (/\b(revert|leave)\b/.test(code.slice(start, end))) spans.push({ start, end })
    }
  return spans
}

function yulCalls(code: string, yul: Span[]): (Span & { name: number; replacement: string })[] {
  const calls: (Span & { name: number; replacement: string })[] = []
  for (const block of yul)
    for (const { 0: name, index } of code.slice(block.start, block.end).matchAll(/\b(?:s?[lg]t|eq|iszero)(?=\()/g))
      for (const replacement of yulComparisons[name] ?? []) {
        const start = block.start + index
        calls.push({ start, end: closing(code, start + name.length), name: name.length, replacement })
      }
  return calls
}

/** Modifiers in the heads of functions. */
function modifiers(code: string): Span[] {
  const spans: Span[] = []
  for (const { index } of code.matchAll(/\bfunction\s+\w+\s*(?=\()/g)) {
    let at = closing(code, code.indexOf('(', index))
    for (;;) {
      at = skipSpace(code, at)
      const word = /^\w+/.exec(code.slice(at))?.[0]
      if (word === undefined) break
      const after = skipSpace(code, at + word.length)
      const end = code[after] === '(' ? closing(code, after) : at + word.length
      if (!headerWords.has(word)) spans.push({ start: at, end })
      at = end
    }
  }
  return spans
}

function assemblyOf(code: string): Span[] {
  return [...code.matchAll(/\bassembly\b[^{]*(?=\{)/g)].map(({ 0: head, index }) => {
    const start = index + head.length
    return { start, end: closing(code, start) }
  })
}

/** Just behind the bracket that closes the one at `open`. */
function closing(code: string, open: number): number {
  let depth = 0
  for (let at = open; at < code.length; at++) {
    if ('([{'.includes(code.charAt(at))) depth++
    if (')]}'.includes(code.charAt(at)) && --depth === 0) return at + 1
  }
  return code.length
}

/** Just behind the semicolon that ends the statement at `start`. */
function endOfStatement(code: string, start: number): number {
  for (let at = start; at < code.length; at++) {
    if ('([{'.includes(code.charAt(at))) at = closing(code, at) - 1
    else if (code[at] === ';') return at + 1
  }
  return code.length
}

function skipSpace(code: string, at: number): number {
  let next = at
  while (/\s/.test(code.charAt(next))) next++
  return next
}
