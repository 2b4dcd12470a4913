import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** Tests of sizes and gas, which hold for what is deployed and say nothing about a copy that is built otherwise or broken. */
export const measurements = ['test/Snapshots.t.sol', 'test/RouterSnapshots.t.sol', 'test/oracle/OracleGas.t.sol']

export interface WorkbenchOptions {
  /** Build everything once, without the IR and the optimiser: quick to build, and every line keeps its place. */
  plain: boolean
  /** Test files that are left out, relative to contracts/. */
  without: string[]
}

/** A copy of contracts/ that may be broken at will. `directory` is the Foundry project in it. */
export interface Workbench {
  directory: string
  remove: () => void
}

/**
 * foundry.toml for a copy that has node_modules within: some of forge's tools do not follow imports that lead out of the
 * project. A plain one has a single set of compiler settings.
 */
export function settingsFor(settings: string, plain: boolean): string {
  const within = settings.replaceAll('../node_modules', 'node_modules')
  if (!plain) return within
  return within
    .replace(/^additional_compiler_profiles = \[[^\]]*\]\n/m, '')
    .replace(/^compilation_restrictions = \[[^\]]*\]\n/m, '')
    .replace(/^optimizer = true$/m, 'optimizer = false')
}

/** Copies contracts/ into a temporary folder, without what was built. */
export function openWorkbench({ plain, without }: WorkbenchOptions): Workbench {
  const source = join(root, 'contracts')
  const left = new Set([...without, 'out', 'cache', 'broadcast', 'node_modules'].map((path) => join(source, path)))
  const place = mkdtempSync(join(tmpdir(), 'portcullis-contracts-'))
  const directory = join(place, 'contracts')
  cpSync(source, directory, { recursive: true, filter: (path) => !left.has(path) })
  // Tests read artifacts beside the project, the compiler's inputs lie within.
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'))
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  const settings = readFileSync(join(directory, 'foundry.toml'), 'utf8')
  writeFileSync(join(directory, 'foundry.toml'), settingsFor(settings, plain))
  return { directory, remove: () => rmSync(place, { recursive: true, force: true }) }
}

/** Another copy of a workbench, with what is built there already. */
export function twinOf(workbench: Workbench): Workbench {
  const place = mkdtempSync(join(tmpdir(), 'portcullis-contracts-'))
  const from = dirname(workbench.directory)
  cpSync(from, place, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
  return {
    directory: join(place, basename(workbench.directory)),
    remove: () => rmSync(place, { recursive: true, force: true }),
  }
}
