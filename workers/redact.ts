const anyAddress = /\b(?:https?|wss?):\/\/[^\s"'<>]+/g

/** Shorter parts of an address (`v3`, `rpc`, `relay`) are words, not keys. */
const shortestKey = 12

/**
 * What a node or a relay said, without addresses: they often carry an access key, and what is said ends up in logs, records
 * and answers of the API. The keys of `url`, the address that was asked, are taken out even where they stand alone.
 */
export function redact(text: string, url = ''): string {
  let safe = text.replaceAll(anyAddress, '[address]')
  for (const key of keysOf(url)) safe = safe.replaceAll(key, '[key]')
  return safe
}

function keysOf(url: string): string[] {
  if (!URL.canParse(url)) return []
  const { username, password, pathname, searchParams } = new URL(url)
  return [username, password, ...pathname.split('/'), ...searchParams.values()].filter(
    (part) => part.length >= shortestKey,
  )
}
