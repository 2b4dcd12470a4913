// A worker that only plans, for workerd.ts: POST /requests takes the requests, GET /plan?index=I&rounds=N plans one N times,
// with &fresh=1 on new pool objects that share the old ones' ticks, as after a swap.
// Nothing here can tell the time: inside workerd the clock stands still while a request runs.
import { planRoute, type RouteRequest } from '../../../shared/routing/route.ts'
import { requestsOf } from './request-text.ts'

let requests: RouteRequest[] = []

export default {
  fetch: async (incoming) => {
    const { pathname, searchParams } = new URL(incoming.url)
    if (pathname === '/requests') {
      requests = requestsOf(await incoming.text())
      return new Response(String(requests.length))
    }
    const request = requests[Number(searchParams.get('index'))]
    if (request === undefined) return new Response('There is no such request.', { status: 404 })
    const rounds = Number(searchParams.get('rounds'))
    const isFresh = searchParams.get('fresh') === '1'
    let legs = 0
    for (let round = 0; round < rounds; round++) {
      const asked = isFresh ? { ...request, pools: request.pools.map((pool) => ({ ...pool })) } : request
      legs += planRoute(asked)?.legs.length ?? 0
    }
    return new Response(String(legs))
  },
} satisfies ExportedHandler
