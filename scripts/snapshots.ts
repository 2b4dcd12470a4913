// `npm run snapshots`: notes gas, code sizes and init code hashes in contracts/snapshots/; `npm test` compares.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { runForge } from './prove/forge.ts'

const contracts = join(import.meta.dirname, '../contracts')

try {
  mkdirSync(join(contracts, 'snapshots'), { recursive: true })
  const { code, output } = await runForge(['test', '--match-path', 'test/*Snapshots.t.sol'], {
    directory: contracts,
    environment: { FORGE_SNAPSHOT_EMIT: 'true', FORGE_SNAPSHOT_CHECK: 'false' },
  })
  console.log(output.trim())
  if (code === 0) console.log('contracts/snapshots/ is written: git diff shows what changed.')
  process.exitCode = code === 0 ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
