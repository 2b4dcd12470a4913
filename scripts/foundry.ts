import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The tool's executable is not there; the message is one sentence for people. */
export class BinaryMissing extends Error {
  override name = 'BinaryMissing'
}

/**
 * Path of a Foundry executable inside its npm package for this platform. Its launcher script is not used: it always exits
 * with 0, whatever the tool found, and outlives a kill.
 *
 * @throws BinaryMissing
 */
export function foundryBinary(tool: 'anvil' | 'forge'): string {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const platform = `${process.platform}-${architecture}`
  try {
    const manifest = createRequire(import.meta.url).resolve(`@foundry-rs/${tool}-${platform}/package.json`)
    return join(dirname(manifest), 'bin', process.platform === 'win32' ? `${tool}.exe` : tool)
  } catch (cause) {
    throw new BinaryMissing(`The ${tool} binary for ${platform} is not installed: run npm install.`, { cause })
  }
}
