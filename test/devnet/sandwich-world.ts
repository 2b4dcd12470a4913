import { type Address, decodeFunctionResult, type Hex, keccak256, parseAbi } from 'viem'
import type { HDAccount } from 'viem/accounts'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { devnetTraderAbi } from '../../scripts/devnet/generated/devnetTrader.ts'
import type { Sandwich } from '../../scripts/devnet/sandwich-book.ts'
import { type PoolSwap, swapCall } from '../../scripts/devnet/trader-contract.ts'
import { clientOf } from '../../scripts/devnet/transactions.ts'
import { label, noiseTraderAddress, sandwicherAddress } from '../../scripts/devnet/world.ts'
import { tokenBySymbol, worldPools } from '../../scripts/devnet/world-pools.ts'
import { ask, nonceOf } from './clients.ts'

const tokenAbi = parseAbi(['function balanceOf(address account) view returns (uint256)'])

/** A swap as somebody signed it. */
export interface SignedSwap {
  raw: Hex
  hash: Hex
}

/** A chain on which nothing trades but the test and the sandwicher. */
export class SandwichWorld {
  readonly devnet: Devnet
  readonly swapper: Address
  readonly sandwicher: Address

  private constructor(devnet: Devnet) {
    this.devnet = devnet
    this.swapper = noiseTraderAddress(devnet.accounts)
    this.sandwicher = sandwicherAddress(devnet.accounts)
  }

  static async open(): Promise<SandwichWorld> {
    return new SandwichWorld(await startDevnet({ port: 0, automine: false, market: false, sandwicher: true }))
  }

  /** The trader with this number; nobody but the test has him act. */
  trader(index: number): HDAccount {
    const account = this.devnet.accounts.noiseTraders[index]
    if (account === undefined) throw new Error(`there is no trader ${index}`)
    return account
  }

  /** An exact input of whole tokens into the pool with this label. */
  swap(name: string, symbol: string, whole: number): PoolSwap {
    const pool = worldPools(this.devnet.chain).find((candidate) => label(candidate) === name)
    if (pool === undefined) throw new Error(`there is no pool ${name}`)
    const { decimals } = tokenBySymbol(this.devnet.chain, symbol)
    return { pool, zeroForOne: pool.token0.symbol === symbol, amountIn: BigInt(whole) * 10n ** BigInt(decimals) }
  }

  /** What the swaps would bring in all, alone and on top of the newest block. */
  async quote(swaps: readonly PoolSwap[]): Promise<bigint> {
    const { data } = await clientOf(this.devnet).call({
      account: this.trader(0).address,
      to: this.swapper,
      data: swapCall(swaps, 0n),
      gas: 20_000_000n,
    })
    return decodeFunctionResult({ abi: devnetTraderAbi, functionName: 'swap', data: data ?? '0x' })
  }

  async sign(
    swaps: readonly PoolSwap[],
    minimumOutput: bigint,
    { from = 0, ahead = 0 }: { from?: number; ahead?: number } = {},
  ): Promise<SignedSwap> {
    const account = this.trader(from)
    const raw = await account.signTransaction({
      type: 'eip1559',
      chainId: this.devnet.chain.id,
      nonce: (await nonceOf(this.devnet, account)) + ahead,
      to: this.swapper,
      data: swapCall(swaps, minimumOutput),
      gas: 3_000_000n,
      maxFeePerGas: 20_000_000_000n,
      maxPriorityFeePerGas: 1_000_000_000n,
    })
    return { raw, hash: keccak256(raw) }
  }

  async publish({ raw }: SignedSwap): Promise<void> {
    await ask(this.devnet.rpcUrl, 'eth_sendRawTransaction', raw)
  }

  /** What a contract has of each token, in base units by symbol. */
  async holdings(owner: Address): Promise<Map<string, bigint>> {
    const client = clientOf(this.devnet)
    const read = { abi: tokenAbi, functionName: 'balanceOf', args: [owner] } as const
    const held = this.devnet.chain.tokens.map(
      async ({ symbol, address }) => [symbol, await client.readContract({ ...read, address })] as const,
    )
    return new Map(await Promise.all(held))
  }

  /** The sandwich around this transaction; undefined where nobody made one. */
  async sandwichOf({ hash }: SignedSwap): Promise<Sandwich | undefined> {
    const all = (await ask(this.devnet.rpcUrl, 'devnet_sandwiches')) as Sandwich[]
    return all.find(({ victim }) => victim === hash)
  }

  /** Makes one block; returns what it gave the swappers and the sandwicher, in base units by symbol. */
  async mine(): Promise<{ block: number; swapper: Map<string, bigint>; sandwicher: Map<string, bigint> }> {
    const before = [await this.holdings(this.swapper), await this.holdings(this.sandwicher)]
    const block = await this.devnet.control.mine()
    const [swapper, sandwicher] = [await this.holdings(this.swapper), await this.holdings(this.sandwicher)]
    return { block, swapper: gained(before[0], swapper), sandwicher: gained(before[1], sandwicher) }
  }
}

/** Only what changed. */
function gained(
  before: ReadonlyMap<string, bigint> | undefined,
  after: ReadonlyMap<string, bigint>,
): Map<string, bigint> {
  const changes = [...after].map(([symbol, amount]) => [symbol, amount - (before?.get(symbol) ?? 0n)] as const)
  return new Map(changes.filter(([, change]) => change !== 0n))
}
