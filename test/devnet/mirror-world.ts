import { type Address, encodeFunctionData, type Hex, type StateOverride } from 'viem'
import type { HDAccount } from 'viem/accounts'
import { expect } from 'vitest'
import { modelInUseId } from '../../models/model-in-use.ts'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { clientOf, sendAll } from '../../scripts/devnet/transactions.ts'
import { deployTreasury, type Treasury, type TreasuryLimits, takeCheckpoint } from '../../scripts/devnet/treasury.ts'
import { vaultState } from '../../scripts/devnet/treasury-reading.ts'
import { openMandate } from '../../scripts/devnet/treasury-signatures.ts'
import { tokenBySymbol } from '../../scripts/devnet/world-pools.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { poolCandidates } from '../../shared/chain/pool-address.ts'
import { maximum, oneUsd } from '../../shared/chain/units.ts'
import type { SectionLeg } from '../../shared/policy/sections.ts'
import { type Mandate, mandateId } from '../../shared/schema/mandate.ts'
import { Random } from '../unit/random.ts'
import { type Asked, encodeExecute, MirroredVault, type Pair } from './mirrored-vault.ts'

export const usdc = (amount: number) => BigInt(amount) * 10n ** 6n

/** What the chain says when an order is made: the newest block's time, the mandate's execution count, the key's epoch. */
export interface Present {
  now: number
  executionIndex: number
  epoch: number
}

/** Bends a random order. */
export type Change = (asked: Asked, present: Present) => Asked

/** A vault on the local chain, its mirror, and the mandate that the orders are about. */
export class MirrorWorld {
  readonly devnet: Devnet
  readonly treasury: Treasury
  mandate: Mandate
  id: Hex
  /** How often the vault answered what. */
  readonly tally = new Map<string, number>()
  readonly #mirror: MirroredVault
  readonly #pair: Pair
  readonly #random = new Random(20_261_121)

  private constructor(devnet: Devnet, treasury: Treasury, pair: Pair, mandate: Mandate) {
    this.devnet = devnet
    this.treasury = treasury
    this.mandate = mandate
    this.id = mandateId(devnet.chain.id, treasury.vault, mandate)
    this.#pair = pair
    this.#mirror = new MirroredVault(clientOf(devnet), treasury.vault, pair)
  }

  /** The mandate is signed by nobody yet. */
  static async open(): Promise<MirrorWorld> {
    const devnet = await startDevnet({ port: 0, automine: false, market: false })
    const treasury = await deployTreasury(devnet, {
      executor: devnet.accounts.trader.address,
      executorExpiry: (await devnet.chainTime()) + 27_000,
      holdings: { USDC: usdc(150_000), WETH: 20n * 10n ** 18n },
      limits: {
        automaticLimitUsd: 30_000n * oneUsd,
        volumeCapacityUsd: 55_000n * oneUsd,
        maximumSlippageBps: 200,
        maximumCheckpointAge: 7200,
      },
    })
    const [sell, buy] = [tokenBySymbol(devnet.chain, 'USDC').address, tokenBySymbol(devnet.chain, 'WETH').address]
    const pair = poolCandidates(devnet.chain, sell, buy).find(({ venue }) => venue === 'UniswapV2')
    if (pair === undefined) throw new Error('The local chain has no pair of USDC and WETH.')
    const start = (await devnet.chainTime()) + 400
    return new MirrorWorld(devnet, treasury, pair, {
      ...{ strategy: `0x${'11'.repeat(32)}`, sell, buy, total: usdc(75_000), maximumSlice: usdc(40_000) },
      ...{ refillAmount: 0n, refillPeriod: 0, poorFillBps: 150, maximumPoorFills: 3 },
      ...{ start, end: start + 20_000, minimumInterval: 300, maximumExecutions: 2 },
      // A price of 3,100 USD: a little more than the slippage bound would allow.
      ...{ worstPrice: 10n ** 48n / 3100n, slippageBps: 150, configurationHash: `0x${'22'.repeat(32)}`, salt: 1n },
    })
  }

  // --- asking ---

  /** Puts random orders to both, as `change` bends them, and expects the same answer; returns the answers there were. */
  async compare(
    count: number,
    change: Change = (asked) => asked,
    override: StateOverride = [],
  ): Promise<ReadonlySet<string>> {
    const { devnet, treasury, tally } = this
    const now = await devnet.chainTime()
    const { epoch } = await vaultState(devnet, treasury.vault)
    const present = { now, epoch, executionIndex: await this.#executionsOf(this.id) }
    const heard = new Set<string>()
    for (let round = 0; round < count; round++) {
      const asked = change(this.#randomOrder(present), present)
      const { mirrored, real } = await this.#mirror.both(asked, override)
      tally.set(real, (tally.get(real) ?? 0) + 1)
      heard.add(real)
      const told = JSON.stringify(asked, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
      expect(mirrored, told).toBe(real)
    }
    return heard
  }

  /** Orders with nothing wrong but what the vault's own condition makes wrong; `amount` in whole USDC. */
  plain(amount: number): Change {
    return (_, { now, executionIndex, epoch }) => {
      const amountIn = usdc(amount)
      const at = now + this.#random.integer(1, 300)
      const fair = { amountIn, minimumOut: fairOutput(amountIn), legs: this.#direct(amountIn) }
      const { trader } = this.devnet.accounts
      const mine = { mandate: this.mandate, mandateId: this.id, modelId: modelInUseId, caller: trader.address, at }
      return { ...mine, order: { ...fair, deadline: at + 36, executionIndex, epoch } }
    }
  }

  /** An order near every bound. */
  #randomOrder({ now, executionIndex: index, epoch }: Present): Asked {
    const random = this.#random
    const pick = <Value>(...values: [Value, ...Value[]]): Value =>
      values[random.integer(0, values.length - 1)] ?? values[0]
    const at = now + (random.unit() < 0.8 ? random.integer(1, 600) : random.integer(1, 25_000))
    const whole = usdc(20_000)
    const amountIn = pick(whole, whole, whole, usdc(30_000), usdc(30_000) + 1n, usdc(40_000), usdc(40_000) + 1n, 0n, 1n)
    const worth = (amountIn * 10n ** 12n) / 3000n
    const least = (worth * 985n + 999n) / 1000n
    const lower = [maximum(least - 1n, 0n), least + 1n, (worth * 97n) / 100n, (worth * 96n) / 100n]
    const minimumOut = pick(least, least, least, worth + 1n, ...lower)
    const halves = [amountIn / 2n, amountIn - amountIn / 2n]
    const all = this.#direct(amountIn)
    const legs = pick(
      ...[all, all, all, this.#direct(...halves)],
      ...[this.#direct(amountIn / 2n), [], this.#throughNothing(amountIn)],
    )
    const { trader, owner } = this.devnet.accounts
    const { mandate, id } = this
    const otherwise = { ...mandate, salt: mandate.salt + 1000n }
    return {
      caller: pick(trader, trader, trader, trader, trader, owner).address,
      mandateId: id,
      mandate: pick(mandate, mandate, mandate, mandate, mandate, mandate, otherwise),
      modelId: random.unit() < 0.95 ? modelInUseId : mandate.strategy,
      at,
      order: {
        amountIn,
        minimumOut,
        deadline: at + pick(36, 36, 36, 36, 0, 300, -1, 301),
        executionIndex: pick(index, index, index, index, index, index + 1),
        epoch: pick(epoch, epoch, epoch, epoch, epoch, epoch + 1),
        legs,
      },
    }
  }

  #direct(...amounts: bigint[]): SectionLeg[] {
    const { sell, buy } = this.mandate
    return amounts.map((amountIn) => ({ sell, buy, amountIn }))
  }

  /** All of it into a token on the way, of which the next leg plans to sell nothing. */
  #throughNothing(amountIn: bigint): SectionLeg[] {
    const { sell, buy } = this.mandate
    const way = this.devnet.accounts.market.address
    return [
      { sell, buy: way, amountIn },
      { sell: way, buy, amountIn: 0n },
    ]
  }

  async #executionsOf(mandate: Hex): Promise<number> {
    const read = {
      address: this.treasury.vault,
      abi: vaultAbi,
      functionName: 'mandateProgress',
      args: [mandate],
    } as const
    return (await clientOf(this.devnet).readContract(read)).executionCount
  }

  // --- acting ---

  /** Trades for real, so that meters, progress and interval have something to say. */
  async trade(amountIn: bigint): Promise<void> {
    const { devnet, mandate, id } = this
    const now = await devnet.chainTime()
    const executionIndex = await this.#executionsOf(id)
    const minimumOut = fairOutput(amountIn)
    const order = { amountIn, minimumOut, deadline: now + 60, executionIndex, epoch: 1, legs: this.#direct(amountIn) }
    const { trader } = devnet.accounts
    const asked = { caller: trader.address, mandateId: id, mandate, modelId: modelInUseId, order, at: now }
    await this.call(trader, encodeExecute(asked, await this.#mirror.hints(asked, now), this.#pair), 'executing a slice')
  }

  /** Opens another mandate, due now, which the orders are about from then on. */
  async follow(changes: Partial<Mandate>): Promise<void> {
    const start = await this.devnet.chainTime()
    const terms = { end: start + 20_000, minimumInterval: 0, maximumExecutions: 9, poorFillBps: 150, ...changes }
    await this.openAnd({ ...this.mandate, start, ...terms })
  }

  /** Opens the mandate, which the orders are about from then on. */
  async openAnd(mandate: Mandate): Promise<void> {
    this.id = await openMandate(this.devnet, this.treasury.vault, mandate)
    this.mandate = mandate
  }

  async call(from: HDAccount, data: Hex, purpose: string): Promise<void> {
    await sendAll(this.devnet, [{ from, to: this.treasury.vault, data, purpose }])
  }

  checkpoint(): Promise<void> {
    return takeCheckpoint(this.devnet, this.treasury.vault)
  }

  async withdraw(token: Address, amount: bigint): Promise<void> {
    const { owner } = this.devnet.accounts
    const args = [token, amount, owner.address] as const
    await this.call(owner, encodeFunctionData({ abi: vaultAbi, functionName: 'withdraw', args }), 'withdrawing')
  }

  async lowerLimits(change: Partial<TreasuryLimits>): Promise<void> {
    const { limits } = await vaultState(this.devnet, this.treasury.vault)
    const args = [{ ...limits, ...change }] as const
    const { guardian } = this.devnet.accounts
    await this.call(
      guardian,
      encodeFunctionData({ abi: vaultAbi, functionName: 'lowerLimits', args }),
      'lowering limits',
    )
  }
}

/** 1.4 % below what USDC buys at 3,000 USD. */
function fairOutput(amountIn: bigint): bigint {
  return (amountIn * 10n ** 12n * 986n) / 3_000_000n
}
