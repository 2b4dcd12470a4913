import { median } from '../bench.ts'
import { mean } from './statistics.ts'

const warmUps = 10
const calls = 15

/** Milliseconds of one call. */
export interface Timing {
  median: number
  /** With what the garbage collector took in between. */
  mean: number
}

/** Times a call once its path is warm: fifteen calls after ten. `argumentOf` is not timed. */
export function timeWarm<Argument>(call: (argument: Argument) => unknown, argumentOf: () => Argument): Timing {
  for (let index = 0; index < warmUps; index++) call(argumentOf())
  const milliseconds: number[] = []
  for (let index = 0; index < calls; index++) {
    const argument = argumentOf()
    const started = performance.now()
    call(argument)
    milliseconds.push(performance.now() - started)
  }
  return { median: median(milliseconds), mean: mean(milliseconds) }
}
