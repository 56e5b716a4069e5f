import { mostIssuers } from './entry-log.js'
import type { Randomness } from './seeded-hash.js'

/** An issuer as the table knows it. */
export interface KnownIssuer {
  readonly name: string
  readonly number: number
  /** Where the hashes of its names begin, by the number of the kind: secret and random. */
  readonly starts: Int32Array
  /** The latest cut-off of everything that there has ever been an entry for; below every time before the first. */
  allUntil: number
}

/** Numbers for the issuers of entries. There are as many as a service trusts: only verified tokens add entries. */
export class Issuers {
  readonly #byName = new Map<string, KnownIssuer>()
  readonly #byNumber: KnownIssuer[] = []
  readonly #random: Randomness
  #last: KnownIssuer | undefined

  constructor(random: Randomness) {
    this.#random = random
  }

  find(name: string): KnownIssuer | undefined {
    // Nearly always the same one, and comparing a text is quicker than hashing it.
    if (this.#last?.name === name) return this.#last
    const found = this.#byName.get(name)
    if (found !== undefined) this.#last = found
    return found
  }

  /** @throws RangeError when there are no numbers left */
  findOrAdd(name: string): KnownIssuer {
    const found = this.find(name)
    if (found !== undefined) return found
    const number = this.#byNumber.length
    if (number > mostIssuers) throw new RangeError('entries of too many issuers')
    const starts = new Uint32Array(8)
    this.#random(starts)
    const issuer = { name, number, starts: new Int32Array(starts.buffer), allUntil: -Infinity }
    this.#byName.set(name, issuer)
    this.#byNumber.push(issuer)
    return issuer
  }

  nameOf(number: number): string {
    return this.#byNumber[number]?.name ?? ''
  }
}
