import { readName, type NameBytes } from './name-bytes.js'

/** Kinds by their numbers. None is 0: that is memory without a record. */
export const kindNumbers = { jti: 1, sid: 2, client: 3, sub: 4, all: 5 } as const

/** What an entry is about, beside its name; the number of an issuer is the table's. */
export interface EntryKey {
  readonly kind: number
  /** 0 to {@link mostIssuers}. */
  readonly issuer: number
}

/** How many issuers a log tells apart. */
export const mostIssuers = 0x7fff

const chunkBits = 18
/** Words in one piece of memory: 1 MiB. */
const chunkWords = 1 << chunkBits
const chunkMask = chunkWords - 1

/** A record's words: what it is about, when it expires, when it was last seen, the name's bytes, and its cut-off if it has one. */
const at = { about: 0, expiresAt: 1, seen: 2, name: 3 } as const
const latest = 0xffff_ffff

/**
 * Entries one after another in plain memory, which costs the garbage collector nothing. They stay where they are; their
 * times are written over. A place is a number above 0. Times are whole seconds from 0 to 2³² - 1, later ones count as the
 * last; an expiry of 0 means that the entry has gone elsewhere.
 *
 * @example const place = log.append(key, name)
 */
export class EntryLog {
  readonly #chunks: Uint32Array[] = []
  /** The next free word. */
  #end = 1

  get bytes(): number {
    return this.#chunks.length * chunkWords * 4
  }

  /** A new entry that has never been seen and has expired; the caller sets its times. */
  append(key: EntryKey, name: NameBytes): number {
    const about = aboutOf(key, name)
    const words = wordsOf(about)
    if ((this.#end & chunkMask) + words > chunkWords) this.#end = this.#chunks.length << chunkBits
    const place = this.#end
    if (place >> chunkBits >= this.#chunks.length) this.#chunks.push(new Uint32Array(chunkWords))
    const chunk = this.#chunkOf(place)
    chunk[place & chunkMask] = about
    chunk.set(name.words.subarray(0, name.wordCount), (place & chunkMask) + at.name)
    this.#end += words
    return place
  }

  /** Whether the entry at a place is about this. */
  holds(place: number, about: number, name: NameBytes): boolean {
    const chunk = this.#chunkOf(place)
    const start = place & chunkMask
    if (chunk[start] !== about) return false
    for (let word = 0; word < name.wordCount; word++)
      if (chunk[start + at.name + word] !== name.words[word]) return false
    return true
  }

  expiresAt(place: number): number {
    return this.#read(place, at.expiresAt)
  }

  /** The number by which it was last marked, 0 for never. */
  seen(place: number): number {
    return this.#read(place, at.seen)
  }

  /** Infinity for a kind that has no cut-off: it refuses whatever is named so. */
  before(place: number): number {
    const about = this.#read(place, at.about)
    return hasCutOff(about) ? this.#read(place, wordsOf(about) - 1) : Infinity
  }

  setTimes(place: number, times: { expiresAt: number; before: number }): void {
    const about = this.#read(place, at.about)
    this.#write(place, at.expiresAt, times.expiresAt)
    if (hasCutOff(about)) this.#write(place, wordsOf(about) - 1, times.before)
  }

  setSeen(place: number, mark: number): void {
    this.#write(place, at.seen, mark)
  }

  keyOf(place: number): EntryKey {
    const about = this.#read(place, at.about)
    return { kind: (about >>> 14) & 7, issuer: about >>> 17 }
  }

  nameOf(place: number): string {
    const about = this.#read(place, at.about)
    const chunk = this.#chunkOf(place)
    const start = ((place & chunkMask) + at.name) * 4
    return readName(new Uint8Array(chunk.buffer, start, about & 0xfff), (about >>> 12) & 3)
  }

  /** The place after one, 0 after the last; of 0, the first. */
  next(place: number): number {
    const end = place === 0 ? 1 : place + wordsOf(this.#read(place, at.about))
    if (end >= this.#end) return 0
    if (this.#read(end, at.about) !== 0) return end
    // What did not fit the rest of a piece begins the next one.
    const start = ((end + chunkMask) >>> chunkBits) << chunkBits
    return start < this.#end ? start : 0
  }

  #chunkOf(place: number): Uint32Array {
    const chunk = this.#chunks[place >> chunkBits]
    if (chunk === undefined) throw new RangeError('there is no such place')
    return chunk
  }

  #read(place: number, word: number): number {
    return this.#chunkOf(place)[(place & chunkMask) + word] ?? 0
  }

  #write(place: number, word: number, value: number): void {
    this.#chunkOf(place)[(place & chunkMask) + word] = Math.min(latest, Math.max(0, value))
  }
}

/** Length, form, kind and issuer in one word. */
export function aboutOf({ kind, issuer }: EntryKey, name: NameBytes): number {
  return (name.length | (name.form << 12) | (kind << 14) | (issuer << 17)) >>> 0
}

function hasCutOff(about: number): boolean {
  return ((about >>> 14) & 7) >= kindNumbers.sub
}

/** Words of a record. */
function wordsOf(about: number): number {
  return at.name + (((about & 0xfff) + 3) >>> 2) + (hasCutOff(about) ? 1 : 0)
}
