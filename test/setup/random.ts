/**
 * Random numbers from 0 to 1 that follow from a seed (mulberry32), so that a run can be repeated as far as the machine lets it.
 *
 * @example const random = seeded(seed)
 */
export function seeded(start: number): () => number {
  let state = start >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
