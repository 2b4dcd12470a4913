import { type Address, getAddress } from 'viem'
import { z } from 'zod'
import { address } from '../../shared/schema/primitives.ts'
import type { Bindings } from '../environment.ts'
import type { LedgerIdentity } from './ledger/store.ts'

/** The one ledger of a vault. Its name says whose it is, whatever capitalisation the caller used. */
export function ledgerOf(bindings: Pick<Bindings, 'VAULT_LEDGER'>, chainId: number, vault: Address) {
  const namespace = bindings.VAULT_LEDGER
  return namespace.get(namespace.idFromName(`${chainId}:${getAddress(vault)}`))
}

const nameSchema = z.tuple([z.coerce.number().int().positive(), address])

/** @throws Error if the object was not reached through {@link ledgerOf}. */
export function identityFromName(name: string | undefined): LedgerIdentity {
  const parsed = nameSchema.safeParse(name?.split(':'))
  if (!parsed.success) throw new Error('A vault’s ledger is reached by its name, chain id and vault address.')
  const [chainId, vault] = parsed.data
  return { chainId, vault }
}
