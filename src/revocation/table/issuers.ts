import { mostIssuers } from './entry-log.js'
import type { Randomness } from './seeded-hash.js'

/** An issuer of entries. */
export interface KnownIssuer {
  readonly name: string
  /** How records refer to it. */
  readonly number: number
  /** Initial values of the hashes of its names, by the number of the kind: secret and random. */
  readonly hashSeeds: Int32Array
  /** The latest cut-off of any `all` entry of this issuer; -Infinity before the first one. */
  latestCutOff: number
  /** The latest cut-off of any entry of this issuer, `all` and `sub`; -Infinity before the first one. */
  latestOfAny: number
}

/** Numbers the issuers of entries. There are as many as a service trusts: only verified tokens add entries. */
export class Issuers {
  readonly #byName = new Map<string, KnownIssuer>()
  readonly #byNumber: KnownIssuer[] = []
  readonly #random: Randomness
  #lastFound: KnownIssuer | undefined

  constructor(random: Randomness) {
    this.#random = random
  }

  find(name: string): KnownIssuer | undefined {
    // Nearly all calls ask for the same issuer, and comparing two strings is faster than hashing one.
    if (this.#lastFound?.name === name) return this.#lastFound
    const found = this.#byName.get(name)
    if (found !== undefined) this.#lastFound = found
    return found
  }

  /** @throws RangeError for one issuer more than 32,768 */
  findOrAdd(name: string): KnownIssuer {
    const found = this.find(name)
    if (found !== undefined) return found
    const number = this.#byNumber.length
    if (number > mostIssuers)
      throw new RangeError('revocation entries name more than 32,768 issuers')
    const seeds = new Uint32Array(8)
    this.#random(seeds)
    const hashSeeds = new Int32Array(seeds.buffer)
    const issuer = { name, number, hashSeeds, latestCutOff: -Infinity, latestOfAny: -Infinity }
    this.#byName.set(name, issuer)
    this.#byNumber.push(issuer)
    return issuer
  }

  nameOf(number: number): string {
    return this.#byNumber[number]?.name ?? ''
  }
}
