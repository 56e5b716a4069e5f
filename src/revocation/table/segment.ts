import { EntryIndex } from './entry-index.js'
import { EntryLog, headerOf, type EntryKey, type EntryTimes } from './entry-log.js'
import type { NameBytes } from './name-bytes.js'

/** What an entry is looked up by. */
export interface Lookup {
  readonly hash: number
  readonly key: EntryKey
  readonly name: NameBytes
}

/** Entries that are dropped together once all of them have expired: a log of records and an index of their offsets. */
export class Segment {
  readonly index = new EntryIndex()
  readonly log = new EntryLog()
  /** Number of entries of each kind by its number, without those that have moved to another segment. */
  readonly countByKind = new Uint32Array(8)
  #size = 0
  #latestExpiry = 0

  /** Number of entries of all kinds. */
  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.index.bytes + this.log.bytes
  }

  /** The latest expiry that any entry has ever had here. */
  get latestExpiry(): number {
    return this.#latestExpiry
  }

  /** The offset of the entry, or 0. */
  find({ hash, key, name }: Lookup): number {
    if (!this.index.mayContain(hash)) return 0
    const header = headerOf(key, name)
    const isMatch = (offset: number) =>
      this.log.matches(offset, header, name) && this.#isLive(offset)
    return this.index.find(hash, isMatch)
  }

  /** Adds an entry that must not be here yet; returns its offset. */
  insert({ hash, key, name }: Lookup, times: EntryTimes): number {
    const offset = this.log.append(key, name)
    this.index.add(hash, offset)
    this.#count(key.kind, 1)
    this.renew(offset, times)
    return offset
  }

  /** Gives an entry other times. */
  renew(offset: number, times: EntryTimes): void {
    this.log.setTimes(offset, times)
    this.#latestExpiry = Math.max(this.#latestExpiry, times.expiresAt)
  }

  /** For an entry that has moved to another segment: it is no longer found here. */
  markMoved(offset: number): void {
    this.#count(this.log.keyOf(offset).kind, -1)
    this.log.setTimes(offset, { expiresAt: 0, before: 0 })
  }

  /** Offsets of all entries, in the order in which they were added. */
  *offsets(): Generator<number, void> {
    for (let offset = this.log.next(0); offset !== 0; offset = this.log.next(offset))
      if (this.#isLive(offset)) yield offset
  }

  #isLive(offset: number): boolean {
    return this.log.expiresAt(offset) !== 0
  }

  #count(kind: number, change: number): void {
    this.countByKind[kind] = (this.countByKind[kind] ?? 0) + change
    this.#size += change
  }
}
