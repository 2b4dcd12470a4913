const golden = (Math.sqrt(5) - 1) / 2

/**
 * Looks `evaluations` times at a function with one peak between `low` and `high`, ever closer to it. Where it has no value
 * it is minus infinity, which must lie to the right of the peak.
 */
export async function goldenSection(
  value: (at: number) => Promise<number>,
  low: number,
  high: number,
  evaluations: number,
): Promise<void> {
  let [from, to] = [low, high]
  let left = { at: to - golden * (to - from), value: 0 }
  let right = { at: from + golden * (to - from), value: 0 }
  left.value = await value(left.at)
  right.value = await value(right.at)
  for (let done = 2; done < evaluations; done++) {
    if (left.value >= right.value) {
      to = right.at
      right = left
      const at = to - golden * (to - from)
      left = { at, value: await value(at) }
    } else {
      from = left.at
      left = right
      const at = from + golden * (to - from)
      right = { at, value: await value(at) }
    }
  }
}
