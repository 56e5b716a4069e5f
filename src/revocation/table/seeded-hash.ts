import { randomFillSync } from 'node:crypto'

/** In UTF-16 code units: the longest name that is ever revoked, and so the longest one worth hashing. */
export const longestName = 1024

/** Fills an array with random bytes. */
export type Randomness = (words: Uint32Array) => unknown

/**
 * Where a name stands in a table: 32 bits, by secret random factors of this process.
 *
 * The sum is multilinear, a universal hash (Carter and Wegman 1979; Lemire and Kaser 2014, "Strongly universal string
 * hashing is fast"): for any two different names, whoever chose them, the chance over the factors to meet is 2⁻²⁵ for
 * ASCII. So nobody who does not know the factors can fill one corner of a table. No name is ever taken for another by
 * its hash: tables compare letter by letter. A character counts as its code and 1, so that no name is a longer one's
 * beginning; the last steps are MurmurHash3's, which lose nothing and spread what is left in the upper bits.
 *
 * Not for: names that nobody compares afterwards, or hashes that anyone sees.
 *
 * @example new SeededHash().of(start, 'session-1')
 */
export class SeededHash {
  readonly #factors = new Uint32Array(longestName)

  constructor(random: Randomness = randomFillSync) {
    random(this.#factors)
  }

  /** @param start random too, one for each kind and issuer: the same name of two kinds is two names */
  of(start: number, name: string): number {
    const factors = this.#factors
    let sum = start
    let at = 0
    // Four at a time is a sixth quicker, and this is most of what a request pays.
    for (; at + 3 < name.length; at += 4)
      sum =
        (sum +
          term(factors, name, at) +
          term(factors, name, at + 1) +
          term(factors, name, at + 2) +
          term(factors, name, at + 3)) |
        0
    for (; at < name.length; at++) sum = (sum + term(factors, name, at)) | 0
    sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b)
    sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35)
    return sum ^ (sum >>> 16)
  }
}

function term(factors: Uint32Array, name: string, at: number): number {
  return Math.imul(factors[at] ?? 0, name.charCodeAt(at) + 1)
}
