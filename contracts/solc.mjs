#!/usr/bin/env node
// The compiler Foundry calls: the pinned `solc` npm package behind the two switches that forge uses.
import { readFileSync } from 'node:fs'
import { isAbsolute, relative } from 'node:path'
import solc from 'solc'

/** forge names files outside its root both absolutely and relatively; imports resolve only where each has one name. */
function named(files) {
  const root = import.meta.dirname
  return Object.fromEntries(Object.entries(files).map(([name, value]) => [isAbsolute(name) ? relative(root, name) : name, value]))
}

if (process.argv.includes('--version')) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version().replace('.Emscripten.clang', '.Linux.g++')}\n`)
} else {
  const input = JSON.parse(readFileSync(0, 'utf8'))
  input.sources = named(input.sources)
  if (input.settings.outputSelection) input.settings.outputSelection = named(input.settings.outputSelection)
  process.stdout.write(solc.compile(JSON.stringify(input)))
}
