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

/**
 * Hyperbolic tangent, within a few units in the last place.
 *
 * @param x any number; beyond ±20 the result is ±1
 */
export function hyperbolicTangent(x: number): number {
  if (x > 20) return 1
  if (x < -20) return -1
  const size = x < 0 ? -x : x
  // Near zero the quotient below would lose its digits: x − x³/3 + 2x⁵/15 − 17x⁷/315 is exact to the last bit there.
  if (size < 0.005) {
    const square = x * x
    return x * (1 - square * (1 / 3 - square * (2 / 15 - square * (17 / 315))))
  }
  const power = exponential(2 * size)
  const value = (power - 1) / (power + 1)
  return x < 0 ? -value : value
}

/**
 * Sine and cosine of a part of the full circle, within a few units in the last place.
 *
 * @param turns 0 to 1: 0.25 is a right angle
 */
export function circle(turns: number): { sine: number; cosine: number } {
  // The nearest quarter, and at most an eighth of a turn beside it.
  const quarter = Math.floor(turns * 4 + 0.5)
  const angle = (turns - quarter / 4) * 2 * Math.PI
  const square = angle * angle
  let [sine, cosine] = [1, 1]
  for (let term = 9; term >= 1; term--) {
    sine = 1 - (square / (2 * term * (2 * term + 1))) * sine
    cosine = 1 - (square / (2 * term * (2 * term - 1))) * cosine
  }
  sine *= angle
  switch (((quarter % 4) + 4) % 4) {
    case 0:
      return { sine, cosine }
    case 1:
      return { sine: cosine, cosine: -sine }
    case 2:
      return { sine: -sine, cosine: -cosine }
    default:
      return { sine: -cosine, cosine: sine }
  }
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
