import { type BuilderName, builderNames } from '../block-builders.ts'
import { invalidParameters } from '../json-rpc.ts'

/** Flashbots' own builder is one of BuilderNet's. */
const alsoCalled: Readonly<Record<string, BuilderName>> = { flashbots: 'buildernet' }

/**
 * The local builders that a request names, in any case; undefined (every one) when it names none. Builders of other chains
 * are passed over, but a request that names nobody here would wait for nothing and is refused.
 */
export function namedBuilders(names: readonly string[] | undefined): ReadonlySet<BuilderName> | undefined {
  if (names === undefined || names.length === 0 || names.some((name) => name.toLowerCase() === 'default')) {
    return undefined
  }
  const known = names.flatMap((text) => {
    const name = text.toLowerCase()
    return alsoCalled[name] ?? builderNames.find((builder) => builder === name) ?? []
  })
  if (known.length === 0)
    throw invalidParameters(`none of these builders is here; there are ${builderNames.join(', ')}`)
  return new Set(known)
}
