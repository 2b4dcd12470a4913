import { createReadStream, existsSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { parse } from 'csv-parse'
import xz from 'xz-decompress'
import type { Bar } from '../../models/market/bar.ts'
import { barSeconds } from '../../shared/schema/bars.ts'
import { UsageError } from '../local/arguments.ts'

/**
 * Five-minute bars of a column of one-minute prices, in a `.csv` or `.csv.xz` with a column `ts` of seconds. Minutes without a
 * number are left out.
 *
 * @throws UsageError where the file or the column is missing
 */
export async function readMinutes(path: string, column: string): Promise<Bar[]> {
  if (!existsSync(path)) throw new UsageError(`There is no file ${path}.`)
  const file = createReadStream(path)
  const source = path.endsWith('.xz') ? decompressed(file) : file
  const bars = new Map<number, Bar>()
  for await (const row of source.pipe(parse({ columns: true }))) {
    if (!(column in row)) throw new UsageError(`${path} has no column "${column}".`)
    const [time, price] = [Number(row.ts), Number(row[column])]
    if (!Number.isFinite(time) || !(price > 0)) continue
    const openTime = Math.floor(time / barSeconds) * barSeconds
    const { open = price, high, low } = bars.get(openTime) ?? {}
    const [top, bottom] = [Math.max(high ?? price, price), Math.min(low ?? price, price)]
    bars.set(openTime, { openTime, open, high: top, low: bottom, close: price, volume: null })
  }
  return [...bars.values()].sort((a, b) => a.openTime - b.openTime)
}

function decompressed(file: Readable): Readable {
  const packed = Readable.toWeb(file) as unknown as ConstructorParameters<typeof xz.XzReadableStream>[0]
  return Readable.fromWeb(new xz.XzReadableStream(packed) as unknown as WebStream<Uint8Array>)
}
