import type { ResidualNet } from '../../models/artifacts.ts'
import type { TrainedNet } from './net.ts'

/** A trained network as the evaluator reads it. */
export function encodeNet({ model, mean, deviation, calendarMean }: TrainedNet): ResidualNet {
  const layers = model.layers.map((layer) => {
    const [kernel = '', bias = ''] = layer.getWeights().map((weight) => base64Of(Float32Array.from(weight.dataSync())))
    return { activation: layer.name === 'members' ? ('tanh' as const) : ('linear' as const), kernel, bias }
  })
  return { layers, mean, deviation, calendarMean }
}

/** Little-endian float32. */
export function base64Of(values: Float32Array): string {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeFloatLE(value, index * 4)
  return bytes.toString('base64')
}
