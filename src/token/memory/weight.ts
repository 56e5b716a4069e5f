/** Bytes of an object or array beside its members: on V8 32 for an array, 56 for an object. */
const container = 64
/** Bytes of a member or item: its slot, and a number or the head of a text behind it. */
const member = 24

/**
 * Estimates the bytes that claims take in memory; stops counting above `most`. Their text says little: an empty object
 * is three characters of a token and 80 bytes of memory. An object counts once: a schema's output may contain itself.
 *
 * @example weigh({ sub: 'a' }, 1000) // 89
 */
export function weigh(claims: unknown, most: number): number {
  let weight = 0
  const rest: unknown[] = [claims]
  const seen = new Set<object>()
  while (rest.length > 0 && weight <= most) {
    const value = rest.pop()
    if (typeof value === 'string') weight += value.length
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    seen.add(value)
    const members: readonly unknown[] = Object.values(value)
    weight += container + member * members.length
    if (weight <= most) for (const inner of members) rest.push(inner) // as arguments of one call they may be too many
  }
  return weight
}
