import { setTimeout as delay } from 'node:timers/promises'
import { devnet as localChain } from '../../shared/chain/chains/424242.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { startCron } from './cron.ts'
import { openParentOrder } from './parent-order.ts'
import type { Progress } from './progress.ts'
import type { Session } from './session.ts'
import { filledSlices, type Slice } from './slices.ts'

/** What `npm start -- --once --json` prints. */
export interface RunSummary {
  chainId: number
  vault: string
  strategyId: string
  sell: string
  buy: string
  /** Base units of the sold token, as the treasurer signed it. */
  mandateTotal: string
  /** Base units of the sold token, as the vault counts it. */
  mandateFilled: string
  slices: Slice[]
  /** Executor transactions that a permanent reader of the public pool has seen. */
  publicMempoolSightings: number
  /** What the sandwicher of the local chain took from whoever traded in public; null on other chains. */
  sandwiches: { count: number; usd: number } | null
  /** Head of the decision log, and how many records it chains. */
  log: { head: string; length: number }
}

const slices = 5
const intervalSeconds = 60
/** Chain seconds after the last slice in which late slices may still come. */
const graceSeconds = 1800

/** Opens the demonstration order and lets cron and agent execute it; resolves when it is filled or out of time. */
export async function runParentOrder(
  session: Session,
  progress: Progress,
  onSlice: (slice: Slice) => void,
): Promise<RunSummary> {
  const { api, client, demonstration, devnet, treasury, worker } = session
  const { sell, buy, total } = demonstration
  const terms = { sell, buy, total, slices, intervalSeconds, slippageBps: 100 }
  const parent = await openParentOrder(api, devnet, treasury.vault, terms)
  progress.stage(
    'mandate',
    `sell ${session.formatAmount(sell, total)} for ${buy.symbol} in ${slices} slices, one each ${intervalSeconds} s`,
  )
  session.closing.keep(startCron(worker, devnet.chainTime, devnet.speed))

  const shown = new Set<string>()
  const deadline = parent.start + slices * intervalSeconds + graceSeconds
  for (;;) {
    const filled = await filledSlices(api, client, treasury.vault, parent.strategyId)
    for (const slice of filled) {
      if (shown.has(slice.txHash)) continue
      shown.add(slice.txHash)
      onSlice(slice)
    }
    const progressed = filled.reduce((sum, { amountIn }) => sum + BigInt(amountIn), 0n)
    if (progressed >= total || (await devnet.chainTime()) > deadline) {
      return summarise(session, parent.strategyId, filled)
    }
    await delay(250)
  }
}

async function sandwichesOf({ devnet }: Session): Promise<RunSummary['sandwiches']> {
  if (devnet.chain.id !== localChain.id) return null
  const all = await devnet.control.sandwiches()
  return { count: all.length, usd: all.reduce((sum, { profitUsd }) => sum + profitUsd, 0) }
}

async function summarise(session: Session, strategyId: string, executed: Slice[]): Promise<RunSummary> {
  const { api, client, demonstration, devnet, treasury } = session
  const strategy = await api.get<{ mandateId: `0x${string}` }>(`/v1/strategies/${strategyId}`)
  const { filled } = await client.readContract({
    address: treasury.vault,
    abi: vaultAbi,
    functionName: 'mandateProgress',
    args: [strategy.mandateId],
  })
  const vault = await api.get<{ ledger: { head: string; length: number } | null }>(`/v1/vaults/${treasury.vault}`)
  return {
    chainId: devnet.chain.id,
    vault: treasury.vault,
    strategyId,
    sell: demonstration.sell.symbol,
    buy: demonstration.buy.symbol,
    mandateTotal: demonstration.total.toString(),
    mandateFilled: filled.toString(),
    slices: executed,
    publicMempoolSightings: session.publicSightings(),
    sandwiches: await sandwichesOf(session),
    log: { head: vault.ledger?.head ?? '', length: vault.ledger?.length ?? 0 },
  }
}
