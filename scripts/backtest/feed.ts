import type { MarketPath } from './market-path.ts'

/** When a price feed answers anew. */
export interface FeedTerms {
  /** As soon as the market is so far from its last answer, basis points; 50 is what ETH / USD has on mainnet (data.chain.link). */
  deviationBps: number
  /** And at the latest after so many seconds. */
  heartbeat: number
}

export interface FeedAnswer {
  /** USD. */
  usd: number
  updatedAt: number
}

/** What a feed said over a span of the market. */
export class Feed {
  readonly #answers: FeedAnswer[] = []

  constructor(path: MarketPath, { deviationBps, heartbeat }: FeedTerms, step: number) {
    let last: FeedAnswer = { usd: path.price(path.from), updatedAt: path.from }
    this.#answers.push(last)
    for (let time = path.from + step; time <= path.to; time += step) {
      const usd = path.price(time)
      const moved = Math.abs(usd / last.usd - 1) * 10_000 >= deviationBps
      if (!moved && time - last.updatedAt < heartbeat) continue
      last = { usd, updatedAt: time }
      this.#answers.push(last)
    }
  }

  /** The newest answer at `time`; one of this very block is not known before the next. */
  at(time: number): FeedAnswer {
    let [low, high] = [0, this.#answers.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#answers[middle]?.updatedAt ?? 0) < time) low = middle
      else high = middle - 1
    }
    const answer = this.#answers[low]
    if (answer === undefined) throw new RangeError('A feed without an answer.')
    return answer
  }
}
