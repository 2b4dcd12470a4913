import type { RouteRequest } from '../../../shared/routing/route.ts'

// Requests as text, for another process: bigints are strings of digits with an n behind.

export function textOf(requests: readonly RouteRequest[]): string {
  return JSON.stringify(requests, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
}

export function requestsOf(text: string): RouteRequest[] {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  )
}
