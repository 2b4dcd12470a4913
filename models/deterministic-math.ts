// Math.exp, Math.log and ** differ in their last bits between machines and engine versions; + − × ÷ and √ do not. A
// decision must give the same bytes when it is replayed elsewhere, so models use these instead.

const ln2High = 0.6931471803691238
const ln2Low = 1.9082149292705877e-10

/**
 * e^x, within two units in the last place.
 *
 * @param x any number; below −745 gives 0, above 709.78 gives Infinity
 */
export function exponential(x: number): number {
  if (Number.isNaN(x)) return Number.NaN
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY
  if (x < -745.1332191019412) return 0
  // x = k·ln 2 + r with |r| ≤ ln 2 / 2, ln 2 in two parts so that the difference keeps its digits.
  const k = Math.floor(x * Math.LOG2E + 0.5)
  const r = x - k * ln2High - k * ln2Low
  // Taylor series by Horner; |r| ≤ 0.347 makes the eighteenth term smaller than half a unit in the last place.
  let sum = 1
  for (let term = 17; term >= 1; term--) sum = 1 + (r / term) * sum
  return scaleByPowerOfTwo(sum, k)
}

/**
 * Natural logarithm, within a few units in the last place.
 *
 * @param x positive; 0 gives −Infinity, negative gives NaN
 */
export function logarithm(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN
  if (x === 0) return Number.NEGATIVE_INFINITY
  if (x === Number.POSITIVE_INFINITY) return x
  // x = m·2^k with m in [√½, √2).
  let mantissa = x
  let k = 0
  while (mantissa >= Math.SQRT2) {
    mantissa /= 2
    k += 1
  }
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2
    k -= 1
  }
  // ln m = 2·artanh(s) with s = (m − 1)/(m + 1), |s| ≤ 0.172.
  const s = (mantissa - 1) / (mantissa + 1)
  const square = s * s
  let series = 0
  for (let power = 23; power >= 1; power -= 2) series = series * square + 1 / power
  return k * ln2High + (k * ln2Low + 2 * s * series)
}

/** x·2^k by exact doublings and halvings. */
function scaleByPowerOfTwo(x: number, k: number): number {
  let scaled = x
  for (let step = 0; step < k; step++) scaled *= 2
  for (let step = 0; step > k; step--) scaled /= 2
  return scaled
}

/** The value to a millionth: what thresholds and records see, so that a last bit never decides. */
export function toMillionths(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
