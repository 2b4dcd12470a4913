import { meanOf } from './regression.ts'

/** QLIKE (Patton 2011): robust to noise in the proxy of the variance; 0 for a perfect forecast. */
export function qlike(realised: number, forecast: number): number {
  const ratio = realised / forecast
  return ratio - Math.log(ratio) - 1
}

/** Squared error of the log variance. */
export function squaredLogError(realised: number, forecast: number): number {
  return Math.log(realised / forecast) ** 2
}

/** Pinball loss of a quantile (Koenker & Bassett 1978), in the unit of the outcome. */
export function pinball(outcome: number, quantile: number, level: number): number {
  const error = outcome - quantile
  return error >= 0 ? level * error : (level - 1) * error
}

/**
 * Diebold and Mariano's statistic (1995) of two series of losses with Newey and West's variance: below −2 the first is better,
 * beyond what chance explains at about 5 %. 0 where the losses are the same.
 *
 * @param lag how many neighbours overlap
 */
export function dieboldMariano(losses: ArrayLike<number>, others: ArrayLike<number>, lag: number): number {
  const differences = Float64Array.from(losses, (loss, index) => loss - (others[index] ?? 0))
  const mean = meanOf(differences)
  const count = differences.length
  const covariance = (distance: number) => {
    let sum = 0
    for (let index = distance; index < count; index++) {
      sum += ((differences[index] ?? 0) - mean) * ((differences[index - distance] ?? 0) - mean)
    }
    return sum / count
  }
  let variance = covariance(0)
  for (let distance = 1; distance <= lag; distance++) variance += 2 * (1 - distance / (lag + 1)) * covariance(distance)
  return variance > 0 ? mean / Math.sqrt(variance / count) : 0
}

/** Wilson's 95 % interval of a share. */
export function wilsonInterval(hits: number, count: number): { low: number; high: number } {
  const z = 1.96
  const share = hits / count
  const centre = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count)
  const half = (z / (1 + z ** 2 / count)) * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2))
  return { low: centre - half, high: centre + half }
}
