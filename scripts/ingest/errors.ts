/** What the command cannot do; the message is one plain sentence for people, and names no secret. */
export class IngestRefused extends Error {
  override name = 'IngestRefused'
}

/** What the operating system says of a failed read or write, in words: "no space left on device". */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Node's messages begin with a code and end with the call: "EACCES: permission denied, open '/x'".
  return /^[A-Z0-9]+: ([^,]+)/.exec(error.message)?.[1] ?? error.message
}
