import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { type Hex, keccak256, stringToBytes } from 'viem'
import { canonicalJson } from '../../shared/audit/canonical-json.ts'

/** What a module runs: imports of values, not of types. */
const importPattern = /^(?:import|export)\s+(?!type\b)[^;]*?from\s+'(\.[^']+)'/gm

/**
 * The source files that modules run through, themselves included, as paths from `root`, sorted. Generated files are left out: they
 * hold weights and hashes, which are hashed by themselves.
 */
export function filesRunBy(root: string, entries: readonly string[]): string[] {
  const found = new Set<string>()
  const waiting = entries.map((entry) => join(root, entry))
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const name = relative(root, path)
    if (found.has(name) || name.includes('/generated/')) continue
    found.add(name)
    const text = readFileSync(path, 'utf8')
    for (const [, specifier = ''] of text.matchAll(importPattern)) waiting.push(join(dirname(path), specifier))
  }
  return [...found].sort()
}

/** keccak256 of the canonical JSON (RFC 8785) of each file's name and content hash. */
export function hashOfFiles(root: string, names: readonly string[]): Hex {
  const entries = names.map((name) => ({ name, hash: keccak256(readFileSync(join(root, name))) }))
  return keccak256(stringToBytes(canonicalJson(entries)))
}
