import {
  type Address,
  BaseError,
  type BlockOverrides,
  decodeErrorResult,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  keccak256,
  type PublicClient,
  type StateOverride,
  toHex,
  zeroAddress,
} from 'viem'
import { lensAbi, lensBytecode } from '../../shared/chain/generated/lens.ts'
import { refusals } from '../../shared/chain/generated/refusals.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import type { PoolCandidate } from '../../shared/chain/pool-address.ts'
import { sortTokens } from '../../shared/chain/pool-address.ts'
import type { DraftOrder, GuardInput } from '../../shared/policy/guard.ts'
import { firstRefusal, judgeAll } from '../../shared/policy/guards.ts'
import { assetOf } from '../../shared/policy/oracle-bound.ts'
import { outputOfPair, reservesOf } from '../../shared/routing/v2.ts'
import { type Mandate, mandateMessage } from '../../shared/schema/mandate.ts'
import type { Pool, V2Pool } from '../../shared/schema/pool.ts'
import { encodedLegs } from '../../workers/agent/execute-call.ts'
import { poolQuery } from '../../workers/agent/pool-window.ts'
import {
  assetStateFrom,
  mandateProgressFrom,
  poolFrom,
  refillFrom,
  vaultStateFrom,
} from '../../workers/agent/snapshot-from-view.ts'

/** An order as both the vault and its mirror are asked about it. */
export interface Asked {
  caller: Address
  mandateId: Hex
  mandate: Mandate
  modelId: Hex
  order: Omit<DraftOrder, 'expectedOut'>
  /** Time of the block in which it would run, seconds. */
  at: number
}

/** A v2 pair through which every leg goes. */
export type Pair = PoolCandidate

/** Where the vault finds the observations of the two tokens' averages. */
export interface Hints {
  sellHint: number
  buyHint: number
}

/** The vault on the chain and its mirror, asked the same question about the same block. */
export class MirroredVault {
  readonly #client: PublicClient
  readonly #vault: Address
  readonly #pair: Pair

  constructor(client: PublicClient, vault: Address, pair: Pair) {
    this.#client = client
    this.#vault = vault
    this.#pair = pair
  }

  /** The first refusal of each; None where it finds nothing, or would trade. */
  async both(asked: Asked, stateOverride: StateOverride = []): Promise<{ mirrored: string; real: string }> {
    const { input, pool, hints } = await this.#look(asked, stateOverride)
    const order = { ...asked.order, expectedOut: outputOf(pool, asked) }
    const mirrored = firstRefusal(judgeAll(input, order))?.reason ?? 'None'
    return { mirrored, real: await this.#real(asked, hints, stateOverride) }
  }

  /** The hints as of the newest block. */
  async hints(asked: Omit<Asked, 'at' | 'order'>, at: number): Promise<Hints> {
    return (await this.#look({ ...asked, at }, [])).hints
  }

  /** What the vault says of itself at that time. */
  async #look({ caller, mandateId, mandate, modelId, at }: Omit<Asked, 'order'>, stateOverride: StateOverride) {
    const booked = { candidate: this.#pair, pair: sortTokens(mandate.sell, mandate.buy), key: '', kept: null }
    const pools = [poolQuery(booked, () => 0n)]
    const view = await this.#client.readContract({
      abi: lensAbi,
      code: lensBytecode,
      functionName: 'observe',
      args: [this.#vault, mandateId, modelId, pools, [], 0n],
      stateOverride,
      blockOverrides: blockAt(at),
    })
    const assets = view.assets.map(assetStateFrom)
    const input: GuardInput = {
      chainId: Number(view.chainId),
      vaultAddress: this.#vault,
      vault: vaultStateFrom(view.vault),
      assets,
      mandateId,
      mandate,
      progress: mandateProgressFrom(view.mandate),
      refill: refillFrom(view),
      modelActive: view.modelActive,
      caller,
      at,
    }
    const hintOf = (token: Address) => assetOf(assets, token)?.hint ?? 0
    const hints = { sellHint: hintOf(mandate.sell), buyHint: hintOf(mandate.buy) }
    const pool = view.pools[0] === undefined ? null : poolFrom(view.pools[0], this.#pair, [])
    return { input, hints, pool }
  }

  /** The reason with which the vault itself reverts; None where it would trade. */
  async #real(asked: Asked, hints: Hints, stateOverride: StateOverride): Promise<string> {
    try {
      await this.#client.call({
        account: asked.caller,
        to: this.#vault,
        data: encodeExecute(asked, hints, this.#pair),
        gas: 20_000_000n,
        stateOverride,
        blockOverrides: blockAt(asked.at),
      })
      return 'None'
    } catch (error) {
      return refusalIn(error)
    }
  }
}

/** What the pair gives for the legs, one after the other. */
function outputOf(pool: Pool | null, { mandate, order }: Asked): bigint {
  if (pool?.venue !== 'UniswapV2') throw new Error('The pair could not be read.')
  const zeroForOne = BigInt(mandate.sell) < BigInt(mandate.buy)
  let now: V2Pool = pool
  let sum = 0n
  for (const { amountIn } of order.legs) {
    const amountOut = outputOfPair(now, zeroForOne, amountIn)
    const [reserveIn, reserveOut] = reservesOf(now, zeroForOne)
    const [after, rest] = [reserveIn + amountIn, reserveOut - amountOut]
    now = { ...now, reserve0: zeroForOne ? after : rest, reserve1: zeroForOne ? rest : after }
    sum += amountOut
  }
  return sum
}

/** Calldata of `execute` without a voucher. */
export function encodeExecute({ mandate, mandateId, modelId, order }: Asked, hints: Hints, pair: Pair): Hex {
  const { amountIn, minimumOut, deadline, executionIndex, epoch } = order
  const decisionHead: Hex = `0x${'0'.repeat(64)}`
  return encodeFunctionData({
    abi: vaultAbi,
    functionName: 'execute',
    args: [
      mandateMessage(mandate),
      {
        ...{ mandateId, amountIn, minimumOut, deadline: BigInt(deadline), executionIndex, epoch },
        ...{ decisionHead, modelId, ...hints },
      },
      encodedLegs(
        order.legs.map((leg) => ({ ...pair, tickSpacing: 0, hooks: zeroAddress, ...leg })),
        mandate.sell,
        mandate.buy,
      ),
      { minimumOut: 0n, expiry: 0n, nonce: 0n, signatures: [] },
      '0x',
    ],
  })
}

function blockAt(at: number): BlockOverrides {
  return { time: BigInt(at) }
}

function refusalIn(error: unknown): string {
  if (!(error instanceof BaseError)) throw error
  let data: Hex | undefined
  error.walk((cause) => {
    if (typeof cause === 'object' && cause !== null && 'data' in cause && typeof cause.data === 'string')
      data = cause.data as Hex
    return false
  })
  // Anything else than a refusal is a fault of the test or of the vault, and shows as such.
  if (data === undefined) throw error
  const { errorName, args } = decodeErrorResult({ abi: vaultAbi, data })
  const name = errorName === 'Refused' ? refusals[args[0]] : undefined
  return name ?? `an unknown revert ${data}`
}

/**
 * The storage slot of a mandate's progress, found by an open mandate: the mapping's own position is the compiler's affair.
 */
export async function progressSlotOf(client: PublicClient, vault: Address, openId: Hex, wantedId: Hex): Promise<Hex> {
  const slotAt = (id: Hex, position: bigint) =>
    keccak256(encodeAbiParameters([{ type: 'bytes32' }, { type: 'uint256' }], [id, position]))
  for (let position = 0n; position < 64n; position++) {
    const word = await client.getStorageAt({ address: vault, slot: slotAt(openId, position) })
    if (word !== undefined && BigInt(word) !== 0n) return slotAt(wantedId, position)
  }
  throw new Error('The vault keeps no progress where it was looked for.')
}

/** The word of the gate, and the storage slot where it lies. */
export async function gateOf(client: PublicClient, vault: Address): Promise<{ slot: Hex; value: bigint }> {
  const { gate } = await client.readContract({ address: vault, abi: vaultAbi, functionName: 'words' })
  for (let position = 0; position < 64; position++) {
    const slot = toHex(position, { size: 32 })
    const word = await client.getStorageAt({ address: vault, slot })
    if (word !== undefined && BigInt(word) === gate) return { slot, value: gate }
  }
  throw new Error('The vault keeps no gate where it was looked for.')
}
