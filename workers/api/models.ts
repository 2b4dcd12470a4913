import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { modelName } from '../../models/forecaster.ts'
import { modelInUse, modelInUseId } from '../../models/model-in-use.ts'
import { quantileLevels } from '../../models/slippage/drift.ts'
import { fewestScored } from '../../models/standing.ts'
import { type ModelKind, modelKind } from '../../shared/schema/calibration.ts'
import { ledgerOf } from '../agent/ledger-address.ts'
import type { ModelsStanding } from '../agent/ledger-types.ts'
import { requireScope, requireVault } from './access.ts'
import type { ApiEnv } from './context.ts'
import { Problem } from './problems.ts'
import { requireRegistered } from './vaults.ts'
import {
  accessProblems,
  addressParameter,
  bodyProblems,
  json,
  problems,
  security,
  wireAddress,
  wireBytes32,
  wireTime,
} from './wire.ts'

const levels = quantileLevels.map((level) => `${level * 100} %`).join(', ')

const modelSchema = z
  .object({
    kind: modelKind,
    champion: z.string().openapi({ example: 'volatility/har-net@1' }),
    challenger: z.string().openapi({ example: 'volatility/har@1' }),
    decides: z.string().openapi({ description: 'The one of the two that decides now.' }),
    demotedAt: wireTime.nullable().openapi({ description: 'When the champion gave way; null while it decides.' }),
    outcomes: z.int().openapi({
      description: `Outcomes of the last thirty days. From ${fewestScored} on, a champion that lost more on average gives way.`,
    }),
    loss: z.string().openapi({ description: 'How losses are measured; lower is better.' }),
    championLoss: z.number().nullable().openapi({ description: 'Mean loss; null without outcomes.' }),
    challengerLoss: z.number().nullable(),
  })
  .openapi('ModelStanding')

const subject = {
  sell: wireAddress,
  buy: wireAddress,
  seconds: z.number().openapi({ description: 'From the quote to the end of the order’s life.' }),
  model: z.string().openapi({ description: 'Whose quantiles they are.' }),
}
const misses = z.array(z.int()).openapi({ description: `How many drifted further than each quantile: ${levels}.` })

const calibrationSchema = z
  .object({
    ...subject,
    outcomes: z.int().openapi({ description: 'Shadow quotes it has learned from.' }),
    misses,
    corrections: z
      .array(z.number())
      .openapi({ description: 'Added to the logarithm of each quantile; all 0 while outcomes are few.' }),
    updatedAt: wireTime,
  })
  .openapi('Calibration')

const auditSchema = z
  .object({
    ...subject,
    fills: z.int().openapi({ description: 'Orders of ours that filled; nothing is learned from them.' }),
    misses,
    meanDriftBps: z
      .number()
      .openapi({ description: 'Mean drift from quote to fill, basis points; positive is against the trade.' }),
  })
  .openapi('FillAudit')

const answerSchema = z
  .object({
    modelId: wireBytes32.openapi({
      description: 'What a vault must allow for its orders to be backed by these models.',
    }),
    items: z.array(modelSchema),
    calibrations: z.array(calibrationSchema),
    fills: z.array(auditSchema),
  })
  .openapi('Models')

const vaultParameter = z.object({ address: addressParameter })

const listModels = createRoute({
  method: 'get',
  path: '/v1/vaults/{address}/models',
  tags: ['Models'],
  summary: "The models that forecast a vault's markets, and how they fared there",
  description:
    'Each champion is held against its challenger: volatility by what the market did in the hour after, slippage by quotes that are ' +
    'made again at the end of an order’s life, whether or not anything was traded.',
  security,
  middleware: [requireScope('vaults:read')] as const,
  request: { params: vaultParameter },
  responses: { 200: json(answerSchema, 'The models.'), ...problems(...accessProblems, 'not-found', 'unavailable') },
})

const reinstateModel = createRoute({
  method: 'post',
  path: '/v1/vaults/{address}/models/{kind}/reinstate',
  tags: ['Models'],
  summary: 'Have a champion decide again that gave way to its challenger',
  description: 'Only a person does that. The outcomes that spoke against it are forgotten.',
  security,
  middleware: [requireScope('resume:write')] as const,
  request: { params: vaultParameter.extend({ kind: modelKind }) },
  responses: {
    200: json(answerSchema, 'The models as they stand now.'),
    ...problems(...accessProblems, ...bodyProblems, 'not-found', 'conflict', 'unavailable'),
  },
})

async function answered<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch {
    throw new Problem('unavailable', 'The ledger of this vault does not answer now.')
  }
}

const losses: Record<ModelKind, string> = {
  volatility: 'QLIKE of the variance of the next hour',
  slippage: 'pinball loss of the 99 % quantile of the drift, basis points',
}

function showModels({ scores, demotions, calibrations, fills }: ModelsStanding): z.output<typeof answerSchema> {
  const items = scores.map(({ kind, outcomes, champion: championLoss, challenger: challengerLoss }) => {
    const [champion, challenger] = [modelName(modelInUse[kind].champion), modelName(modelInUse[kind].challenger)]
    const demotion = demotions.find((one) => one.kind === kind)
    return {
      ...{ kind, champion, challenger, decides: demotion === undefined ? champion : challenger },
      ...{ demotedAt: demotion?.demotedAt ?? null, outcomes, loss: losses[kind] },
      ...(outcomes === 0 ? { championLoss: null, challengerLoss: null } : { championLoss, challengerLoss }),
    }
  })
  const shown = calibrations.map(({ state, ...rest }) => ({ ...rest, ...state }))
  return { modelId: modelInUseId, items, calibrations: shown, fills }
}

export const models = new OpenAPIHono<ApiEnv>()
  .openapi(listModels, async (context) => {
    const { database, environment, access } = context.var
    const { address } = context.req.valid('param')
    requireVault(access, address)
    await requireRegistered(database, address)
    const standing = await answered(async () => ledgerOf(context.env, environment.CHAIN_ID, address).models())
    return context.json(showModels(standing), 200)
  })
  .openapi(reinstateModel, async (context) => {
    const { database, environment, access } = context.var
    const { address, kind } = context.req.valid('param')
    requireVault(access, address)
    await requireRegistered(database, address)
    const ledger = ledgerOf(context.env, environment.CHAIN_ID, address)
    if (!(await answered(async () => ledger.reinstateModel(kind)))) {
      throw new Problem('conflict', `The ${kind} champion has not given way for this vault.`)
    }
    return context.json(showModels(await answered(async () => ledger.models())), 200)
  })
