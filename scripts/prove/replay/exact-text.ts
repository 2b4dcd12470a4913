const bytes = new DataView(new ArrayBuffer(8))

/** The bits of a double, 16 hex digits. Every NaN is one: the language lets nobody but a DataView tell them apart. */
export function bitsOf(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  bytes.setFloat64(0, value)
  return bytes.getBigUint64(0).toString(16).padStart(16, '0')
}

/** A value as text in which every number stands with its bits, zeros of both signs among them; keys are sorted. */
export function exactText(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return `${value}/${bitsOf(value)}`
    case 'bigint':
      return `${value}n`
    case 'object': {
      if (value === null) return 'null'
      if (Array.isArray(value)) return `[${value.map(exactText).join()}]`
      const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
      return `{${members.map(([key, member]) => `${key}:${exactText(member)}`).join()}}`
    }
    default:
      return JSON.stringify(value) ?? 'undefined'
  }
}
