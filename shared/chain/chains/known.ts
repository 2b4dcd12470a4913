import { ethereum } from './1.ts'
import { devnet } from './424242.ts'
import type { ChainDefinition } from './chain.ts'

const definitions: readonly ChainDefinition[] = [ethereum, devnet]

/** What we know of a chain; undefined means that we do not act there. */
export function chainDefinition(id: number): ChainDefinition | undefined {
  return definitions.find((definition) => definition.id === id)
}
