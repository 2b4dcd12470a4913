import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../shared/audit/canonical-json.ts'
import { call, draftStrategy, env, makeKey, migrateWithVaults } from './client.ts'
import { fakeChain, otherVault, tokens, vaultAddress } from './fake-chain.ts'

let strategyId = ''
const head = `0x${'0d'.repeat(32)}`
const record = { type: 'decision', sequence: 0, vault: vaultAddress, decision: { wanted: '10000000000' } }

beforeEach(() => {
  fakeChain()
})
beforeAll(async () => {
  await migrateWithVaults()
  strategyId = (await draftStrategy()).id
  const decision = env.DATABASE.prepare(
    "INSERT INTO decisions VALUES (?, ?, 'decision', ?, ?, 'allow', 'None', ?, ?, ?, ?)",
  )
  const execution = env.DATABASE.prepare(`INSERT INTO executions
    (id, vault, strategy_id, slot, attempt, state, sequence, transaction_hash, block_number, relay, amount_in, amount_out,
     oracle_out, slippage_bps, predicted_slippage_bps, legs, decision_head, created_at, updated_at)
    VALUES (?, ?, ?, ?, 0, 'included', ?, ?, '17', 'flashbots-private', '10000000000', '3650000000000000000',
            '3660000000000000000', '27.32', '25', ?, ?, ?, ?)`)
  const legs = JSON.stringify([
    { venue: 'UniswapV3', pool: otherVault, feePips: 500, amountIn: '6000000000' },
    {
      ...{ sell: tokens.usdc.address, buy: otherVault, venue: 'UniswapV3', pool: otherVault },
      ...{ feePips: 500, amountIn: '4000000000' },
    },
  ])
  const sentence = 'Sell at most 10,000 USDC for at least 3.6 WETH.'
  await env.DATABASE.batch(
    [0, 1, 2, 3, 4].flatMap((slot) => [
      decision.bind(
        vaultAddress,
        slot,
        strategyId,
        slot,
        sentence,
        head,
        canonicalJson({ ...record, sequence: slot }),
        100,
      ),
      execution.bind(`${strategyId}:${slot}:0`, vaultAddress, strategyId, slot, slot, head, legs, head, 100, 100),
    ]),
  )
})

describe('executions', () => {
  it('carry base units, and words for people beside them', async () => {
    const { status, body } = await call('GET', `/v1/executions/${strategyId}:3:0`)
    expect(status).toBe(200)
    expect(body).not.toHaveProperty('revision')
    expect(body).toMatchObject({
      slot: 3,
      sell: tokens.usdc.address,
      buy: tokens.weth.address,
      amountIn: '10000000000',
      amountOut: '3650000000000000000',
      slippageBps: 27.32,
      predictedSlippageBps: 25,
      // Stored without tokens, a leg trades what its order does.
      legs: [
        { sell: tokens.usdc.address, buy: tokens.weth.address, venue: 'UniswapV3', amountIn: '6000000000' },
        { sell: tokens.usdc.address, buy: otherVault, venue: 'UniswapV3', amountIn: '4000000000' },
      ],
      display: {
        amountIn: '10,000 USDC',
        amountOut: '3.65 WETH',
        oracleOut: '3.66 WETH',
        slippage: '0.2732 %',
        predictedSlippage: '0.25 %',
      },
    })
  })

  it('come in pages that meet without gap or overlap', async () => {
    const first = (await call('GET', `/v1/executions?strategy=${strategyId}&limit=3`)).body
    const second = (await call('GET', `/v1/executions?vault=${vaultAddress}&limit=3&cursor=${first.nextCursor}`)).body
    const slots = [...first.items, ...second.items].map((item: { slot: number }) => item.slot)
    expect(slots).toEqual([4, 3, 2, 1, 0])
    expect([first.hasMore, second.hasMore, second.nextCursor]).toEqual([true, false, null])
    expect((await call('GET', `/v1/executions?vault=${otherVault}`)).body.items).toEqual([])
  })

  it('stay hidden from a key of another vault', async () => {
    const key = await makeKey(['executions:read'], otherVault)
    expect((await call('GET', '/v1/executions', { key })).body.items).toEqual([])
    expect((await call('GET', `/v1/executions/${strategyId}:3:0`, { key })).status).toBe(403)
  })
})

describe('decisions', () => {
  it('give the record whose canonical text the head covers', async () => {
    const { status, body } = await call('GET', `/v1/decisions/${vaultAddress}/2`)
    expect(status).toBe(200)
    expect(body).toMatchObject({ sequence: 2, head, verdict: 'allow', reason: 'None' })
    expect(canonicalJson(body.record)).toBe(canonicalJson({ ...record, sequence: 2 }))
  })

  it('come in pages, newest first, without their records', async () => {
    const first = (await call('GET', `/v1/decisions?vault=${vaultAddress}&limit=2`)).body
    expect(first.items.map((item: { sequence: number }) => item.sequence)).toEqual([4, 3])
    expect(first.items[0]).not.toHaveProperty('record')
    const path = `/v1/decisions?vault=${vaultAddress}&strategy=${strategyId}&cursor=${first.nextCursor}`
    const rest = (await call('GET', path)).body
    expect(rest.items.map((item: { sequence: number }) => item.sequence)).toEqual([2, 1, 0])
  })
})
