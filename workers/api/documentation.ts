import { Hono } from 'hono'
import type { ApiEnv } from './context.ts'
import { Problem } from './problems.ts'

// Swagger UI comes from the worker's own static assets (scripts/assets.ts puts it there): no third party is asked.
const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Portcullis API</title>
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="stylesheet" href="/docs/page.css">
  </head>
  <body>
    <main id="api"><noscript>This page needs JavaScript; the same description is at <a href="/openapi.json">/openapi.json</a>.</noscript></main>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/page.js"></script>
  </body>
</html>
`

export const documentation = new Hono<ApiEnv>()
  .get('/', (context) => context.redirect('/docs', 302))
  .get('/docs', (context) => context.html(page))
  .get('/docs/:file', async (context) => {
    const { origin } = new URL(context.req.url)
    const file = context.req.param('file')
    const asset = /^[a-z0-9.-]+$/.test(file) ? await context.env.ASSETS.fetch(`${origin}/docs/${file}`) : null
    if (asset === null || !asset.ok || asset.headers.get('Content-Type')?.startsWith('text/html') === true) {
      throw new Problem('not-found', 'The documentation has no such file.')
    }
    return context.body(await asset.arrayBuffer(), 200, {
      'Content-Type': asset.headers.get('Content-Type') ?? 'application/octet-stream',
      'Cache-Control': 'public, max-age=3600',
    })
  })
