import canonicalize from 'canonicalize'

/**
 * RFC 8785 text of a value: keys sorted, no white space, one spelling for each number. Bigints become decimal strings, as
 * the schemas encode them, so a record gives the same text in memory and decoded from storage.
 *
 * @throws TypeError for what JSON cannot say: NaN, infinities, functions, or an undefined where a value is due
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(withDecimalStrings(value))
  if (text === undefined) throw new TypeError('This value has no JSON form.')
  return text
}

function withDecimalStrings(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} has no JSON form.`)
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new TypeError(`A ${typeof value} has no JSON form.`)
  if (Array.isArray(value)) {
    return value.map((element) => {
      if (element === undefined) throw new TypeError('An undefined list element has no JSON form.')
      return withDecimalStrings(element)
    })
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withDecimalStrings(member)]))
  }
  return value
}
