// Started by first-call.ts in a process of its own: what loading the solver takes, and what its very first plan takes.
import { readFileSync } from 'node:fs'
import { requestsOf } from './request-text.ts'

const started = performance.now()
const { planRoute } = await import('../../../shared/routing/route.ts')
const importMs = performance.now() - started
const [request] = requestsOf(readFileSync(0, 'utf8'))
if (request === undefined) throw new Error('There is no request.')
const asked = performance.now()
planRoute(request)
const callMs = performance.now() - asked
console.log(JSON.stringify({ importMs, callMs }))
