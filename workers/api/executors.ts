import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Address } from 'viem'
import { modelInUseId } from '../../models/model-in-use.ts'
import { ourExecutor } from '../agent/signers/open-signer.ts'
import { KeyServiceError, KeyServiceRefused } from '../agent/signers/signer.ts'
import type { Environment } from '../environment.ts'
import { requireScope, requireVault } from './access.ts'
import type { ApiEnv } from './context.ts'
import { Problem } from './problems.ts'
import { accessProblems, addressParameter, json, problems, security, wireAddress, wireBytes32 } from './wire.ts'

const executorSchema = z
  .object({
    vault: wireAddress,
    epoch: z.int(),
    executor: wireAddress,
    modelId: wireBytes32.openapi({ description: 'The model behind its orders, which the vault must allow.' }),
  })
  .openapi('Executor')

const readExecutor = createRoute({
  method: 'get',
  path: '/v1/executors/{vault}/{epoch}',
  tags: ['Vaults'],
  summary: 'The executor key a vault must name in an epoch, and the model it must allow',
  description:
    'What a vault is configured with, and what reviewers put into a breaker reset (the epoch rises by one with it). The ' +
    "vault may be one that is yet to be deployed. The address must hold ether: it pays for the vault's transactions, and the " +
    'vault refunds what its limits allow. Orders of another model are refused (`ModelInactive`).',
  security,
  middleware: [requireScope('vaults:read')] as const,
  request: {
    params: z.object({
      vault: addressParameter,
      epoch: z.coerce.number().int().min(0).max(4_294_967_295).openapi({ example: 1 }),
    }),
  },
  responses: { 200: json(executorSchema, 'The executor.'), ...problems(...accessProblems, 'not-found', 'unavailable') },
})

/**
 * Our key for this vault and epoch.
 * @throws Problem unavailable if the key is in a key service and that does not tell it
 */
export async function requireExecutor(environment: Environment, vault: Address, epoch: number): Promise<Address> {
  try {
    return await ourExecutor(environment, vault, epoch)
  } catch (error) {
    if (!(error instanceof KeyServiceError)) throw error
    const code = error instanceof KeyServiceRefused ? 'SignerRefused' : 'SignerUnavailable'
    throw new Problem('unavailable', error.message, { code })
  }
}

export const executors = new OpenAPIHono<ApiEnv>().openapi(readExecutor, async (context) => {
  const { environment, access } = context.var
  const { vault, epoch } = context.req.valid('param')
  requireVault(access, vault)
  const executor = await requireExecutor(environment, vault, epoch)
  return context.json({ vault, epoch, executor, modelId: modelInUseId }, 200)
})
