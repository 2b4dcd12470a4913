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
} from 'viem'
import { refusals } from '../../shared/chain/generated/refusals.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import type { DraftOrder, GuardInput } from '../../shared/policy/guard.ts'
import { firstRefusal, judgeAll } from '../../shared/policy/guards.ts'
import { type Mandate, mandateMessage } from '../../shared/schema/mandate.ts'
import {
  assetStateFrom,
  mandateProgressFrom,
  vaultStateFrom,
  venueNumbers,
} from '../../workers/agent/snapshot-from-view.ts'

/** An order as both the vault and its mirror are asked about it. */
export interface Asked {
  caller: Address
  mandateId: Hex
  mandate: Mandate
  order: DraftOrder
  /** Time of the block in which it would run, seconds. */
  at: number
}

/** A v2 pair through which every leg goes. */
export interface Pair {
  pool: Address
  feePips: number
}

/** The vault on the chain and its mirror, asked the same question about the same block. */
export class MirroredVault {
  readonly #client: PublicClient
  readonly #chainId: number
  readonly #vault: Address
  readonly #pair: Pair

  constructor(client: PublicClient, chainId: number, vault: Address, pair: Pair) {
    this.#client = client
    this.#chainId = chainId
    this.#vault = vault
    this.#pair = pair
  }

  /** The mirror's first refusal, by what the vault says of itself at that time; None where it finds nothing. */
  async mirrored(asked: Asked, stateOverride: StateOverride = []): Promise<string> {
    const { caller, mandateId, mandate, order, at } = asked
    const options = { address: this.#vault, abi: vaultAbi, stateOverride, blockOverrides: blockAt(at) } as const
    const [state, assets, progress] = await Promise.all([
      this.#client.readContract({ ...options, functionName: 'state' }),
      this.#client.readContract({ ...options, functionName: 'assets' }),
      this.#client.readContract({ ...options, functionName: 'mandateProgress', args: [mandateId] }),
    ])
    const input: GuardInput = {
      chainId: this.#chainId,
      vaultAddress: this.#vault,
      vault: vaultStateFrom(state),
      assets: assets.map(assetStateFrom),
      mandateId,
      mandate,
      progress: mandateProgressFrom(progress),
      caller,
      at,
    }
    return firstRefusal(judgeAll(input, order))?.reason ?? 'None'
  }

  /** The reason with which the vault itself reverts; None where it would trade. */
  async real({ caller, mandate, mandateId, order, at }: Asked, stateOverride: StateOverride = []): Promise<string> {
    const data = encodeExecute(mandate, mandateId, order, this.#pair)
    try {
      await this.#client.call({
        account: caller,
        to: this.#vault,
        data,
        gas: 20_000_000n,
        stateOverride,
        blockOverrides: blockAt(at),
      })
      return 'None'
    } catch (error) {
      return refusalIn(error)
    }
  }
}

/** Calldata of `execute` without a voucher. */
export function encodeExecute(mandate: Mandate, mandateId: Hex, order: DraftOrder, pair: Pair): Hex {
  const { amountIn, minimumOut, deadline, executionIndex, epoch } = order
  const decisionHead: Hex = `0x${'0'.repeat(64)}`
  return encodeFunctionData({
    abi: vaultAbi,
    functionName: 'execute',
    args: [
      mandateMessage(mandate),
      { mandateId, amountIn, minimumOut, deadline: BigInt(deadline), executionIndex, epoch, decisionHead },
      order.legs.map((amount) => ({ venue: venueNumbers.UniswapV2, ...pair, amountIn: amount })),
      { minimumOut: 0n, expiry: 0n, nonce: 0n, signatures: [] },
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
  for (let position = 0n; position < 32n; position++) {
    const word = await client.getStorageAt({ address: vault, slot: slotAt(openId, position) })
    if (word !== undefined && BigInt(word) !== 0n) return slotAt(wantedId, position)
  }
  throw new Error('The vault keeps no progress where it was looked for.')
}
