import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { and, desc, eq } from 'drizzle-orm'
import { type Address, isAddressEqual } from 'viem'
import { vaults as vaultRows } from '../database/schema.ts'
import type { Environment } from '../environment.ts'
import { requireScope, requireVault } from './access.ts'
import type { ApiEnv, Database } from './context.ts'
import { requireExecutor } from './executors.ts'
import { createOnce, idempotencyHeader } from './idempotency.ts'
import { requireChain } from './known-chain.ts'
import { ledgerStatus } from './ledger.ts'
import { decodeCursor, olderThan, pageOf, pageQuery, pageSchema } from './pagination.ts'
import { Problem } from './problems.ts'
import { readVault, requirePortcullisVault } from './vault-reader.ts'
import { showLedger, showState, vaultDetailSchema, vaultSchema } from './vault-view.ts'
import { accessProblems, addressParameter, bodyProblems, json, problems, security, shownName } from './wire.ts'

const vaultRequest = z
  .strictObject({ address: addressParameter, name: shownName.openapi({ example: 'Main treasury' }) })
  .openapi('VaultRequest')

const registerVault = createRoute({
  method: 'post',
  path: '/v1/vaults',
  tags: ['Vaults'],
  summary: 'Register a vault',
  description:
    'The address must be a Portcullis vault on the configured chain whose executor is the key that ' +
    '`/v1/executors/{vault}/{epoch}` names. Registering gives nobody power over it.',
  security,
  middleware: [requireScope('vaults:write')] as const,
  request: {
    headers: idempotencyHeader,
    body: { required: true, content: { 'application/json': { schema: vaultRequest } } },
  },
  responses: {
    201: json(vaultSchema, 'The vault is registered.'),
    ...problems(
      ...accessProblems,
      ...bodyProblems,
      'conflict',
      'not-a-vault',
      'foreign-executor',
      'idempotency-key-reused',
      'unavailable',
    ),
  },
})

const listVaults = createRoute({
  method: 'get',
  path: '/v1/vaults',
  tags: ['Vaults'],
  summary: 'List vaults, newest first',
  security,
  middleware: [requireScope('vaults:read')] as const,
  request: { query: pageQuery },
  responses: {
    200: json(pageSchema(vaultSchema), 'A page of vaults.'),
    ...problems(...accessProblems, 'invalid-request'),
  },
})

const readOneVault = createRoute({
  method: 'get',
  path: '/v1/vaults/{address}',
  tags: ['Vaults'],
  summary: 'Read a vault: its state on chain and its ledger',
  security,
  middleware: [requireScope('vaults:read')] as const,
  request: { params: z.object({ address: addressParameter }) },
  responses: { 200: json(vaultDetailSchema, 'The vault.'), ...problems(...accessProblems, 'not-found') },
})

/** @throws Problem not-found where nobody registered the vault */
export async function requireRegistered(database: Database, address: string) {
  const [row] = await database.select().from(vaultRows).where(eq(vaultRows.address, address)).limit(1)
  if (row === undefined) throw new Problem('not-found', `No vault is registered at ${address}.`)
  return row
}

/** A key shared with another vault or agent would have two writers of one nonce. */
async function requireOurExecutor(
  environment: Environment,
  vault: Address,
  state: { epoch: number; executor: Address },
): Promise<void> {
  const ours = await requireExecutor(environment, vault, state.epoch)
  if (isAddressEqual(state.executor, ours)) return
  const detail = `The vault names ${state.executor} as its executor in epoch ${state.epoch}; this agent's key for it is ${ours}.`
  throw new Problem('foreign-executor', detail, { faults: [{ pointer: '#/address', detail, code: 'SignerMismatch' }] })
}

export const vaults = new OpenAPIHono<ApiEnv>()
  .openapi(registerVault, async (context) => {
    const { database, clock, environment, access } = context.var
    const { address, name } = context.req.valid('json')
    requireVault(access, address)
    return createOnce(context, 'POST /v1/vaults', context.req.valid('header')['idempotency-key'], async () => {
      const [known] = await database.select().from(vaultRows).where(eq(vaultRows.address, address)).limit(1)
      if (known !== undefined) throw new Problem('conflict', `The vault ${address} is registered already.`)
      const { state } = await requirePortcullisVault(environment, address)
      await requireOurExecutor(environment, address, state)
      const row = { address, chainId: environment.CHAIN_ID, name, createdAt: clock.now() }
      return { location: `/v1/vaults/${address}`, body: row, insert: database.insert(vaultRows).values(row) }
    })
  })
  .openapi(listVaults, async (context) => {
    const { limit, cursor } = context.req.valid('query')
    const { database, access } = context.var
    const rows = await database
      .select()
      .from(vaultRows)
      .where(
        and(
          access.vault === null ? undefined : eq(vaultRows.address, access.vault),
          olderThan(decodeCursor(cursor), vaultRows.createdAt, vaultRows.address),
        ),
      )
      .orderBy(desc(vaultRows.createdAt), desc(vaultRows.address))
      .limit(limit + 1)
    return context.json(
      pageOf(
        rows,
        limit,
        (row) => row,
        (row) => [row.createdAt, row.address],
      ),
      200,
    )
  })
  .openapi(readOneVault, async (context) => {
    const { database, environment, access } = context.var
    const { address } = context.req.valid('param')
    requireVault(access, address)
    const row = await requireRegistered(database, address)
    const chain = requireChain(environment)
    const [reading, status] = await Promise.all([
      readVault(environment, address).catch(() => null),
      ledgerStatus(context.env, environment, address),
    ])
    return context.json(
      {
        ...row,
        state: reading === null ? null : showState(chain, reading),
        ledger: status === null ? null : showLedger(status),
      },
      200,
    )
  })
