#!/usr/bin/env node
// The compiler Foundry calls: the pinned `solc` npm package behind the two switches that forge uses.
import { readFileSync } from 'node:fs'
import solc from 'solc'

if (process.argv.includes('--version')) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version().replace('.Emscripten.clang', '.Linux.g++')}\n`)
} else {
  process.stdout.write(solc.compile(readFileSync(0, 'utf8')))
}
