import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Where `npm run bench:peers` installs the other routers; not committed. */
const folder = join(import.meta.dirname, 'peers')
const require = createRequire(join(folder, 'package.json'))

export const peersHint =
  'The other routers are not installed: npm run bench:peers fetches them (480 MB, half a minute).'

/** Whether a package of that folder is there. */
export function isInstalled(name: string): boolean {
  return existsSync(join(folder, 'node_modules', name, 'package.json'))
}

/** All of them. */
export function peersAreInstalled(): boolean {
  return ['@uniswap/smart-order-router', '@sushiswap/tines'].every(isInstalled)
}

/** A module of that folder, as whatever it is. */
export function peerModule(specifier: string): unknown {
  return require(specifier)
}
