import { randomFillSync } from 'node:crypto'

/** In UTF-16 code units: the longest name of an entry. Longer names are never looked up. */
export const longestName = 1024

/** Fills an array with random bytes. */
export type Randomness = (words: Uint32Array) => unknown

/**
 * A 32-bit hash of a name, keyed with secret random factors of this process.
 *
 * It is multilinear, a universal hash (Carter and Wegman 1979; Lemire and Kaser 2014, "Strongly universal string hashing
 * is fast"): for any two different ASCII names, whoever chose them, the chance of a collision over the factors is 2⁻²⁵.
 * So an attacker who does not know the factors cannot make names collide. Collisions are harmless anyway: the table
 * compares whole names. Each character counts as its code plus 1, so that trailing null characters change the hash. The
 * last steps are the finalizer of MurmurHash3, which is reversible and spreads the entropy to all bits.
 *
 * Not for: hashes that are compared instead of the names, or that leave the process.
 *
 * @example new SeededHash().of(seed, 'session-1')
 */
export class SeededHash {
  readonly #factors = new Uint32Array(longestName)

  constructor(random: Randomness = randomFillSync) {
    random(this.#factors)
  }

  /** @param seed random too, one for each kind and issuer: the same name of two kinds has two hashes */
  of(seed: number, name: string): number {
    const factors = this.#factors
    let sum = seed
    let at = 0
    // Four characters at a time are a sixth faster, and this loop is most of the cost of a lookup.
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
