import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fewestScored } from '../../../models/standing.ts'
import { ledgerOf } from '../../../workers/agent/ledger-address.ts'
import { bytes32, sampleSnapshot, tradingDecision, usdc, weth } from '../agent/sample-decision.ts'
import { call, env, expectProblem, makeKey, migrateWithVaults } from './client.ts'
import { fakeChain, otherVault, vaultAddress } from './fake-chain.ts'

beforeEach(() => {
  fakeChain()
})
beforeAll(migrateWithVaults)

const path = `/v1/vaults/${vaultAddress}/models`
const ledger = () => ledgerOf(env, 424_242, vaultAddress)

/** Shadow quotes of which nothing came, by a champion whose quantile is twice as wide. */
async function outcomes(count: number): Promise<void> {
  const { plan } = tradingDecision(sampleSnapshot(vaultAddress))
  if (plan === null) throw new Error('The sample has no plan.')
  const drift = { seconds: 48, model: 'slippage/linear-quantiles@1', champion: [0, 5, 20], challenger: [0, 5, 10] }
  for (let index = 0; index < count; index++) {
    const shadow = {
      ...{ id: `outcome-${index}`, sell: usdc, buy: weth, blockNumber: 100n, blockHash: bytes32('a') },
      ...{ madeAt: 1_800_000_000, legs: plan.legs, expectedOut: plan.expectedOut },
      drift: { ...drift, inUse: drift.champion },
    }
    await ledger().noteForecast({ shadow, volatility: null })
    await ledger().learnShadow(shadow.id, plan.expectedOut, 1_800_000_048)
  }
}

describe('models', () => {
  it('are listed, with what is known of them', async () => {
    const { status, body } = await call('GET', path)
    expect(status).toBe(200)
    expect(body).toMatchObject({ calibrations: [], fills: [] })
    expect(body.items).toMatchObject([
      { kind: 'volatility', decides: 'volatility/har-net@1', challenger: 'volatility/har@1', demotedAt: null },
      { kind: 'slippage', outcomes: 0, championLoss: null, challengerLoss: null },
    ])
  })

  it('that lost give way until a person reinstates them', async () => {
    await outcomes(fewestScored)
    const { body } = await call('GET', path)
    expect(body.items[1]).toMatchObject({
      ...{ champion: 'slippage/linear-quantiles@1', decides: 'slippage/square-root@2', demotedAt: 1_800_000_048 },
      ...{ outcomes: fewestScored },
    })
    expect(body.items[1].championLoss).toBeCloseTo(0.2, 9)
    expect(body.items[1].challengerLoss).toBeCloseTo(0.1, 9)
    expect(body.calibrations).toEqual([
      {
        ...{ sell: usdc, buy: weth, seconds: 48, model: 'slippage/linear-quantiles@1', outcomes: fewestScored },
        ...{ misses: [0, 0, 0], corrections: [0, expect.any(Number), expect.any(Number)], updatedAt: 1_800_000_048 },
      },
    ])
    // Drifts that never reach a quantile narrow it, once there are enough of them.
    for (const correction of body.calibrations[0].corrections.slice(1)) expect(correction).toBeLessThan(0)
    const reinstated = await call('POST', `${path}/slippage/reinstate`, { body: {} })
    expect(reinstated.status).toBe(200)
    expect(reinstated.body.items[1]).toMatchObject({ decides: 'slippage/linear-quantiles@1', outcomes: 0 })
    const again = await call('POST', `${path}/slippage/reinstate`, { body: {} })
    expect(expectProblem(again, 409, 'conflict').detail).toBe('The slippage champion has not given way for this vault.')
  })

  it('of an unknown vault, or of an unknown kind, are nobody’s', async () => {
    expectProblem(await call('GET', `/v1/vaults/${'0x'.padEnd(42, '9')}/models`), 404, 'not-found')
    expectProblem(await call('POST', `${path}/gas/reinstate`, { body: {} }), 404, 'not-found')
  })

  it('are for keys of their vault, and reinstated by those that may resume', async () => {
    const reader = await makeKey(['vaults:read'], vaultAddress)
    expect((await call('GET', path, { key: reader })).status).toBe(200)
    expectProblem(await call('GET', `/v1/vaults/${otherVault}/models`, { key: reader }), 403, 'forbidden')
    expectProblem(await call('POST', `${path}/slippage/reinstate`, { key: reader, body: {} }), 403, 'forbidden')
  })
})
