import { type Address, getAddress, type Hex } from 'viem'
import type { Random } from './random.ts'

export const builderNames = ['titan', 'buildernet'] as const
export type BuilderName = (typeof builderNames)[number]

/** Who may win a block. */
export interface BlockBuilder {
  name: BuilderName
  /** Of the blocks, in the long run; the shares add up to one. */
  share: number
  coinbase: Address
  /** What it is called in bundle statistics: 48 bytes, as a BLS key has them. */
  publicKey: Hex
}

const titan: BlockBuilder = {
  name: 'titan',
  share: 0.8,
  coinbase: getAddress('0x0000000000000000000000000000000000717a40'),
  publicKey: `0x${'a1'.repeat(48)}`,
}

const buildernet: BlockBuilder = {
  name: 'buildernet',
  share: 0.2,
  coinbase: getAddress('0x00000000000000000000000000000000b011dec0'),
  publicKey: `0x${'b0'.repeat(48)}`,
}

export const blockBuilders: readonly BlockBuilder[] = [titan, buildernet]
export const allBuilders: ReadonlySet<BuilderName> = new Set(builderNames)

/** Decides by seed who wins each block, and knows which builders take private orders. */
export class BlockAuction {
  readonly #random: Random
  readonly #refusing = new Set<BuilderName>()

  constructor(random: Random) {
    this.#random = random
  }

  /** Who makes the next block. */
  draw(): BlockBuilder {
    return this.#random.uniform() < titan.share ? titan : buildernet
  }

  takesPrivateOrders(name: BuilderName): boolean {
    return !this.#refusing.has(name)
  }

  /** A builder that takes no private orders still wins its blocks and fills them from the public pool. */
  setTaking(name: BuilderName, taking: boolean): void {
    if (taking) this.#refusing.delete(name)
    else this.#refusing.add(name)
  }
}
