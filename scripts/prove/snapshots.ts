import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Measured numbers, as decimal text, by group and name. */
export type Snapshots = Record<string, Record<string, string>>

/** What of forge's JSON report is needed. */
export interface MeasuringReport {
  [suite: string]: { test_results: Record<string, { gas_snapshots?: Snapshots }> }
}

/** Written by the test itself, which also compares them: hashes are no numbers. */
const hashes = 'init-code-hashes'

export function measuredIn(report: MeasuringReport): Snapshots {
  const measured: Snapshots = {}
  for (const { test_results } of Object.values(report))
    for (const { gas_snapshots = {} } of Object.values(test_results))
      for (const [group, values] of Object.entries(gas_snapshots)) measured[group] = { ...measured[group], ...values }
  return measured
}

/** What is noted in a folder of `group.json` files; nothing where there is no folder yet. */
export function notedIn(folder: string): Snapshots {
  const noted: Snapshots = {}
  if (!existsSync(folder)) return noted
  for (const name of readdirSync(folder)) {
    const group = name.replace(/\.json$/, '')
    if (group !== name && group !== hashes) noted[group] = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  }
  return noted
}

/** One sentence for each number that is not as noted. forge itself compares only where it prints no JSON. */
export function differences(measured: Snapshots, noted: Snapshots): string[] {
  const found: string[] = []
  for (const group of new Set([...Object.keys(noted), ...Object.keys(measured)])) {
    const before = noted[group] ?? {}
    const now = measured[group] ?? {}
    for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
      const [was, is] = [before[name], now[name]]
      if (was === is) continue
      if (was === undefined) found.push(`${group}: ${name} is ${is} and not noted yet`)
      else if (is === undefined) found.push(`${group}: ${name} is noted and no longer measured`)
      else found.push(`${group}: ${name} was ${was} and is ${is}`)
    }
  }
  return found
}
