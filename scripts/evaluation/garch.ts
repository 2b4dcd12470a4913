/** GARCH(1,1) with Student's t (Bollerslev 1987): variance = omega + alpha·r² + beta·variance. Returns in per cent. */
export interface Garch {
  omega: number
  alpha: number
  beta: number
  /** Degrees of freedom, above 2. */
  freedom: number
}

/** Maximum likelihood by the downhill simplex (Nelder & Mead 1965), from `start`. */
export function fitGarch(returns: Float64Array, start: Garch): Garch {
  const best = simplex((point) => -logLikelihood(returns, fromFree(point)), toFree(start))
  return fromFree(best)
}

/** Conditional variance of each return, and of the one after the last. */
export function garchVariances(returns: Float64Array, { omega, alpha, beta }: Garch): Float64Array {
  const variances = new Float64Array(returns.length + 1)
  let variance = meanSquare(returns)
  for (let index = 0; index < returns.length; index++) {
    variances[index] = variance
    variance = omega + alpha * (returns[index] ?? 0) ** 2 + beta * variance
  }
  variances[returns.length] = variance
  return variances
}

/** Sum of the variances forecast for the next `steps` returns. */
export function garchAhead(next: number, { omega, alpha, beta }: Garch, steps: number): number {
  let [variance, sum] = [next, 0]
  for (let step = 0; step < steps; step++) {
    sum += variance
    variance = omega + (alpha + beta) * variance
  }
  return sum
}

function logLikelihood(returns: Float64Array, garch: Garch): number {
  const { omega, alpha, beta, freedom } = garch
  const constant = logGamma((freedom + 1) / 2) - logGamma(freedom / 2) - 0.5 * Math.log(Math.PI * (freedom - 2))
  let [variance, sum] = [meanSquare(returns), 0]
  for (let index = 0; index < returns.length; index++) {
    const square = (returns[index] ?? 0) ** 2
    const tail = ((freedom + 1) / 2) * Math.log1p(square / (variance * (freedom - 2)))
    sum += constant - 0.5 * Math.log(variance) - tail
    variance = omega + alpha * square + beta * variance
  }
  return Number.isFinite(sum) ? sum : Number.NEGATIVE_INFINITY
}

/** Any four numbers to parameters that make sense: alpha + beta stays below one. */
function fromFree([a = 0, b = 0, c = 0, d = 0]: readonly number[]): Garch {
  const persistence = 0.9999 / (1 + Math.exp(-b))
  const share = 1 / (1 + Math.exp(-c))
  return {
    omega: Math.exp(a),
    alpha: persistence * share,
    beta: persistence * (1 - share),
    freedom: 2.05 + Math.exp(d),
  }
}

function toFree({ omega, alpha, beta, freedom }: Garch): number[] {
  const logit = (share: number) => Math.log(share / (1 - share))
  const persistence = Math.min(alpha + beta, 0.9998)
  return [Math.log(omega), logit(persistence / 0.9999), logit(alpha / (alpha + beta)), Math.log(freedom - 2.05)]
}

function simplex(cost: (point: number[]) => number, start: number[]): number[] {
  let corners = [start, ...start.map((_, axis) => start.map((value, index) => value + (index === axis ? 0.3 : 0)))].map(
    (point) => ({ point, cost: cost(point) }),
  )
  for (let iteration = 0; iteration < 200; iteration++) {
    corners = corners.sort((a, b) => a.cost - b.cost)
    const [best, worst] = [corners[0], corners.at(-1)]
    if (best === undefined || worst === undefined || worst.cost - best.cost < 1e-6) break
    const others = corners.slice(0, -1)
    const centre = start.map(
      (_, axis) => others.reduce((sum, { point }) => sum + (point[axis] ?? 0), 0) / others.length,
    )
    const along = (step: number) => {
      const point = centre.map((value, axis) => value + step * ((worst.point[axis] ?? 0) - value))
      return { point, cost: cost(point) }
    }
    const reflected = along(-1)
    const second = others.at(-1)?.cost ?? reflected.cost
    let candidate = reflected
    if (reflected.cost < best.cost) {
      const expanded = along(-2)
      if (expanded.cost < reflected.cost) candidate = expanded
    } else if (reflected.cost >= second) candidate = along(reflected.cost < worst.cost ? -0.5 : 0.5)
    if (candidate.cost < worst.cost) corners = [...others, candidate]
    else {
      corners = corners.map(({ point }) => {
        const moved = point.map((value, axis) => (value + (best.point[axis] ?? 0)) / 2)
        return { point: moved, cost: cost(moved) }
      })
    }
  }
  return corners.sort((a, b) => a.cost - b.cost)[0]?.point ?? start
}

function meanSquare(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0) / values.length
}

/** ln Γ(x) for x above 0 (Lanczos 1964, g = 7, nine terms). */
function logGamma(x: number): number {
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ]
  const series = terms.reduce((sum, term, index) => sum + term / (x + index), 0.9999999999998099)
  const shifted = x + 6.5
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(shifted) - shifted + Math.log(series)
}
