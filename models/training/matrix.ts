/** Rows of numbers, one after the other. */
export interface Matrix {
  columns: number
  rows: number
  values: Float64Array
}

/** @throws RangeError when a row has another length than the first */
export function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  const columns = rows[0]?.length ?? 0
  const values = new Float64Array(rows.length * columns)
  for (const [index, row] of rows.entries()) {
    if (row.length !== columns) throw new RangeError(`Row ${index} has ${row.length} numbers and not ${columns}.`)
    values.set(row, index * columns)
  }
  return { columns, rows: rows.length, values }
}

export function rowOf({ columns, values }: Matrix, row: number): Float64Array {
  return values.subarray(row * columns, (row + 1) * columns)
}

/** Each row's product with the coefficients. */
export function times(matrix: Matrix, coefficients: readonly number[]): Float64Array {
  const { columns, rows, values } = matrix
  const products = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let column = 0; column < columns; column++) {
      sum += (values[row * columns + column] ?? 0) * (coefficients[column] ?? 0)
    }
    products[row] = sum
  }
  return products
}

/** Σ weight · row · rowᵀ, full and symmetric; no weights count as ones. */
export function gram(matrix: Matrix, weights?: Float64Array): Float64Array {
  const { columns, rows, values } = matrix
  const sums = new Float64Array(columns * columns)
  for (let row = 0; row < rows; row++) {
    const weight = weights?.[row] ?? 1
    const start = row * columns
    for (let i = 0; i < columns; i++) {
      const scaled = weight * (values[start + i] ?? 0)
      if (scaled === 0) continue
      const target = i * columns
      for (let j = i; j < columns; j++) sums[target + j] = (sums[target + j] ?? 0) + scaled * (values[start + j] ?? 0)
    }
  }
  for (let i = 0; i < columns; i++) for (let j = 0; j < i; j++) sums[i * columns + j] = sums[j * columns + i] ?? 0
  return sums
}

/** Σ factor · row. */
export function weightedSum(matrix: Matrix, factors: Float64Array): number[] {
  const { columns, rows, values } = matrix
  const sums = new Array<number>(columns).fill(0)
  for (let row = 0; row < rows; row++) {
    const factor = factors[row] ?? 0
    for (let column = 0; column < columns; column++) {
      sums[column] = (sums[column] ?? 0) + factor * (values[row * columns + column] ?? 0)
    }
  }
  return sums
}

/**
 * Solves (A + penalty·1)·x = b for a symmetric positive A by Cholesky's decomposition.
 *
 * @throws RangeError when A is not positive, which a penalty above zero mends
 */
export function solve(a: Float64Array, b: readonly number[], penalty: number): number[] {
  const size = b.length
  const lower = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = (a[i * size + j] ?? 0) + (i === j ? penalty : 0)
      for (let k = 0; k < j; k++) sum -= (lower[i * size + k] ?? 0) * (lower[j * size + k] ?? 0)
      if (i === j && !(sum > 0)) throw new RangeError('The features are linearly dependent.')
      lower[i * size + j] = i === j ? Math.sqrt(sum) : sum / (lower[j * size + j] ?? 1)
    }
  }
  const solution = [...b]
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) solution[i] = (solution[i] ?? 0) - (lower[i * size + k] ?? 0) * (solution[k] ?? 0)
    solution[i] = (solution[i] ?? 0) / (lower[i * size + i] ?? 1)
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++)
      solution[i] = (solution[i] ?? 0) - (lower[k * size + i] ?? 0) * (solution[k] ?? 0)
    solution[i] = (solution[i] ?? 0) / (lower[i * size + i] ?? 1)
  }
  return solution
}
