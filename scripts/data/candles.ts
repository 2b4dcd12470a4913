import { createReadStream, existsSync, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { type CastingContext, parse } from 'csv-parse'
import xz from 'xz-decompress'
import type { Bar } from '../../models/market/bar.ts'

/** What a column may be called. The time is the second at which the bar opens. */
const names = {
  openTime: ['ts', 'open_time'],
  open: ['open'],
  high: ['high'],
  low: ['low'],
  close: ['close'],
  volume: ['volume'],
} as const
type Field = keyof typeof names
const fields = Object.keys(names) as Field[]

/** A candle file that cannot be read; the message is one sentence for people. */
export class UnreadableCandles extends Error {
  override name = 'UnreadableCandles'
}

/**
 * Reads candles from a `.csv` or `.csv.xz` file with a line of column names; columns are found by name, in any order, and
 * others are left alone. Rows keep the file's order. A cell that is no number comes through as NaN: judging bars is
 * another's task.
 *
 * @throws UnreadableCandles where the file is missing, is no such file, or lacks a column
 */
export async function readCandles(file: string): Promise<Bar[]> {
  if (!existsSync(file) || !statSync(file).isFile()) throw new UnreadableCandles(`There is no candle file ${file}.`)
  const bars: Bar[] = []
  const cast = (cell: string, { header }: CastingContext) => (header ? cell : numberIn(cell))
  const source: Readable = file.endsWith('.xz') ? decompressed(file) : createReadStream(file)
  const rows = parse({
    bom: true,
    cast,
    skip_empty_lines: true,
    // A line cut short is a bar with cells that are no number.
    relax_column_count: true,
    trim: true,
    columns: (header) => columnsOf(header, file),
  })
  try {
    source.on('error', (error) => rows.destroy(error))
    for await (const row of source.pipe(rows)) bars.push(barOf(row))
  } catch (cause) {
    if (cause instanceof UnreadableCandles) throw cause
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new UnreadableCandles(`${file} is not a candle file that can be read: ${message}`, { cause })
  } finally {
    source.destroy()
  }
  if (bars.length === 0) throw new UnreadableCandles(`${file} holds no candles.`)
  return bars
}

function decompressed(file: string): Readable {
  const packed = Readable.toWeb(createReadStream(file)) as unknown as ConstructorParameters<
    typeof xz.XzReadableStream
  >[0]
  return Readable.fromWeb(new xz.XzReadableStream(packed) as unknown as WebStream<Uint8Array>)
}

/** The field that each column holds; false for a column of no concern. */
function columnsOf(header: string[], file: string): (Field | false)[] {
  const columns = header.map((cell) => {
    const name = cell.trim().toLowerCase()
    return fields.find((field) => names[field].some((candidate) => candidate === name)) ?? false
  })
  const missing = fields.filter((field) => !columns.includes(field)).map((field) => names[field].join(' or '))
  if (missing.length > 0) {
    const found = header.map((cell) => `"${cell}"`).join(', ')
    throw new UnreadableCandles(`${file} has no column ${missing.join(', ')}: its first line says ${found}.`)
  }
  const twice = fields.find((field) => columns.filter((column) => column === field).length > 1)
  if (twice !== undefined) throw new UnreadableCandles(`${file} has two columns for ${names[twice].join(' or ')}.`)
  return columns
}

/** An empty cell is no zero. */
function numberIn(cell: string): number {
  return cell === '' ? Number.NaN : Number(cell)
}

function barOf(row: Partial<Record<Field, number>>): Bar {
  const numberOf = (field: Field) => row[field] ?? Number.NaN
  return {
    openTime: numberOf('openTime'),
    open: numberOf('open'),
    high: numberOf('high'),
    low: numberOf('low'),
    close: numberOf('close'),
    volume: numberOf('volume'),
  }
}
