// What one guarded trade costs, beside what the same trade costs through Uniswap's routers, a Safe, and a Safe with Zodiac
// Roles, on the same pools in the same run. Everything but the tokens' depth and the feeds is published bytecode.

import { type Log, maxUint256, parseEventLogs } from 'viem'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import type { Bench } from './bench.ts'
import { table } from './bench.ts'
import { type Call, Chain, compile, type Measured } from './gas/chain.ts'
import {
  amount,
  type Exchange,
  erc20,
  fund,
  makeHistory,
  openExchange,
  poolState,
  recentre,
  swapV3,
  threeSwaps,
} from './gas/exchange.ts'
import { deployRoles } from './gas/roles.ts'
import { bundled, deploySafeKit, openSafe, throughSafe } from './gas/safe.ts'
import {
  checkpoint,
  deployParts,
  execution,
  guardsOf,
  type OpenVault,
  openVault,
  type People,
  setPrice,
  type Variant,
} from './gas/vault.ts'

interface Row {
  id: string
  what: string
  txs: number
  gas: number
  calldataBytes: number
  /** Where the vault pays gas back: how much, at the transaction's price. */
  refundedGas?: number
}

interface GasResult {
  rows: Row[]
}

interface Case {
  id: string
  what: string
  calls: () => Promise<Call[]>
  /** Whether it trades: then the pool's tick must move, and no initialised tick be crossed. */
  trades: boolean
}

export const bench: Bench<GasResult> = {
  async run({ progress }) {
    progress('compiling the contracts ...')
    compile()
    const chain = await Chain.start()
    try {
      return await measureAll(chain, progress)
    } finally {
      chain.stop()
    }
  },

  format({ rows }) {
    const gas = new Map(rows.map(({ id, gas }) => [id, gas]))
    const of = (id: string): number => gas.get(id) ?? Number.NaN
    const lines = rows.map((row) => [
      row.id,
      row.what,
      String(row.txs),
      row.gas.toLocaleString('en'),
      String(row.calldataBytes),
    ])
    const compared = (what: string, value: number, other: string, bound: number): string => {
      const share = (Math.abs(value / bound - 1) * 100).toFixed(1)
      const than = `${share} % ${value <= bound ? 'less' : 'more'} than ${other} (${bound.toLocaleString('en')})`
      return `${what.padEnd(9)} ${value.toLocaleString('en')} gas, ${than}`
    }
    return [
      table([['row', 'what', 'transactions', 'gas', 'calldata bytes'], ...lines]),
      '',
      'The vault, all guards on:',
      compared('one leg', of('vault-1'), 'Safe with Roles', of('roles-1')),
      compared('one leg', of('vault-1'), 'the goal', 195_000),
      compared('the split', of('vault-3'), 'Safe with Roles', of('roles-3')),
      compared('the split', of('vault-3'), 'three router swaps without any guard', of('eoa-3tx')),
      ...rows.flatMap(({ gas, refundedGas }) =>
        refundedGas === undefined ? [] : [`refund    ${percent(refundedGas / gas)} of what the transaction cost`],
      ),
    ].join('\n')
  },
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

async function measureAll(chain: Chain, progress: (line: string) => void): Promise<GasResult> {
  const [admin, executor, owner, treasurer, guardian, sentinel, ...reviewers] = Array.from({ length: 9 }, (_, index) =>
    chain.account(index),
  )
  if (!admin || !executor || !owner || !treasurer || !guardian || !sentinel) throw new Error('no accounts')
  const people: People = { owner, treasurer, executor, guardian, sentinel, reviewers }
  progress('opening the exchange ...')
  const exchange = await openExchange(chain, admin)
  await fund(chain, admin, exchange, executor.address)
  for (const token of [exchange.usd, exchange.weth]) {
    for (const router of [exchange.router2, exchange.router3])
      await chain.call(executor, token, erc20, 'approve', [router, maxUint256])
  }
  progress('deploying Safe, Roles and the vaults ...')
  const kit = await deploySafeKit(chain, admin)
  const safe = await openSafe(chain, admin, kit, executor, 1n, exchange)
  const guarded = await openSafe(chain, admin, kit, owner, 2n, exchange)
  const throughRoles = await deployRoles(chain, admin, executor, guarded, exchange)
  const parts = await deployParts(chain, admin)
  const open = (variant: Variant) => openVault(chain, admin, parts, people, exchange, variant)
  const vaults = {
    plain: await open('plain'),
    sentinel: await open('sentinel'),
    voucher: await open('voucher'),
    refund: await open('refund'),
  }

  const here = executor.address
  const swap = (recipient: typeof here) => swapV3(exchange, recipient, 500, amount)
  const execute = (vault: OpenVault, legs: 1 | 3) => async () => [await execution(chain, exchange, people, vault, legs)]
  const trade = (id: string, what: string, calls: () => Promise<Call[]>): Case => ({ id, what, calls, trades: true })
  const peers = [
    trade('eoa-v3', 'one leg: key, SwapRouter', async () => [swap(here)]),
    trade('eoa-3tx', 'split: key, SwapRouter twice and Router02', async () => threeSwaps(exchange, here)),
    trade('safe-3', 'split: Safe, one owner, one MultiSend', async () => [
      await throughSafe(chain, safe, bundled(kit, threeSwaps(exchange, safe.address))),
    ]),
    trade('roles-1', 'one leg: Safe with Roles, conditions and allowance', async () => [
      throughRoles({ ...swap(guarded.address), operation: 0 }),
    ]),
    trade('roles-3', 'split: Safe with Roles, one MultiSend', async () => [
      throughRoles(bundled(kit, threeSwaps(exchange, guarded.address))),
    ]),
  ]
  const ours = [
    trade('vault-1', 'one leg: vault, all guards', execute(vaults.plain, 1)),
    trade('vault-3', 'split: vault, all guards', execute(vaults.plain, 3)),
    trade('vault-1-sentinel', 'one leg: vault, co-signed by a sentinel', execute(vaults.sentinel, 1)),
    trade('vault-1-voucher', 'one leg: vault, voucher of two reviewers', execute(vaults.voucher, 1)),
    trade('vault-1-refund', 'one leg: vault, gas refunded to the executor', execute(vaults.refund, 1)),
    {
      id: 'checkpoint',
      what: 'checkpoint of two assets',
      calls: async () => [await checkpoint(chain, exchange, vaults.plain)],
      trades: false,
    },
  ]

  // Everything once for real, so that no nonce, balance, allowance or word goes from zero in a measured run.
  progress('warming up ...')
  for (const { calls } of peers) {
    for (const call of await calls()) await chain.send(executor, call)
    await recentre(chain, admin, exchange)
  }
  progress('writing 360 rounds of price history ...')
  await makeHistory(chain, admin, exchange)
  await unsettle(chain, admin, parts, exchange, Object.values(vaults))
  for (const vault of Object.values(vaults)) {
    for (const legs of [1, 3] as const) {
      await chain.send(executor, await execution(chain, exchange, people, vault, legs))
      await recentre(chain, admin, exchange)
    }
    const { sizeFactor, meters } = await guardsOf(chain, exchange, vault)
    if (sizeFactor === 255 || meters === 0n)
      throw new Error('A guard is at rest: the size factor is full or the meters are empty.')
  }
  const rows: Row[] = []
  let mark = await chain.snapshot()
  for (const one of [...peers, ...ours]) {
    progress(`measuring ${one.id} ...`)
    mark = await chain.restore(mark)
    rows.push(await measure(chain, executor, exchange, one))
  }
  return { rows }
}

/** Two checkpoints with a jump between them: the size cap is computed with a volatility that is not at rest. */
async function unsettle(
  chain: Chain,
  admin: ReturnType<Chain['account']>,
  parts: Awaited<ReturnType<typeof deployParts>>,
  exchange: Exchange,
  vaults: OpenVault[],
): Promise<void> {
  await recentre(chain, admin, exchange)
  for (const usd of [3000n, 3060n, 3000n]) {
    await setPrice(chain, admin, parts, usd)
    for (let block = 0; block < 30; block++) await chain.send(admin, { to: admin.address })
    for (const vault of vaults) await chain.send(admin, await checkpoint(chain, exchange, vault))
  }
}

async function measure(
  chain: Chain,
  executor: ReturnType<Chain['account']>,
  exchange: Exchange,
  { id, what, calls, trades }: Case,
): Promise<Row> {
  const before = await poolState(chain, exchange.low)
  const done: Measured[] = []
  for (const call of await calls()) done.push(await chain.send(executor, call))
  const after = await poolState(chain, exchange.low)
  if (trades !== (after.tick !== before.tick)) throw new Error(`${id}: the tick ${trades ? 'did not move' : 'moved'}.`)
  if (after.liquidity !== before.liquidity) throw new Error(`${id}: an initialised tick was crossed.`)
  const sum = (of: (one: Measured) => number): number => done.reduce((total, one) => total + of(one), 0)
  const refundedGas = sum(refundOf)
  return {
    ...(refundedGas === 0 ? {} : { refundedGas }),
    id,
    what,
    txs: done.length,
    gas: sum(({ gas }) => gas),
    calldataBytes: sum(({ calldataBytes }) => calldataBytes),
  }
}

function refundOf({ logs, gasPrice }: Measured): number {
  const refunds = parseEventLogs({ abi: vaultAbi, eventName: 'GasRefunded', logs: logs as Log[] })
  return refunds.reduce((total, { args }) => total + Number(args.amountWei / gasPrice), 0)
}
