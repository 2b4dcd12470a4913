import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'

const script = join(import.meta.dirname, '../../scripts/prepare.mjs')
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A project without packages, prepared by our script. */
function emptyProject(lock: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-prepare-'))
  folders.push(folder)
  mkdirSync(join(folder, 'scripts'))
  copyFileSync(script, join(folder, 'scripts/prepare.mjs'))
  writeFileSync(join(folder, 'package.json'), '{"name":"empty","version":"1.0.0"}')
  writeFileSync(join(folder, 'package-lock.json'), lock)
  return folder
}

function prepare(folder: string) {
  return spawnSync(process.execPath, [join(folder, 'scripts/prepare.mjs')], { encoding: 'utf8' })
}

it('says in one sentence which binary is missing, and does not call that installed', () => {
  const folder = emptyProject('{"name":"empty","version":"1.0.0","lockfileVersion":3,"packages":{}}')
  const { status, stderr, stdout } = prepare(folder)
  expect(status).toBe(1)
  expect(stdout).toBe('')
  expect(stderr.trim().split('\n').at(-1)).toMatch(
    /^No anvil and no workerd for .+ could be installed, and nothing runs/,
  )
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+/)
  expect(existsSync(join(folder, 'node_modules/.portcullis-installed'))).toBe(false)
})

it('does nothing where the packages of the lock file are installed', () => {
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
  expect(status).toBe(0)
  expect(stderr).toBe('')
})
