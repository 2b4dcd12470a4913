import type { InitialisedTick } from '../../../shared/schema/pool.ts'
import type { LiquidityEvent, TickLiquidity } from './history.ts'

/** A pool's ticks as mints and burns change them. */
export class TickBook {
  readonly #ticks: Map<number, TickLiquidity>
  /** Liquidity of positions opened since the book began, by owner and range. */
  readonly #opened = new Map<string, bigint>()

  constructor(ticks: readonly TickLiquidity[]) {
    this.#ticks = new Map(ticks.map((tick) => [tick.index, tick]))
  }

  apply({ tickLower, tickUpper, liquidityDelta }: LiquidityEvent): void {
    this.#change(tickLower, liquidityDelta, liquidityDelta)
    this.#change(tickUpper, liquidityDelta, -liquidityDelta)
  }

  /** The same for a book that began empty: what was there before it is left out, also when it is burnt. */
  applyOwn(event: LiquidityEvent): void {
    const key = `${event.owner} ${event.tickLower} ${event.tickUpper}`
    const opened = this.#opened.get(key) ?? 0n
    const change = event.liquidityDelta < -opened ? -opened : event.liquidityDelta
    this.#opened.set(key, opened + change)
    this.apply({ ...event, liquidityDelta: change })
  }

  #change(index: number, gross: bigint, net: bigint): void {
    const before = this.#ticks.get(index) ?? { index, gross: 0n, net: 0n }
    const after = { index, gross: before.gross + gross, net: before.net + net }
    if (after.gross === 0n) this.#ticks.delete(index)
    else this.#ticks.set(index, after)
  }

  /** Ascending. */
  list(): TickLiquidity[] {
    return [...this.#ticks.values()].sort((one, other) => one.index - other.index)
  }

  initialised(): InitialisedTick[] {
    return this.list().map(({ index, net }) => ({ index, liquidityNet: net }))
  }
}
