import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { splitOf } from '../../training/asset.ts'
import type { TrainingData } from '../../training/data.ts'
import type { FileEntry } from '../../training/manifest.ts'

interface Manifest {
  files: FileEntry[]
  settings: { trainShare: number }
}

/** A sentence for each asset whose tested span reaches into what the model was trained on, under the same file name. */
export function overlapsOf({ assets, entries }: TrainingData, artifacts: string, trainShare: number): string[] {
  const manifest: Manifest = JSON.parse(readFileSync(join(artifacts, 'manifest.json'), 'utf8'))
  return assets.flatMap((asset, index) => {
    const name = entries[index]?.name.replace(/\.xz$/, '')
    const trained = manifest.files.find((file) => file.name.replace(/\.xz$/, '') === name)
    if (trained === undefined) return []
    const trainedUntil = trained.from + manifest.settings.trainShare * (trained.to - trained.from)
    if (splitOf(asset, trainShare) + 3600 >= trainedUntil) return []
    const until = new Date(trainedUntil * 1000).toISOString().slice(0, 10)
    return [
      `${asset.symbol}: the model was trained on this asset until ${until}, so a part of this test is not out of sample.`,
    ]
  })
}
