import { createHash, type Hash } from 'node:crypto'
import { appendFileSync, closeSync, existsSync, openSync, readSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from 'viem'
import type { BlockHeader } from './chain-node.ts'
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { IngestRefused, reasonOf } from './errors.ts'
import { heading } from './rows.ts'
import type { V3PoolFacts } from './v3-pool.ts'

const pieceBytes = 1 << 20

/**
 * Where a pool's events go. The fee is there in hundredths of a percent with three digits, which is where readers look for it; a
 * fee that has no such digits is named in hundredths of a basis point.
 */
export function fileNameOf({ chainId, address, feePips }: V3PoolFacts): string {
  const isWhole = feePips % 100 === 0 && feePips < 100_000
  const fee = isWhole ? String(feePips / 100).padStart(3, '0') : `${feePips}pips`
  return `${chainId}_${address.toLowerCase()}_univ3-${fee}_events.csv`
}

/** A pool's CSV with its checkpoint: whole chunks are appended, and what a killed process left half-written is cut off. */
export class PoolFile {
  readonly path: string
  readonly pool: Address
  readonly #checkpointPath: string
  readonly #hash: Hash
  #checkpoint: Checkpoint

  private constructor(path: string, pool: Address, checkpoint: Checkpoint, hash: Hash) {
    this.path = path
    this.pool = pool
    this.#checkpointPath = checkpointPathOf(path)
    this.#checkpoint = checkpoint
    this.#hash = hash
  }

  /**
   * Opens what an earlier run left; null where there is nothing.
   *
   * @throws IngestRefused when a file is not as it was left, or begins at another block than `from`
   */
  static resume(folder: string, pool: V3PoolFacts, from: number | null): PoolFile | null {
    const path = join(folder, fileNameOf(pool))
    return written(path, () => {
      const checkpoint = readCheckpoint(checkpointPathOf(path))
      if (checkpoint === null) {
        if (!existsSync(path)) return null
        throw new IngestRefused(`${path} is there without its checkpoint: move it away, or name another --out.`)
      }
      const { firstBlock, bytes, sha256 } = checkpoint
      if (from !== null && from !== firstBlock) {
        throw new IngestRefused(`${path} begins at block ${firstBlock}, not at ${from}: name another --out for that.`)
      }
      const hash = hashOfBeginning(path, bytes)
      if (hash?.copy().digest('hex') !== sha256) {
        throw new IngestRefused(`${path} is not as it was left: move it and its checkpoint away to begin anew.`)
      }
      if (existsSync(path)) truncateSync(path, bytes)
      return new PoolFile(path, pool.address, checkpoint, hash)
    })
  }

  /** Begins a file where there is none. */
  static begin(folder: string, pool: V3PoolFacts, firstBlock: number): PoolFile {
    const path = join(folder, fileNameOf(pool))
    const hash = createHash('sha256')
    const sha256 = hash.copy().digest('hex')
    const checkpoint: Checkpoint = { version: 1, firstBlock, last: null, rows: 0, span: null, bytes: 0, sha256 }
    // The checkpoint is first: a CSV without one is nobody's that we know.
    written(path, () => writeCheckpoint(checkpointPathOf(path), checkpoint))
    return new PoolFile(path, pool.address, checkpoint, hash)
  }

  /** Always what was last made safe. */
  get checkpoint(): Readonly<Checkpoint> {
    return this.#checkpoint
  }

  get nextBlock(): number {
    const { last, firstBlock } = this.#checkpoint
    return last === null ? firstBlock : last.block + 1
  }

  /**
   * Adds the rows of the blocks up to `last`. When it returns they are on the disk, and will not be asked for again.
   *
   * @param lines whole lines
   * @param span times of the first and the last of them; null when there are none
   * @throws IngestRefused when they cannot be written, or somebody else writes to the file
   */
  append(lines: readonly string[], span: Checkpoint['span'], last: BlockHeader): void {
    const before = this.#checkpoint
    const text = `${before.bytes === 0 ? heading : ''}${lines.join('')}`
    written(this.path, () => {
      const size = existsSync(this.path) ? statSync(this.path).size : 0
      if (size !== before.bytes) throw new IngestRefused(`Another process writes to ${this.path}: let one do it.`)
      appendFileSync(this.path, text, { flush: true })
      this.#hash.update(text)
      this.#checkpoint = {
        ...before,
        last: { block: last.number, hash: last.hash, time: last.time },
        rows: before.rows + lines.length,
        span: span === null ? before.span : { from: before.span?.from ?? span.from, to: span.to },
        bytes: before.bytes + Buffer.byteLength(text),
        sha256: this.#hash.copy().digest('hex'),
      }
      writeCheckpoint(this.#checkpointPath, this.#checkpoint)
    })
  }
}

function checkpointPathOf(path: string): string {
  return `${path}.checkpoint.json`
}

/** Of a file's first bytes; undefined where it has not so many. */
function hashOfBeginning(path: string, bytes: number): Hash | undefined {
  const hash = createHash('sha256')
  if (bytes === 0) return hash
  if (!existsSync(path)) return undefined
  const file = openSync(path, 'r')
  try {
    const piece = Buffer.alloc(pieceBytes)
    for (let done = 0; done < bytes; ) {
      const read = readSync(file, piece, 0, Math.min(pieceBytes, bytes - done), done)
      if (read === 0) return undefined
      hash.update(piece.subarray(0, read))
      done += read
    }
    return hash
  } finally {
    closeSync(file)
  }
}

/** What the operating system refuses becomes a sentence. */
function written<Result>(path: string, work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof IngestRefused) throw cause
    throw new IngestRefused(`${path} cannot be written: ${reasonOf(cause)}.`, { cause })
  }
}
