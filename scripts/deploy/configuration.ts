// The environment's own wrangler configuration: the one in the repository with names, ids and variables filled in.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { experimental_readRawConfig as readRawConfig } from 'wrangler'
import { z } from 'zod'
import type { ResourceNames } from './provision.ts'

const root = join(import.meta.dirname, '../..')

/** What this file changes of wrangler.toml; everything else is taken over as it is. */
const baseSchema = z.looseObject({
  main: z.string(),
  build: z.looseObject({ command: z.string() }),
  assets: z.looseObject({ directory: z.string() }),
  alias: z.record(z.string(), z.string()),
  d1_databases: z.tuple([z.looseObject({ migrations_dir: z.string() })]),
  queues: z.object({
    producers: z.tuple([z.looseObject({})]),
    consumers: z.array(z.looseObject({ dead_letter_queue: z.string().optional() })),
  }),
  r2_buckets: z.tuple([z.looseObject({})]),
})

/** Where an environment's generated files live; ignored by git. A dry run has its own, so that it spoils nothing. */
export function deployFolder(environment: string, dryRun: boolean): string {
  return join(root, '.portcullis/deploy', environment, dryRun ? 'dry-run' : '')
}

/** Writes the configuration into `folder` and returns its path. */
export function writeConfiguration(
  folder: string,
  names: ResourceNames,
  databaseId: string,
  variables: Record<string, string>,
): string {
  const base = baseSchema.parse(readRawConfig({ config: join(root, 'wrangler.toml') }).rawConfig)
  const fromHere = (file: string) => relative(folder, join(root, file))
  const [database] = base.d1_databases
  const configuration = {
    ...base,
    name: names.worker,
    main: fromHere(base.main),
    vars: variables,
    build: { ...base.build, cwd: root },
    assets: { ...base.assets, directory: fromHere(base.assets.directory) },
    alias: Object.fromEntries(Object.entries(base.alias).map(([name, file]) => [name, fromHere(file)])),
    d1_databases: [
      {
        ...database,
        database_name: names.database,
        database_id: databaseId,
        migrations_dir: fromHere(database.migrations_dir),
      },
    ],
    queues: {
      producers: [{ ...base.queues.producers[0], queue: names.ticks }],
      consumers: base.queues.consumers.map((consumer) =>
        consumer.dead_letter_queue === undefined
          ? { ...consumer, queue: names.deadLetters }
          : { ...consumer, queue: names.ticks, dead_letter_queue: names.deadLetters },
      ),
    },
    r2_buckets: [{ ...base.r2_buckets[0], bucket_name: names.bucket }],
  }
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'wrangler.json')
  writeFileSync(path, `${JSON.stringify(configuration, null, 2)}\n`)
  return path
}
