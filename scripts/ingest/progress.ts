import { SingleBar } from 'cli-progress'

/** How far it is, all pools together. */
export interface State {
  /** Blocks of each pool, added up. */
  blocksDone: number
  blocksInAll: number
  /** The next block that is read. */
  block: number
  /** Written by this run. */
  rows: number
}

/** Tells people how far it is: a bar on a terminal, a line every few seconds elsewhere. */
export interface Progress {
  update(state: State): void
  /** Leaves the last state standing. */
  stop(): void
}

const secondsBetweenLines = 3

/** @param stream where it goes; standard error */
export function progressTo(stream: NodeJS.WriteStream, now: () => number = Date.now): Progress {
  const pace = new Pace(now)
  return stream.isTTY ? bar(stream, pace) : lines(stream, pace, now)
}

function bar(stream: NodeJS.WriteStream, pace: Pace): Progress {
  const format = '{bar} {percentage} % · block {block} · {rows} rows · {figures}'
  const single = new SingleBar({ stream, format, barsize: 24, hideCursor: null, gracefulExit: false, fps: 4 })
  let isStarted = false
  // It turned line wrapping off: also where Ctrl-C ends the process, the terminal gets it back.
  process.once('exit', () => single.stop())
  return {
    update(state) {
      const shown = { block: grouped(state.block), rows: grouped(state.rows), figures: pace.figures(state) }
      if (!isStarted) single.start(state.blocksInAll, state.blocksDone, shown)
      else single.update(state.blocksDone, shown)
      isStarted = true
    },
    stop: () => single.stop(),
  }
}

function lines(stream: NodeJS.WriteStream, pace: Pace, now: () => number): Progress {
  let said = Number.NEGATIVE_INFINITY
  return {
    update(state) {
      const isDone = state.blocksDone === state.blocksInAll
      const figures = pace.figures(state)
      if (!isDone && now() - said < secondsBetweenLines * 1000) return
      said = now()
      const percent = Math.floor((100 * state.blocksDone) / Math.max(1, state.blocksInAll))
      const blocks = `${grouped(state.blocksDone)} of ${grouped(state.blocksInAll)} blocks (${percent} %)`
      stream.write(`${blocks}, ${grouped(state.rows)} rows, ${figures}\n`)
    },
    stop: () => undefined,
  }
}

/** Rates of this run, since it began. */
export class Pace {
  readonly #now: () => number
  #begin: { at: number; blocks: number } | null = null

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now
  }

  /** "1,234 events/s, 3 min left". */
  figures({ blocksDone, blocksInAll, rows }: State): string {
    this.#begin ??= { at: this.#now(), blocks: blocksDone }
    const seconds = (this.#now() - this.#begin.at) / 1000
    if (seconds <= 0) return 'just begun'
    const left = (blocksInAll - blocksDone) * (seconds / (blocksDone - this.#begin.blocks))
    const rate = `${grouped(Math.round(rows / seconds))} events/s`
    return blocksDone === this.#begin.blocks ? rate : `${rate}, ${duration(left)} left`
  }
}

/** "45 s", "12 min", "3 h 20 min". */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export function grouped(number: number): string {
  return number.toLocaleString('en-US')
}
