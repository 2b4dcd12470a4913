// A worker that only forecasts, for serving.ts: POST /histories takes price histories, GET /KIND?rounds=N forecasts N times,
// each time from another one. Nothing here can tell the time: inside workerd the clock stands still while a request runs.
import { modelInUse } from '../../../models/model-in-use.ts'
import type { PriceHistory } from '../../../shared/schema/price-history.ts'

let histories: { time: number; history: PriceHistory }[] = []

const { volatility, slippage } = modelInUse
const kinds: Record<string, (history: PriceHistory, time: number) => number> = {
  '/volatility': (history, time) => volatility.champion.forecast(history, time, 1).value,
  '/challenger': (history, time) => volatility.challenger.forecast(history, time, 1).value,
  '/slippage': (history) => slippage.champion.quantiles({ history, volatility: calm, side: 1, seconds: 48 })[2] ?? 0,
}
const calm = { model: '', value: 0.5, low: 0.3, high: 0.8, note: '' }

export default {
  fetch: async (incoming) => {
    const { pathname, searchParams } = new URL(incoming.url)
    if (pathname === '/histories') {
      histories = JSON.parse(await incoming.text())
      return new Response(String(histories.length))
    }
    const ask = kinds[pathname]
    if (ask === undefined) return new Response('There is no such model.', { status: 404 })
    let sum = 0
    for (let round = 0; round < Number(searchParams.get('rounds')); round++) {
      const asked = histories[round % histories.length]
      if (asked !== undefined) sum += ask(asked.history, asked.time)
    }
    return new Response(String(sum))
  },
} satisfies ExportedHandler
