import type { PinnedHeader } from '../header.js'
import type { IssuerPolicy } from '../trusted-issuers.js'

/** A header that has been decoded and checked before, for one issuer. */
export interface KnownHeader {
  readonly header: PinnedHeader
  readonly issuer: IssuerPolicy
}

interface Entry {
  readonly segment: string
  readonly known: KnownHeader
}

const mostSegments = 64
const longestSegment = 1024

/**
 * Headers of verified tokens, by their encoded text. An issuer writes the same header into all its tokens, and decoding
 * and checking it again would give the same result. Only headers of verified tokens are kept, so an attacker cannot
 * fill it. It keeps 64 headers of at most 1024 characters, and starts over when it is full.
 *
 * @example
 * const known = memory.find(parts.header)
 * memory.learn(parts.header, { header, issuer })
 */
export class HeaderMemory {
  readonly #entries = new Map<string, Entry>()
  /** Nearly always the right one: comparing text is cheaper than hashing it. */
  #last: Entry | undefined

  find(segment: string): KnownHeader | undefined {
    if (this.#last?.segment === segment) return this.#last.known
    const entry = this.#entries.get(segment)
    if (entry) this.#last = entry
    return entry?.known
  }

  learn(segment: string, known: KnownHeader): void {
    if (segment.length > longestSegment) return
    if (this.#entries.size >= mostSegments) this.#entries.clear()
    // A copy: a slice would keep the whole token it was cut from.
    const copy = Buffer.from(segment, 'latin1').toString('latin1')
    this.#last = { segment: copy, known }
    this.#entries.set(copy, this.#last)
  }
}
