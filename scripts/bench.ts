// `npm run bench -- NAME [--json]`: one bench, one file under scripts/bench/. With --json (and `npm run --silent`)
// standard output is one JSON object and nothing else; progress goes to standard error.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from './bench/bench.ts'

const folder = join(import.meta.dirname, 'bench')

function names(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.bench.ts'))
    .map((file) => file.replace(/\.bench\.ts$/, ''))
    .sort()
}

async function main(): Promise<void> {
  const [name, ...rest] = process.argv.slice(2)
  if (name === undefined || !names().includes(name)) {
    const problem = name === undefined ? 'Which bench?' : `There is no bench "${name}".`
    console.error(`${problem} Known: ${names().join(', ')}. Usage: npm run bench -- NAME [--json]`)
    process.exit(1)
  }
  const { bench }: { bench: Bench } = await import(join(folder, `${name}.bench.ts`))
  const json = rest.includes('--json')
  const result = await bench.run({
    arguments: rest.filter((argument) => argument !== '--json'),
    progress: (line) => console.error(line),
  })
  console.log(json ? JSON.stringify(result) : bench.format(result))
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
}
