import { largestGapBps } from '../../../shared/routing/certificate.ts'
import type { Plan } from '../../../shared/schema/decision.ts'
import { refuse, type Stop } from './stop.ts'

/** A plan that some other split could beat by more than the certificate tolerates is a fault: why it is not sent. */
export function notOptimal({ gapBps }: Plan): Stop | null {
  if (gapBps <= largestGapBps) return null
  return refuse('RouteNotOptimal', `It may be ${gapBps.toFixed(4)} bp below the best; ${largestGapBps} is allowed.`)
}
