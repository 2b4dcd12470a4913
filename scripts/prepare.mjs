// Runs before `npm start` and `npm test`: installs the packages when the lock file changed since the last installation.
// Only Node's own modules, since on a fresh clone there is nothing else, and plain JavaScript, since Node 20 reads no TypeScript.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stamp = join(root, 'node_modules/.portcullis-installed')

const [major] = process.versions.node.split('.').map(Number)
if (major < 20) {
  console.error(`Portcullis needs Node 20 or newer to begin with; this is Node ${process.versions.node}.`)
  process.exit(1)
}

const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package.json')))
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')

/** The executables that come in packages of their own, one for each platform: npm leaves them out without a word. */
function missingBinaries() {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const packages = {
    anvil: `@foundry-rs/anvil-${process.platform}-${architecture}`,
    workerd: `@cloudflare/workerd-${system}-${process.arch === 'x64' ? '64' : process.arch}`,
  }
  return Object.keys(packages).filter((name) => !existsSync(join(root, 'node_modules', packages[name], 'package.json')))
}

function install() {
  console.error('Installing packages (once per change of package-lock.json) ...')
  // `npm install` and not `npm ci`: some platform binaries of the lock file do not exist in every registry.
  const { status, error } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--no-save'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    console.error(
      `The packages could not be installed${error ? ` (${error.message})` : ''}: run npm install to see why.`,
    )
    process.exit(1)
  }
}

const isInstalled = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
if (!isInstalled || missingBinaries().length > 0) {
  // What npm notes of an installation hides that a package is gone.
  rmSync(join(root, 'node_modules/.package-lock.json'), { force: true })
  install()
  const missing = missingBinaries()
  if (missing.length > 0) {
    const platform = `${process.platform}-${process.arch}`
    console.error(`No ${missing.join(' and no ')} for ${platform} could be installed, and nothing runs without.`)
    process.exit(1)
  }
  writeFileSync(stamp, wanted)
}
