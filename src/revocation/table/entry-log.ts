import { kindNumbers } from './kinds.js'
import { readName, type NameBytes } from './name-bytes.js'

/** Kind and issuer of an entry, as numbers; issuers are numbered by `Issuers`. */
export interface EntryKey {
  readonly kind: number
  /** 0 to {@link mostIssuers}. */
  readonly issuer: number
}

/** Times of an entry in whole Unix seconds, from 0 to {@link lastSecond}. */
export interface EntryTimes {
  /** Above 0. */
  readonly expiresAt: number
  /** Infinity for an entry without a cut-off: it refuses tokens of any age. */
  readonly before: number
}

/** 2³² - 1, in the year 2106: later times are kept as this one. */
export const lastSecond = 0xffff_ffff

/** In the word of a client's cut-off: there is none. */
const noCutOff = lastSecond

/** The highest number of an issuer: a record has 15 bits for it. */
export const mostIssuers = 0x7fff

const chunkBits = 18
/** Words in one chunk of memory: 1 MiB. */
const chunkWords = 1 << chunkBits
const chunkMask = chunkWords - 1

/**
 * Words of a record: a header (see {@link headerOf}), the expiry, the resync in which the store last confirmed the entry,
 * the bytes of the name, and for some kinds a cut-off.
 */
const words = { header: 0, expiresAt: 1, confirmedIn: 2, name: 3 } as const

/**
 * Records of entries one after another in typed arrays, which the garbage collector does not scan. A record never moves;
 * only its times and its confirmation are overwritten. An offset is a number above 0. An expiry of 0 marks a record whose
 * entry has moved to another segment.
 *
 * @example const offset = log.append(key, name)
 */
export class EntryLog {
  readonly #chunks: Uint32Array[] = []
  /** Offset of the next free word. */
  #end = 1

  /** Allocated bytes. */
  get bytes(): number {
    return this.#chunks.length * chunkWords * 4
  }

  /** Appends a record without times, which the caller sets next, and without a confirmation; returns its offset. */
  append(key: EntryKey, name: NameBytes): number {
    const header = headerOf(key, name)
    const length = recordLength(header)
    if ((this.#end & chunkMask) + length > chunkWords) this.#end = this.#chunks.length << chunkBits
    const offset = this.#end
    if (offset >> chunkBits >= this.#chunks.length) this.#chunks.push(new Uint32Array(chunkWords))
    const chunk = this.#chunkOf(offset)
    chunk[offset & chunkMask] = header
    chunk.set(name.words.subarray(0, name.wordCount), (offset & chunkMask) + words.name)
    this.#end += length
    return offset
  }

  /** Whether the record at an offset has this header and this name. */
  matches(offset: number, header: number, name: NameBytes): boolean {
    const chunk = this.#chunkOf(offset)
    const start = offset & chunkMask
    if (chunk[start] !== header) return false
    for (let word = 0; word < name.wordCount; word++)
      if (chunk[start + words.name + word] !== name.words[word]) return false
    return true
  }

  /** 0 for a record whose entry has moved. */
  expiresAt(offset: number): number {
    return this.#read(offset, words.expiresAt)
  }

  /** The resync in which the store last confirmed the entry; 0 for never. */
  confirmedIn(offset: number): number {
    return this.#read(offset, words.confirmedIn)
  }

  timesOf(offset: number): EntryTimes {
    const header = this.#read(offset, words.header)
    const expiresAt = this.#read(offset, words.expiresAt)
    const cutOff = hasCutOff(header) ? this.#read(offset, recordLength(header) - 1) : noCutOff
    const isWithout = cutOff === noCutOff && ((header >>> 14) & 7) <= kindNumbers.client
    return { expiresAt, before: isWithout ? Infinity : cutOff }
  }

  setTimes(offset: number, { expiresAt, before }: EntryTimes): void {
    const header = this.#read(offset, words.header)
    this.#write(offset, words.expiresAt, expiresAt)
    if (hasCutOff(header)) this.#write(offset, recordLength(header) - 1, before)
  }

  setConfirmedIn(offset: number, resync: number): void {
    this.#write(offset, words.confirmedIn, resync)
  }

  keyOf(offset: number): EntryKey {
    const header = this.#read(offset, words.header)
    return { kind: (header >>> 14) & 7, issuer: header >>> 17 }
  }

  nameOf(offset: number): string {
    const header = this.#read(offset, words.header)
    const chunk = this.#chunkOf(offset)
    const start = ((offset & chunkMask) + words.name) * 4
    return readName(new Uint8Array(chunk.buffer, start, header & 0xfff), (header >>> 12) & 3)
  }

  /** Offset of the record after this one, 0 after the last; of offset 0, the first record. */
  next(offset: number): number {
    const end = offset === 0 ? 1 : offset + recordLength(this.#read(offset, words.header))
    if (end >= this.#end) return 0
    if (this.#read(end, words.header) !== 0) return end
    // A record that did not fit into the rest of a chunk begins the next one.
    const start = ((end + chunkMask) >>> chunkBits) << chunkBits
    return start < this.#end ? start : 0
  }

  #chunkOf(offset: number): Uint32Array {
    const chunk = this.#chunks[offset >> chunkBits]
    if (chunk === undefined) throw new RangeError('the log has no such offset')
    return chunk
  }

  #read(offset: number, word: number): number {
    return this.#chunkOf(offset)[(offset & chunkMask) + word] ?? 0
  }

  #write(offset: number, word: number, value: number): void {
    this.#chunkOf(offset)[(offset & chunkMask) + word] = Math.min(lastSecond, Math.max(0, value))
  }
}

/** One word: length of the name in bytes (12 bits), its form (2), kind (3) and issuer (15). */
export function headerOf({ kind, issuer }: EntryKey, name: NameBytes): number {
  return (name.length | (name.form << 12) | (kind << 14) | (issuer << 17)) >>> 0
}

/** Whether it is a record of a kind that may refuse only tokens issued up to a cut-off: `client` and all after it. */
function hasCutOff(header: number): boolean {
  return ((header >>> 14) & 7) >= kindNumbers.client
}

/** In words. */
function recordLength(header: number): number {
  return words.name + (((header & 0xfff) + 3) >>> 2) + (hasCutOff(header) ? 1 : 0)
}
