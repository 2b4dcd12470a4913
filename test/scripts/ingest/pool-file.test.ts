import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fileNameOf, PoolFile } from '../../../scripts/ingest/pool-file.ts'
import { heading } from '../../../scripts/ingest/rows.ts'
import type { V3PoolFacts } from '../../../scripts/ingest/v3-pool.ts'

const pool: V3PoolFacts = { chainId: 1, address: '0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640', feePips: 500 }
const name = '1_0x88e6a0c2ddd26feeb64f039a2c41296fcb3f5640_univ3-005_events.csv'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pool-file-'))
  path = join(folder, name)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const header = (number: number) => ({ number, hash: `0x${'0'.repeat(60)}${1000 + number}` as const, time: number * 12 })

function begun(): PoolFile {
  const file = PoolFile.begin(folder, pool, 5)
  file.append(['a\r\n', 'b\r\n'], { from: 60, to: 72 }, header(9))
  return file
}

function resumed(from: number | null = null): PoolFile {
  const file = PoolFile.resume(folder, pool, from)
  if (file === null) throw new Error('There is nothing to go on with.')
  return file
}

test('names carry chain, pool and fee, the fee as readers look for it', () => {
  const named = (feePips: number) => fileNameOf({ ...pool, feePips })
  expect(named(500)).toBe(name)
  expect(named(10_000)).toContain('_univ3-100_')
  expect(named(100)).toContain('_univ3-001_')
  expect(named(250)).toContain('_univ3-250pips_')
  expect(named(500_000)).toContain('_univ3-500000pips_')
})

test('chunks follow one another, and the checkpoint tells what there is', () => {
  expect(PoolFile.resume(folder, pool, null)).toBeNull()
  begun()
  const file = resumed()
  expect(file.nextBlock).toBe(10)
  file.append([], null, header(12))
  file.append(['c\r\n'], { from: 200, to: 200 }, header(17))
  const text = `${heading}a\r\nb\r\nc\r\n`
  expect(readFileSync(path, 'utf8')).toBe(text)
  expect(resumed().checkpoint).toEqual({
    version: 1,
    firstBlock: 5,
    last: { block: 17, hash: header(17).hash, time: 204 },
    rows: 3,
    span: { from: 60, to: 200 },
    bytes: text.length,
    sha256: createHash('sha256').update(text).digest('hex'),
  })
})

test('what was written after the checkpoint is cut off, also where there was no chunk before', () => {
  begun()
  appendFileSync(path, 'c\r\nhalf a li')
  resumed().append(['c\r\n'], { from: 130, to: 130 }, header(11))
  expect(readFileSync(path, 'utf8')).toBe(`${heading}a\r\nb\r\nc\r\n`)

  const other = { ...pool, feePips: 3000 }
  PoolFile.begin(folder, other, 0)
  const otherPath = join(folder, fileNameOf(other))
  expect(existsSync(otherPath)).toBe(false)
  writeFileSync(otherPath, heading.slice(0, 20))
  PoolFile.resume(folder, other, null)?.append(['x\r\n'], { from: 1, to: 1 }, header(1))
  expect(readFileSync(otherPath, 'utf8')).toBe(`${heading}x\r\n`)
})

test('a file that is not as it was left is refused and left alone', () => {
  begun()
  const good = readFileSync(path)
  for (const bad of [Buffer.from(good.toString().replace('b\r', 'x\r')), good.subarray(0, -1)]) {
    writeFileSync(path, bad)
    expect(() => resumed()).toThrow(/events\.csv is not as it was left: /)
    expect(readFileSync(path)).toEqual(bad)
  }
  rmSync(path)
  expect(() => resumed()).toThrow(/is not as it was left/)
  writeFileSync(path, good)
  writeFileSync(`${path}.checkpoint.json`, '{"version":1}')
  expect(() => resumed()).toThrow(/is not a checkpoint of this command/)
  rmSync(`${path}.checkpoint.json`)
  expect(() => resumed()).toThrow(/is there without its checkpoint/)
  expect(readFileSync(path)).toEqual(good)
})

test('another first block is another file', () => {
  begun()
  expect(resumed(5).nextBlock).toBe(10)
  expect(() => resumed(6)).toThrow(/begins at block 5, not at 6/)
})

test('two processes do not write to one file', () => {
  const one = begun()
  const two = resumed()
  two.append(['c\r\n'], { from: 120, to: 120 }, header(10))
  expect(() => one.append(['c\r\n'], { from: 120, to: 120 }, header(10))).toThrow(/^Another process writes to /)
  expect(readFileSync(path, 'utf8')).toBe(`${heading}a\r\nb\r\nc\r\n`)
})
