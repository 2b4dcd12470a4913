import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import type { DevnetAccounts } from './accounts.ts'
import type { BlockSlot } from './block-simulation.ts'
import type { ChainState } from './chain-state.ts'
import type { Market } from './market.ts'
import { defaultTurnover, NoiseFlow } from './noise-flow.ts'
import { NoiseTraders } from './noise-traders.ts'
import type { Bundle } from './private-orders.ts'
import type { PublicPool } from './public-pool.ts'
import { Sandwicher } from './sandwicher.ts'
import { noiseTraderAddress, sandwicherAddress } from './world.ts'
import { worldPools } from './world-pools.ts'

export interface TraderParts {
  state: ChainState
  pool: PublicPool
  /** Hands builders a bundle. */
  offer: (bundle: Bundle) => void
  chain: ChainDefinition
  accounts: DevnetAccounts
  market: Market
  seed: string
}

export interface TraderSettings {
  /** Undefined, here and below: on exactly while the market moves. */
  noise?: boolean | undefined
  sandwicher?: boolean | undefined
  /** USD traded per day for each USD of a pool's depth. */
  turnover?: number | undefined
}

/** Who else trades on the local chain: people, and one who preys on them. */
export class Traders {
  readonly noise: NoiseTraders
  readonly sandwicher: Sandwicher
  readonly #settings: TraderSettings
  readonly #market: Market
  readonly #blockSeconds: number

  constructor({ state, pool, offer, chain, accounts, market, seed }: TraderParts, settings: TraderSettings) {
    const { noiseTraders, sandwichers, feedKeeper, market: arbitrageur } = accounts
    const pools = worldPools(chain)
    const price = (symbol: string) => market.path.price(symbol)
    const flow = new NoiseFlow(pools, noiseTraders.length, seed, settings.turnover ?? defaultTurnover)
    const noiseTrader = noiseTraderAddress(accounts)
    this.noise = new NoiseTraders({ state, pool, flow, accounts: noiseTraders, trader: noiseTrader, price })
    const spared = [feedKeeper.address, arbitrageur.address]
    const trader = sandwicherAddress(accounts)
    this.sandwicher = new Sandwicher({ state, pool, offer, accounts: sandwichers, trader, pools, spared, price })
    this.#settings = { ...settings }
    this.#market = market
    this.#blockSeconds = chain.blockSeconds
  }

  get noiseOn(): boolean {
    return this.#settings.noise ?? this.#market.moving
  }

  set noiseOn(on: boolean) {
    this.#settings.noise = on
  }

  get sandwicherOn(): boolean {
    return this.#settings.sandwicher ?? this.#market.moving
  }

  set sandwicherOn(on: boolean) {
    this.#settings.sandwicher = on
  }

  /** As `devnet_status` shows it; amounts in USD at the reference price. */
  status() {
    const { sent, sentUsd } = this.noise
    return {
      noise: { on: this.noiseOn, swaps: sent, usd: Math.round(sentUsd) },
      sandwicher: { on: this.sandwicherOn, ...this.sandwicher.totals },
    }
  }

  /** After the market has sent what it sends for this block: people trade, and the sandwicher looks at everything. */
  async act(slot: BlockSlot): Promise<void> {
    if (this.noiseOn) await this.noise.act(slot, this.#blockSeconds)
    if (this.sandwicherOn) await this.sandwicher.act(slot)
  }
}
