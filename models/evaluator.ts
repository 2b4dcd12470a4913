import { hyperbolicTangent } from './deterministic-math.ts'

/** One dense layer of a Keras sequential model: output = activation(input · kernel + bias). */
export interface DenseLayer {
  activation: 'tanh' | 'linear'
  /** Row by row: one row per input, one column per unit. */
  kernel: Float64Array
  bias: Float64Array
}

/**
 * Runs a sequential network of dense layers. In doubles, in one fixed order of operations, with + − × ÷ only (the hyperbolic
 * tangent is built from them): the same bits on every machine.
 *
 * @throws RangeError when the shapes do not fit
 */
export function evaluate(layers: readonly DenseLayer[], input: readonly number[]): number[] {
  let values = input
  for (const { activation, kernel, bias } of layers) {
    const units = bias.length
    if (kernel.length !== values.length * units) {
      throw new RangeError(
        `A layer of ${kernel.length} weights does not take ${values.length} inputs to ${units} units.`,
      )
    }
    const outputs: number[] = []
    for (let unit = 0; unit < units; unit++) {
      let sum = bias[unit] ?? 0
      for (let index = 0; index < values.length; index++) {
        sum += (values[index] ?? 0) * (kernel[index * units + unit] ?? 0)
      }
      outputs.push(activation === 'tanh' ? hyperbolicTangent(sum) : sum)
    }
    values = outputs
  }
  return [...values]
}

/** Sum of products, in order. */
export function dot(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} numbers have no product with ${b.length}.`)
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0)
  return sum
}
