import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readCandles } from '../../scripts/data/candles.ts'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-candles-'))
afterAll(() => rmSync(folder, { recursive: true }))

function fileWith(name: string, content: string | Uint8Array): string {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

const header = 'ts,open,high,low,close,volume'
const bar = { openTime: 1_659_312_000, open: 1678.12, high: 1681.37, low: 1672.63, close: 1677.29, volume: 6204.18 }
const row = '1659312000,1678.12,1681.37,1672.63,1677.29,6204.18'

/** "ts,open,high,low,close,volume" and one row, as `xz -9` packs them. */
const packed = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4ABQAEpdADocwYWSETK0gwOET+SZog5BefZIh1ZmwxOjklaNhaym9ccGaCrw2ssn5AabKntx4FzeVIK5xkJLGwCjU2ceTML/rDN1ldfk5QAAAAAAAshFf/4MdwAAAWZRaBhNDx+2830BAAAAAARZWg==',
  'base64',
)

describe('a candle file', () => {
  it('is read in its order', async () => {
    const later = row.replace('1659312000', '1659312300')
    expect(await readCandles(fileWith('two.csv', `${header}\n${row}\n${later}\n`))).toEqual([
      bar,
      { ...bar, openTime: 1_659_312_300 },
    ])
  })

  it('may be packed by xz', async () => {
    expect(await readCandles(fileWith('packed.csv.xz', packed))).toEqual([bar])
  })

  it('may have its columns in any order, others beside them and a byte order mark', async () => {
    const text =
      '\uFEFFVolume,Close,Low,High,Open,Trades,open_time\n6204.18,1677.29,1672.63,1681.37,1678.12,9,1659312000'
    expect(await readCandles(fileWith('swapped.csv', text))).toEqual([bar])
  })

  it('keeps a row whose cells are no numbers, as NaN and never as zero', async () => {
    const text = `${header}\n1659312000,1678.12,,n/a,1677.29,6204.18\n1659312300,1678`
    expect(await readCandles(fileWith('holes.csv', text))).toEqual([
      { ...bar, high: Number.NaN, low: Number.NaN },
      { openTime: 1_659_312_300, open: 1678, high: Number.NaN, low: Number.NaN, close: Number.NaN, volume: Number.NaN },
    ])
  })

  it('is refused in a sentence where it is missing, lacks a column, holds nothing or is not packed', async () => {
    const cases: [file: string, sentence: RegExp][] = [
      [join(folder, 'nowhere.csv'), /^There is no candle file .*nowhere\.csv\.$/],
      [folder, /^There is no candle file /],
      [fileWith('prices.csv', 'time,price\n1,2\n'), /has no column ts or open_time, open.*"time", "price"\.$/],
      [fileWith('twice.csv', `${header},open\n${row},1\n`), /has two columns for open\.$/],
      [fileWith('bare.csv', `${header}\n`), /holds no candles\.$/],
      [fileWith('empty.csv', ''), /holds no candles\.$/],
      [fileWith('text.csv.xz', `${header}\n${row}\n`), /is not a candle file that can be read/],
      [fileWith('cut.csv.xz', packed.subarray(0, 60)), /is not a candle file that can be read/],
    ]
    for (const [file, sentence] of cases) await expect(readCandles(file), file).rejects.toThrow(sentence)
  })
})
