// How close to the best possible output the solver comes, how long it takes, and what other routers make of the same pools:
// Uniswap's smart order router and Sushi's tines, where `npm run bench:peers` has installed them.
import type { Bench } from './bench.ts'
import { type BenchCase, casesOf, classOf, requestOf } from './routing/cases.ts'
import { firstCall } from './routing/first-call.ts'
import { compareGas } from './routing/gas-comparison.ts'
import { generatedSets } from './routing/generated-sets.ts'
import { type Hop, hopsOf } from './routing/hops.ts'
import { type CaseResult, measureCase, type Peers, withPeers } from './routing/measure-case.ts'
import { blocksOf } from './routing/new-block.ts'
import { parseRoutingArguments } from './routing/options.ts'
import { peersAreInstalled, peersHint } from './routing/peers.ts'
import { readPoolFile } from './routing/pool-file.ts'
import { isNetwork, type PoolSet } from './routing/pool-set.ts'
import { pricesOf } from './routing/prices.ts'
import { type RoutingResult, report } from './routing/report.ts'
import { loadSmartOrderRouter } from './routing/smart-order-router.ts'
import { summarise } from './routing/summary.ts'
import { loadTines } from './routing/tines.ts'
import { measureInWorkerd } from './routing/workerd.ts'

/** Of the cases, so many are repeated inside workerd, spread evenly. */
const casesInWorkerd = 48

export const bench: Bench<RoutingResult> = {
  async run({ arguments: argv, progress }) {
    const { pools, gasCases } = parseRoutingArguments(argv)
    const sets = pools.length > 0 ? pools.map(readPoolFile) : generatedSets()
    const benches = sets.map((set) => ({ set, hops: hopsOf(set), trades: casesOf(set, pricesOf(set)) }))
    if (!peersAreInstalled()) progress(peersHint)
    const ours = benches.flatMap((one, index) => {
      progress(`${one.set.name} (${index + 1} of ${sets.length}) ...`)
      return measureSet(one)
    })
    // Only now, so that the garbage of the others is not collected on our time.
    const peers: Peers = { smartOrderRouter: loadSmartOrderRouter(), tines: loadTines() }
    const cases: CaseResult[] = []
    for (const { set, hops, trades } of benches) {
      progress(`other routers on ${set.name} ...`)
      for (const trade of trades) {
        const result = ours[cases.length]
        if (result !== undefined) cases.push(await withPeers(result, trade, hops, peers))
      }
    }
    const netOfGas = await compareGas(sets, gasCases, peers.smartOrderRouter, progress)
    progress('first plans of fresh processes ...')
    const all = benches.flatMap(({ trades }) => trades)
    const fresh = freshCases(all)
    const firstCalls = fresh.map((trade) => ({ class: classOf(trade), ...firstCall(requestOf(trade)) }))
    const inWorkerd = await measureInWorkerd(evenly(all, casesInWorkerd), fresh, progress)
    return { cases, summary: summarise({ cases, firstCall: firstCalls, inWorkerd, netOfGas }) }
  },
  format: report,
}

interface SetBench {
  set: PoolSet
  hops: readonly Hop[]
  trades: readonly BenchCase[]
}

function measureSet({ set, hops, trades }: SetBench): CaseResult[] {
  const nextBlock = blocksOf(set)
  return trades.map((trade) => measureCase(trade, hops, nextBlock))
}

/** The size that fresh processes and isolates plan. */
const freshUsd = 100_000

/** One direct case and one in a network, where there are such. */
function freshCases(trades: readonly BenchCase[]): BenchCase[] {
  return [false, true].flatMap(
    (network) => trades.find(({ set, usd }) => isNetwork(set) === network && usd === freshUsd) ?? [],
  )
}

function evenly<Item>(items: readonly Item[], count: number): Item[] {
  const stride = Math.max(items.length / count, 1)
  return Array.from({ length: Math.min(count, items.length) }, (_, index) => items[Math.floor(index * stride)]).filter(
    (item) => item !== undefined,
  )
}
