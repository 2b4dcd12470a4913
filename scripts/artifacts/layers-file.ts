import type { io, Sequential } from '@tensorflow/tfjs'

/** A network in tfjs's LayersModel format: `model.json` and the bytes of `weights.bin` that it names. */
export async function layersFile(model: Sequential): Promise<{ model: string; weights: Uint8Array }> {
  let saved: io.ModelArtifacts | undefined
  await model.save({
    save: async (artifacts: io.ModelArtifacts) => {
      saved = artifacts
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
    },
  })
  if (saved?.weightSpecs === undefined || !(saved.weightData instanceof ArrayBuffer)) {
    throw new Error('tfjs gave the model away without its weights.')
  }
  const { modelTopology, format, generatedBy, convertedBy, weightSpecs, weightData } = saved
  const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }]
  const text = JSON.stringify({ modelTopology, format, generatedBy, convertedBy, weightsManifest })
  return { model: text, weights: new Uint8Array(weightData) }
}
