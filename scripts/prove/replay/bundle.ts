import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Plugin } from 'esbuild'

const head = 'export function exponential(x: number): number {'

/** Our exponential with the engine's in its place: the mistake that this proof is there to find. */
const engineExponential: Plugin = {
  name: 'engine-exponential',
  setup(build) {
    build.onLoad({ filter: /models\/deterministic-math\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8')
      if (source.split(head).length !== 2) throw new Error(`${path} has no exponential that could be replaced.`)
      return { contents: source.replace(head, `${head}\n  return Math.exp(x)`), loader: 'ts' }
    })
  },
}

/** The runner as one file of JavaScript, the same for every Node, made by the bundler that makes the worker: Wrangler's. */
export async function bundleRunner(outfile: string, { planted }: { planted: boolean }): Promise<void> {
  const fromWrangler = createRequire(createRequire(import.meta.url).resolve('wrangler/package.json'))
  const esbuild: typeof import('esbuild') = fromWrangler('esbuild')
  await esbuild.build({
    entryPoints: [join(import.meta.dirname, 'runner.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    plugins: planted ? [engineExponential] : [],
  })
}
