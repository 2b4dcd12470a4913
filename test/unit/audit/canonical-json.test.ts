import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../shared/audit/canonical-json.ts'

describe('canonical JSON', () => {
  it('sorts keys by UTF-16 code unit and writes numbers in the one ECMAScript spelling', () => {
    // Keys and numbers of RFC 8785, section 3.2.3 and appendix B.
    expect(
      canonicalJson({ '\u20ac': 1, '\r': 2, '1': 3, '\u00f6': 4, '\ud83d\ude00': 5, '\u0080': 6, '\ufb33': 7 }),
    ).toBe('{"\\r":2,"1":3,"\u0080":6,"\u00f6":4,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":7}')
    expect(canonicalJson([1e21, 1e-7, 4.5, 2e-3, -0, 333333333.3333333])).toBe(
      '[1e+21,1e-7,4.5,0.002,0,333333333.3333333]',
    )
  })

  it('writes bigints as decimal strings, at any depth', () => {
    expect(canonicalJson({ b: [1n, { c: 2n ** 256n - 1n }], a: -5n })).toBe(
      `{"a":"-5","b":["1",{"c":"${2n ** 256n - 1n}"}]}`,
    )
  })

  it('refuses what JSON cannot say instead of writing null', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, undefined, [undefined], { a: () => 1 }, Symbol('x')]) {
      expect(() => canonicalJson(value)).toThrow(TypeError)
    }
  })

  it('leaves out undefined members, as JSON does', () => {
    expect(canonicalJson({ a: undefined, b: null })).toBe('{"b":null}')
  })
})
