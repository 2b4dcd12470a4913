import { type Address, encodeDeployData, encodeFunctionData, type Hex, isHex, parseAbi, parseEventLogs } from 'viem'
import { z } from 'zod'
import { oneToken } from '../../shared/chain/units.ts'
import type { StablePool } from '../../shared/schema/pool.ts'
import { type Anvil, startAnvil } from '../devnet/anvil.ts'
import { devnetTokenAbi, devnetTokenBytecode } from '../devnet/generated/devnetToken.ts'
import { quantity, toQuantity } from '../devnet/json-rpc.ts'

const poolAbi = parseAbi([
  'function exchange(int128 i, int128 j, uint256 dx, uint256 min_dy)',
  'function balances(uint256 i) view returns (uint256)',
  'event TokenExchange(address indexed buyer, int128 sold_id, uint256 tokens_sold, int128 bought_id, uint256 tokens_bought)',
])

const artifactSchema = z.object({
  abi: z.array(
    z.object({
      type: z.string(),
      name: z.string().optional(),
      inputs: z.array(z.object({ name: z.string(), type: z.string() })).optional(),
    }),
  ),
  bytecode: z
    .string()
    .transform((code) => (code.startsWith('0x') ? code : `0x${code}`))
    .refine((code): code is Hex => isHex(code) && code.length > 2 && code.length % 2 === 0),
})

/** A pool's compiled contract, as far as the proof needs it. */
export interface PoolArtifact {
  bytecode: Hex
  tokenCount: number
  /** 100 where the contract tells A with that precision, 1 where it has none. */
  amplificationPrecision: bigint
}

/** The message is one sentence for people. */
export class ArtifactInvalid extends Error {
  override name = 'ArtifactInvalid'
}

/** @throws ArtifactInvalid */
export function readArtifact(text: string, file: string): PoolArtifact {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new ArtifactInvalid(`${file} is not JSON.`, { cause })
  }
  const parsed = artifactSchema.safeParse(json)
  if (!parsed.success)
    throw new ArtifactInvalid(`${file} has no "abi" with a contract’s entries or no "bytecode" in hex.`)
  const { abi, bytecode } = parsed.data
  const types = abi.find(({ type }) => type === 'constructor')?.inputs?.map(({ type }) => type) ?? []
  const tokenCount = Number(/^address\[(\d+)\]$/.exec(types[1] ?? '')?.[1])
  const expected = ['address', `address[${tokenCount}]`, 'address', 'uint256', 'uint256', 'uint256']
  if (!(tokenCount >= 2 && tokenCount <= 8) || types.join() !== expected.join()) {
    throw new ArtifactInvalid(
      `The contract in ${file} is not constructed from owner, coins, pool token, A, fee and admin fee, as StableSwap pools are.`,
    )
  }
  const precise = abi.some(({ type, name }) => type === 'function' && name === 'A_precise')
  return { bytecode, tokenCount, amplificationPrecision: precise ? 100n : 1n }
}

export interface PoolTerms {
  amplification: bigint
  /** Both in parts of 10^10. */
  fee: bigint
  adminFee: bigint
}

/** What the chain did with an exchange; null where it reverted. */
export type Exchanged = { amountOut: bigint; balances: bigint[] } | null

/** Answers 32 zero bytes to everything: a pool token of which there is none, so that every deposit is a first one. */
const emptyPoolToken = '0x6460206000f36000526005601bf3'
const plenty = 10n ** 65n
const gas = toQuantity(16_000_000)

/** An anvil with the pool's tokens, on which pools of any terms are deployed and traded with. */
export class PoolChain {
  readonly #anvil: Anvil
  readonly #artifact: PoolArtifact
  readonly #trader: Address
  readonly #decimals: readonly number[]
  #tokens: Address[] = []
  #poolToken: Address = '0x'

  private constructor(anvil: Anvil, artifact: PoolArtifact, trader: Address, decimals: readonly number[]) {
    this.#anvil = anvil
    this.#artifact = artifact
    this.#trader = trader
    this.#decimals = decimals
  }

  static async start(artifact: PoolArtifact, decimals: readonly number[]): Promise<PoolChain> {
    const anvil = await startAnvil(['--no-mining', '--gas-price', '0', '--base-fee', '0', '--prune-history'])
    try {
      const [trader] = z.array(z.custom<Address>()).parse(await anvil.rpc.request('eth_accounts'))
      if (trader === undefined) throw new Error('The local chain has no accounts.')
      const chain = new PoolChain(anvil, artifact, trader, decimals)
      chain.#poolToken = await chain.#deploy(emptyPoolToken)
      for (const places of decimals) chain.#tokens.push(await chain.#openToken(places))
      return chain
    } catch (error) {
      await anvil.stop()
      throw error
    }
  }

  stop(): Promise<void> {
    return this.#anvil.stop()
  }

  /** A new pool with these balances, all of them above zero, and whether it accepted them. */
  async open(terms: PoolTerms, balances: readonly bigint[]): Promise<{ pool: StablePool; accepted: boolean }> {
    const { amplification, fee, adminFee } = terms
    const { bytecode, amplificationPrecision } = this.#artifact
    const coins = `address[${this.#artifact.tokenCount}]`
    const inputs = ['address', coins, 'address', 'uint256', 'uint256', 'uint256'].map((type) => ({ type, name: '' }))
    const abi = [{ type: 'constructor', stateMutability: 'nonpayable', inputs }] as const
    const args = [this.#trader, this.#tokens, this.#poolToken, amplification, fee, adminFee]
    const address = await this.#deploy(encodeDeployData({ abi, bytecode, args }))
    for (const token of this.#tokens) await this.#approve(token, address)
    const amounts = `uint256[${balances.length}]`
    const deposit = [
      {
        type: 'function',
        name: 'add_liquidity',
        stateMutability: 'nonpayable',
        inputs: [amounts, 'uint256'].map((type) => ({ type, name: '' })),
        outputs: [],
      },
    ] as const
    const data = encodeFunctionData({ abi: deposit, functionName: 'add_liquidity', args: [balances, 0n] })
    const { reverted } = await this.#send({ to: address, data })
    const pool: StablePool = {
      venue: 'StableSwap',
      pool: address,
      tokens: this.#tokens,
      balances: [...balances],
      rates: this.#decimals.map((places) => oneToken(36 - places)),
      amplification: amplification * amplificationPrecision,
      amplificationPrecision,
      fee,
      adminFee,
    }
    return { pool, accepted: !reverted }
  }

  async exchange(pool: StablePool, sold: number, bought: number, amountIn: bigint): Promise<Exchanged> {
    const args = [BigInt(sold), BigInt(bought), amountIn, 0n] as const
    const data = encodeFunctionData({ abi: poolAbi, functionName: 'exchange', args })
    const { reverted, logs } = await this.#send({ to: pool.pool, data })
    if (reverted) return null
    const [event] = parseEventLogs({ abi: poolAbi, eventName: 'TokenExchange', logs })
    if (event === undefined) throw new Error('The pool exchanged and did not say so.')
    return { amountOut: event.args.tokens_bought, balances: await this.#balances(pool.pool) }
  }

  async #openToken(decimals: number): Promise<Address> {
    const abi = devnetTokenAbi
    const args = ['Token', 'TOKEN', decimals, false] as const
    const token = await this.#deploy(encodeDeployData({ abi, bytecode: devnetTokenBytecode, args }))
    const data = encodeFunctionData({ abi, functionName: 'mint', args: [this.#trader, plenty] })
    await this.#send({ to: token, data })
    return token
  }

  async #approve(token: Address, spender: Address): Promise<void> {
    const args = [spender, 2n ** 256n - 1n] as const
    await this.#send({ to: token, data: encodeFunctionData({ abi: devnetTokenAbi, functionName: 'approve', args }) })
  }

  #balances(pool: Address): Promise<bigint[]> {
    const read = async (index: number) => {
      const data = encodeFunctionData({ abi: poolAbi, functionName: 'balances', args: [BigInt(index)] })
      return quantity.parse(await this.#anvil.rpc.request('eth_call', [{ to: pool, data }, 'latest']))
    }
    return Promise.all(this.#tokens.map((_, index) => read(index)))
  }

  async #deploy(data: Hex): Promise<Address> {
    const { reverted, contractAddress } = await this.#send({ data })
    if (reverted || contractAddress === null) throw new ArtifactInvalid('The contract’s bytecode cannot be deployed.')
    return contractAddress
  }

  async #send(transaction: { to?: Address; data: Hex }) {
    const { rpc } = this.#anvil
    const hash = await rpc.request('eth_sendTransaction', [{ from: this.#trader, gas, ...transaction }])
    await rpc.request('evm_mine')
    const receipt = receiptSchema.parse(await rpc.request('eth_getTransactionReceipt', [hash]))
    return { ...receipt, reverted: receipt.status !== '0x1' }
  }
}

const receiptSchema = z.object({
  status: z.string(),
  contractAddress: z.custom<Address>().nullable(),
  logs: z.array(z.custom<Parameters<typeof parseEventLogs>[0]['logs'][number]>()),
})
