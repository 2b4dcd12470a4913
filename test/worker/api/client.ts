/// <reference types="@cloudflare/vitest-plugin/types" />
import { applyD1Migrations, createExecutionContext, type D1Migration, waitOnExecutionContext } from 'cloudflare:test'
import { env as bound } from 'cloudflare:workers'
import { expect } from 'vitest'
import { z } from 'zod'
import type { StrategyConfigurationJson } from '../../../shared/schema/strategy.ts'
import type { Scope } from '../../../workers/api/access.ts'
import { app } from '../../../workers/api/app.ts'
import type { Env } from '../../../workers/environment.ts'
import { fakeChain, otherVault, tokens, vaultAddress } from './fake-chain.ts'

export const env = bound as Env & { TEST_MIGRATIONS: D1Migration[] }
export const adminKey = 'test-admin-key'

export async function migrate(): Promise<void> {
  await applyD1Migrations(env.DATABASE, env.TEST_MIGRATIONS)
}

/** A database with both vaults of the fake chain registered. */
export async function migrateWithVaults(): Promise<void> {
  fakeChain()
  await migrate()
  await registerVault()
  await registerVault(otherVault)
}

export interface Call {
  key?: string | null
  body?: unknown
  /** Sent as it is, instead of `body`. */
  raw?: string | ReadableStream
  headers?: Record<string, string>
}

/** One request to the API, as the admin unless told otherwise. */
export async function call(method: string, path: string, { key = adminKey, body, raw, headers = {} }: Call = {}) {
  const all = new Headers(key === null ? {} : { Authorization: `Bearer ${key}` })
  if (body !== undefined) all.set('Content-Type', 'application/json')
  for (const [name, value] of Object.entries(headers)) all.set(name, value)
  const content = raw ?? (body === undefined ? null : JSON.stringify(body))
  const request = new Request(`https://portcullis.test${path}`, { method, headers: all, body: content })
  const context = createExecutionContext()
  const response = await app.fetch(request, env, context)
  await waitOnExecutionContext(context)
  const text = new TextDecoder().decode(await response.arrayBuffer())
  const isJson = response.headers.get('Content-Type')?.includes('json') === true
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null }
}

const problemDocument = z.strictObject({
  type: z.url(),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  instance: z.string().min(1),
  code: z.string().optional(),
  errors: z.array(z.record(z.string(), z.string())).optional(),
})

/** Checks that an answer is this problem, whole, and without any trace of our insides. */
export function expectProblem(response: Awaited<ReturnType<typeof call>>, status: number, name: string) {
  expect(response.text).not.toMatch(/\bat .+:\d+:\d+|node_modules|\.ts:|SQLITE|D1_ERROR|127\.0\.0\.1/)
  expect({ status: response.status, type: response.body?.type }).toEqual({
    status,
    type: `https://portcullis.dev/problems/${name}`,
  })
  expect(response.headers.get('Content-Type')).toBe('application/problem+json')
  const document = problemDocument.parse(response.body)
  expect(document.status).toBe(status)
  expect(document.instance).toBe(response.headers.get('X-Request-Id'))
  return document
}

const tables = ['vaults', 'strategies', 'pauses', 'decisions', 'executions', 'api_keys', 'idempotency_keys']

/** How many rows each table has: two equal counts mean that nothing was stored in between. */
export async function rowCounts(): Promise<Record<string, number>> {
  const counted = await env.DATABASE.batch<{ count: number }>(
    tables.map((table) => env.DATABASE.prepare(`SELECT count(*) AS count FROM ${table}`)),
  )
  return Object.fromEntries(tables.map((table, index) => [table, counted[index]?.results[0]?.count ?? -1]))
}

export async function makeKey(scopes: readonly Scope[], vault?: string): Promise<string> {
  const { status, body } = await call('POST', '/v1/keys', { body: { name: 'test', scopes, vault } })
  expect(status).toBe(201)
  return body.secret
}

export async function registerVault(address: string = vaultAddress): Promise<void> {
  const { status } = await call('POST', '/v1/vaults', { body: { address, name: 'Treasury' } })
  expect(status).toBe(201)
}

/** Sells 50,000 USDC for WETH in 5 slices from an hour ahead. */
export function twap(change: Record<string, unknown> = {}): StrategyConfigurationJson & Record<string, unknown> {
  return {
    kind: 'twap',
    sell: tokens.usdc.address,
    buy: tokens.weth.address,
    total: '50000000000',
    maximumSlice: '10000000000',
    start: Math.floor(Date.now() / 1000) + 3_600,
    intervalSeconds: 300,
    slices: 5,
    slippageBps: 50,
    worstPrice: '200000000000000000000000000000000000000000000',
    orderflow: 'never-public',
    ...change,
  }
}

export async function draftStrategy(change: Record<string, unknown> = {}, vault: string = vaultAddress) {
  const response = await call('POST', '/v1/strategies', {
    body: { vault, name: 'Buy WETH', configuration: twap(change) },
  })
  expect(response.text, response.text).toContain('mandateId')
  return response.body
}
