// Static files of the API's documentation page, copied from their package: the browser asks nobody but the worker.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const source = join(root, 'node_modules/swagger-ui-dist')

/** Where wrangler.toml looks for static assets; ignored by git. */
export const assetsFolder = join(root, '.portcullis/assets')

const copied = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png', 'LICENSE', 'NOTICE']

const pageScript = `'use strict'
SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
})
`
const pageStyle = `body { margin: 0; background: #fafafa; }
.swagger-ui .topbar { display: none; }
noscript { display: block; padding: 2rem; font-family: sans-serif; }
`

/** Puts the files in place; writes only what differs, so that calling it often costs nothing. */
export function prepareAssets(): void {
  const folder = join(assetsFolder, 'docs')
  mkdirSync(folder, { recursive: true })
  for (const file of copied) {
    const target = join(folder, file)
    const from = join(source, file)
    if (!existsSync(target) || !readFileSync(target).equals(readFileSync(from))) copyFileSync(from, target)
  }
  writeIfChanged(join(folder, 'page.js'), pageScript)
  writeIfChanged(join(folder, 'page.css'), pageStyle)
}

function writeIfChanged(path: string, text: string): void {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text)
}

if (import.meta.main) prepareAssets()
