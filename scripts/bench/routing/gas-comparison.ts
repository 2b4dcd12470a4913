// The same trades with gas counted: what is left of the output once the gas of every leg and every crossed tick is paid, by
// the smart order router's own constants on both sides.
import { planRoute, type RouteRequest } from '../../../shared/routing/route.ts'
import { type BenchCase, casesOf, requestOf, titleOf } from './cases.ts'
import { gasCostOf, gasOfRoute, gasPricesGwei } from './gas-model.ts'
import { generatedDirectSet } from './generated-sets.ts'
import { type Hop, hopsOf } from './hops.ts'
import { isNetwork, type PoolSet } from './pool-set.ts'
import { etherPrice, pricesOf } from './prices.ts'
import type { SmartOrderRouter } from './smart-order-router.ts'
import { mean, type Spread, spreadOf } from './statistics.ts'
import { timeWarm } from './timing.ts'

interface GasCase {
  trade: BenchCase
  hops: readonly Hop[]
  gwei: number
  request: RouteRequest
  pricePerGas: number
}

/** One case against one grid. */
interface Duel {
  title: string
  gwei: number
  usd: number
  /** What ours leaves above the router's, basis points of the latter; negative where ours is below. */
  gainBps: number
  below: boolean
  /** Below by more than whole base units explain, of which every leg rounds one away. */
  belowBeyondRounding: boolean
}

/** What came of the duels against one grid. */
export interface GasVerdict {
  cases: number
  /** Cases in which ours leaves less, by at least a base unit. */
  below: number
  /** Of these, such as differ by more than a base unit for each of our legs. */
  belowBeyondRounding: number
  /** All cases below, the worst first; negative, basis points of the router's net. */
  losses: { case: string; gainBps: number }[]
  /** By gas price and size: the mean gain in basis points. */
  meanGainBps: { gwei: number; usd: number; bps: number }[]
}

export interface GasComparison {
  cases: number
  cpuMs: Spread | null
  /** Null without the router. */
  against5: GasVerdict | null
  against10: GasVerdict | null
  /** Comparisons left out, because the router finds nothing that is worth its gas. */
  leftOut: number
}

/** Direct sets of the run first, then generated ones until there are `count` cases. */
function gasCases(sets: readonly PoolSet[], count: number): GasCase[] {
  const found: GasCase[] = []
  const add = (set: PoolSet) => {
    const prices = pricesOf(set)
    const hops = hopsOf(set)
    for (const trade of casesOf(set, prices)) {
      for (const gwei of gasPricesGwei) {
        const gas = gasCostOf(gwei, etherPrice(set, prices), prices.get(trade.buy.address) ?? Number.NaN)
        found.push({ trade, hops, gwei, request: { ...requestOf(trade), gas }, pricePerGas: gas.pricePerGas })
      }
    }
  }
  const direct = sets.filter((set) => !isNetwork(set))
  for (const set of direct) if (found.length < count) add(set)
  // Generated sets may be among the run's own: the numbers go on after them.
  for (let index = direct.length; found.length < count; index++) add(generatedDirectSet(index))
  return found.slice(0, count)
}

export async function compareGas(
  sets: readonly PoolSet[],
  count: number,
  router: SmartOrderRouter | null,
  progress: (line: string) => void,
): Promise<GasComparison> {
  const cases = gasCases(sets, count)
  const milliseconds = cases.map(({ request }) => timeWarm(planRoute, () => request).median)
  const fought = router === null ? null : await fightAll(cases, router, progress)
  return {
    cases: cases.length,
    cpuMs: spreadOf(milliseconds),
    against5: fought === null ? null : verdictOf(fought.fine),
    against10: fought === null ? null : verdictOf(fought.coarse),
    leftOut: fought?.leftOut ?? 0,
  }
}

async function fightAll(cases: readonly GasCase[], router: SmartOrderRouter, progress: (line: string) => void) {
  const fine: Duel[] = []
  const coarse: Duel[] = []
  for (const [index, one] of cases.entries()) {
    if (index % 120 === 0) progress(`net of gas: ${index} of ${cases.length} cases ...`)
    fine.push(...(await fight(one, router, 5)))
    coarse.push(...(await fight(one, router, 10)))
  }
  return { fine, coarse, leftOut: 2 * cases.length - fine.length - coarse.length }
}

/** None where the router finds nothing that is worth its gas. */
async function fight(one: GasCase, router: SmartOrderRouter, stepPercent: 5 | 10): Promise<Duel[]> {
  const { trade, hops, gwei, request, pricePerGas } = one
  const route = planRoute(request)
  const theirs = await router.search(trade, hops, { stepPercent, pricePerGas })
  if (theirs === null) return []
  const net = (amountOut: bigint, gas: number) => amountOut - BigInt(Math.round(gas * pricePerGas))
  // No route trades nothing, and keeps nothing.
  const ourNet = route === null ? 0n : net(route.expectedOut, gasOfRoute(route))
  const theirNet = net(theirs.amountOut, theirs.gas)
  if (theirNet <= 0n) return []
  const duel = {
    title: `${titleOf(trade)} at ${gwei} gwei`,
    gwei,
    usd: trade.usd,
    gainBps: (Number(ourNet - theirNet) / Number(theirNet)) * 10_000,
    below: ourNet < theirNet,
    belowBeyondRounding: ourNet + BigInt(route?.legs.length ?? 0) < theirNet,
  }
  return [duel]
}

function verdictOf(duels: readonly Duel[]): GasVerdict {
  const lost = duels.filter(({ below }) => below).sort((one, other) => one.gainBps - other.gainBps)
  const groups = Map.groupBy(duels, ({ gwei, usd }) => `${gwei}/${usd}`)
  return {
    cases: duels.length,
    below: lost.length,
    belowBeyondRounding: lost.filter(({ belowBeyondRounding }) => belowBeyondRounding).length,
    losses: lost.map(({ title, gainBps }) => ({ case: title, gainBps })),
    meanGainBps: [...groups.values()].flatMap((group) => {
      const [first] = group
      return first === undefined
        ? []
        : [{ gwei: first.gwei, usd: first.usd, bps: mean(group.map(({ gainBps }) => gainBps)) }]
    }),
  }
}
