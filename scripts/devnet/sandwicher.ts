import type { Address, Hex } from 'viem'
import type { HDAccount } from 'viem/accounts'
import type { BlockSlot, SimulatedTransaction } from './block-simulation.ts'
import type { ChainState } from './chain-state.ts'
import { type Bundle, newBundle } from './private-orders.ts'
import type { PublicPool } from './public-pool.ts'
import { spareGas } from './public-sender.ts'
import { type OfferedSandwich, type Sandwich, SandwichBook } from './sandwich-book.ts'
import { mainOutput, type Prey, type Price, preyAmong } from './sandwich-prey.ts'
import { bestSandwich, type SandwichPlan, type SearchParts, succeededInOrder } from './sandwich-search.ts'
import { readSignedTransaction, type SignedTransaction } from './signed-transaction.ts'
import { buyCall, sellBackCall } from './trader-contract.ts'
import type { WorldPool } from './world-pools.ts'

/** Of what is left after the base fee, the builder gets this much. */
const sharePaidPercent = 80n
/** Waiting transactions it looks at before a block, best tip first, and how many of them it tries to take from. */
const mostLookedAt = 100
const mostSearched = 4
/** Gas of both halves around one pool, for the first screening. */
const leastGas = 250_000n
/** How many times the victim's trade the front-run may be, for the same. */
const hopedScale = 64

export interface SandwicherParts {
  state: ChainState
  pool: PublicPool
  /** Hands builders a bundle. */
  offer: (bundle: Bundle) => void
  accounts: readonly HDAccount[]
  /** Its contract. */
  trader: Address
  pools: readonly WorldPool[]
  /** Whom it leaves alone besides itself. */
  spared: readonly Address[]
  price: Price
}

/**
 * Reads the public pool before each block and takes what it can get: it buys before a waiting swap what that swap buys, and
 * sells it right behind. Nothing private is shown to it.
 */
export class Sandwicher {
  readonly #parts: SandwicherParts
  readonly #pools: ReadonlyMap<string, WorldPool>
  readonly #spared: ReadonlySet<Address>
  readonly #book: SandwichBook

  constructor(parts: SandwicherParts) {
    this.#parts = parts
    this.#pools = new Map(parts.pools.map((pool) => [pool.address.toLowerCase(), pool]))
    this.#spared = new Set([...parts.spared, ...parts.accounts.map(({ address }) => address)])
    this.#book = new SandwichBook(parts.state, this.#pools)
  }

  /** Every sandwich that is in the chain, oldest first. */
  sandwiches(): Promise<readonly Sandwich[]> {
    return this.#book.list()
  }

  get totals(): SandwichBook['totals'] {
    return this.#book.totals
  }

  /** Offers builders its bundles for this block, the most profitable victims first. */
  async act(slot: BlockSlot): Promise<void> {
    await this.#book.settle()
    const chosen: SignedTransaction[] = []
    const accounts = [...this.#parts.accounts]
    for (const prey of (await this.#prey(slot)).slice(0, mostSearched)) {
      const [account] = accounts
      if (account === undefined) return
      const parts = this.#search(slot, chosen)
      const plan = await bestSandwich(parts, prey, account.address)
      if (plan === undefined) continue
      accounts.shift()
      chosen.push(...(await this.#offer(plan, account, parts)))
    }
  }

  #search(slot: BlockSlot, chosen: readonly SignedTransaction[]): SearchParts {
    const { state, trader, price } = this.#parts
    return { rpc: state.rpc, slot, trader, pools: this.#pools, price, chosen: [...chosen] }
  }

  /** The best victim of each sender, most promising first. */
  async #prey(slot: BlockSlot): Promise<Prey[]> {
    const { state, pool, price } = this.#parts
    const waiting = await pool.ordered(slot.baseFeePerGas, (account) => state.nonce(account))
    const runs = new Map<Address, SignedTransaction[]>()
    for (const transaction of waiting.slice(0, mostLookedAt)) {
      if (!this.#spared.has(transaction.from)) {
        runs.set(transaction.from, [...(runs.get(transaction.from) ?? []), transaction])
      }
    }
    const leastUsd = ((Number(leastGas * slot.baseFeePerGas) / 1e18) * price('WETH')) / hopedScale
    const found = [...runs.values()].map(async (run) => {
      const results = await this.#simulated(run, slot)
      const prey = preyAmong(results, this.#pools, price).filter(({ estimateUsd }) => estimateUsd > leastUsd)
      return prey.toSorted((a, b) => b.estimateUsd - a.estimateUsd).slice(0, 1)
    })
    return (await Promise.all(found)).flat().toSorted((a, b) => b.estimateUsd - a.estimateUsd)
  }

  /** One sender's transactions, each behind the others; what the chain refuses to run hides nothing that comes before it. */
  async #simulated(run: readonly SignedTransaction[], slot: BlockSlot): Promise<readonly SimulatedTransaction[]> {
    const { rpc } = this.#parts.state
    for (let length = run.length; length > 0; length = Math.floor(length / 2)) {
      const results = await succeededInOrder({ rpc, slot }, run.slice(0, length), length)
      if (results !== undefined) return results
    }
    return []
  }

  /** Signs the two halves and gives builders the bundle; returns its transactions. */
  async #offer(plan: SandwichPlan, account: HDAccount, parts: SearchParts): Promise<readonly SignedTransaction[]> {
    const { victim, before } = plan.prey
    const withoutFrontRun = await this.#alone(plan, parts)
    if (withoutFrontRun === undefined) return []
    const { slot } = parts
    const nonce = await this.#parts.state.nonce(account.address)
    const tip = this.#tip(plan)
    const sign = (data: Hex, gas: bigint, ahead: number) => this.#sign(account, slot, { data, gas, tip }, nonce + ahead)
    const frontRun = await sign(buyCall(plan.swaps), plan.frontRunGas, 0)
    const backRun = await sign(sellBackCall(plan.sales), plan.backRunGas, 1)
    const transactions = [...before, frontRun, victim, backRun]
    const bundle = bundleOf(transactions, account.address, slot.number, [...before, victim])
    this.#parts.offer(bundle)
    this.#book.offered({ bundle, victim, frontRun, backRun, withoutFrontRun, price: this.#priceNow() })
    return transactions
  }

  #priceNow(): Price {
    const symbols = this.#parts.pools.flatMap(({ token0, token1 }) => [token0.symbol, token1.symbol])
    const prices = new Map(symbols.map((symbol) => [symbol, this.#parts.price(symbol)]))
    return (symbol) => prices.get(symbol) ?? Number.NaN
  }

  /** Wei per gas. */
  #tip({ netUsd, frontRunGas, backRunGas }: SandwichPlan): bigint {
    const netWei = BigInt(Math.floor((netUsd / this.#parts.price('WETH')) * 1e9)) * 10n ** 9n
    const tip = (netWei * sharePaidPercent) / 100n / (frontRunGas + backRunGas)
    return tip > 0n ? tip : 1n
  }

  async #sign(
    account: HDAccount,
    slot: BlockSlot,
    { data, gas, tip }: { data: Hex; gas: bigint; tip: bigint },
    nonce: number,
  ): Promise<SignedTransaction> {
    const { state, trader } = this.#parts
    const raw = await account.signTransaction({
      ...{ type: 'eip1559', chainId: state.chainId, to: trader, nonce, data, gas: spareGas(gas) },
      ...{ maxFeePerGas: slot.baseFeePerGas + tip, maxPriorityFeePerGas: tip },
    })
    return readSignedTransaction(raw, state.chainId)
  }

  /** What the victim would have received at the same place without the front-run. */
  async #alone({ prey }: SandwichPlan, parts: SearchParts): Promise<OfferedSandwich['withoutFrontRun'] | undefined> {
    const results = await succeededInOrder(parts, [...parts.chosen, ...prey.before, prey.victim], parts.chosen.length)
    return mainOutput(results?.at(-1)?.logs ?? [], this.#pools, this.#parts.price)
  }
}

function bundleOf(
  transactions: readonly SignedTransaction[],
  owner: Address,
  blockNumber: number,
  fromPool: readonly SignedTransaction[],
): Bundle {
  return {
    ...newBundle(transactions),
    ...{ owner, blockNumber },
    fromPool: new Set(fromPool.map(({ hash }) => hash)),
  }
}
