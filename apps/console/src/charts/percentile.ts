/**
 * A percentile out of counts by bucket, in the unit of the bounds: as if the values of a bucket lay evenly between its
 * bounds. Infinity where it lies above the last bound; undefined for no values.
 *
 * @param bounds upper bounds, rising; `counts` has one more, for what lies above
 * @example percentile([1, 2, 5], [10, 0, 10, 0], 0.5) // 1
 */
export function percentile(
  bounds: readonly number[],
  counts: readonly number[],
  part: number,
): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  const wanted = total * part
  let before = 0
  for (const [index, count] of counts.entries()) {
    if (count > 0 && before + count >= wanted) {
      const upper = bounds[index]
      if (upper === undefined) return Infinity
      const lower = index === 0 ? 0 : (bounds[index - 1] ?? 0)
      return lower + (upper - lower) * ((wanted - before) / count)
    }
    before += count
  }
  return Infinity
}
