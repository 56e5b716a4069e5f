/**
 * The known name that somebody most likely meant: one that begins alike, or differs in at most two letters; case does
 * not count. Undefined when none is near.
 *
 * @example nearestName('isuer', ['issuer', 'audience']) // 'issuer'
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const meant = name.toLowerCase()
  const beginning = known.filter((each) => meant.length > 2 && each.toLowerCase().startsWith(meant))
  if (beginning.length === 1) return beginning[0]
  const limit = name.length > 4 ? 2 : 1
  const measured = known.map((each) => ({ each, distance: distance(meant, each.toLowerCase()) }))
  const [best] = measured.sort((a, b) => a.distance - b.distance)
  return best && best.distance <= limit ? best.each : undefined
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: Array.from(b).length + 1 }, (_, j) => j)
  for (const [i, letter] of Array.from(a).entries()) {
    const row = [i + 1]
    for (const [j, other] of Array.from(b).entries()) {
      const replaced = (previous[j] ?? 0) + (letter === other ? 0 : 1)
      row.push(Math.min(replaced, (previous[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1))
    }
    previous = row
  }
  return previous.at(-1) ?? 0
}
