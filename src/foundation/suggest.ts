/**
 * The known name that a misspelt one most likely means, whatever the letter case: the only one that begins like it, or
 * the nearest with at most two letters wrong, missing, added or swapped (one in names of up to four letters).
 * Undefined when no name is near.
 *
 * @example nearestName('isuer', ['issuer', 'audience']) // 'issuer'
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const meant = name.toLowerCase()
  const beginning = known.filter((each) => meant.length > 2 && each.toLowerCase().startsWith(meant))
  if (beginning.length === 1) return beginning[0]
  const most = meant.length > 4 ? 2 : 1
  const near = known
    .filter((each) => Math.abs(each.length - name.length) <= most)
    .map((each) => ({ each, distance: editDistance(meant, each.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
  return near.sort((a, b) => a.distance - b.distance)[0]?.each
}

/** Levenshtein distance where two swapped neighbours count once (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[j - 2] ?? 0) + 1 : Infinity,
      )
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
