import { EntryIndex } from './entry-index.js'
import { aboutOf, EntryLog, type EntryKey } from './entry-log.js'
import type { NameBytes } from './name-bytes.js'

/** A name with everything it is found by. */
export interface Sought {
  readonly hash: number
  readonly key: EntryKey
  readonly name: NameBytes
}

/** Times of an entry. */
export interface EntryTimes {
  /** Above 0. */
  readonly expiresAt: number
  /** Infinity where there is no cut-off. */
  readonly before: number
}

/** Entries that are dropped together, once all of them have expired: an index and a log. */
export class Shelf {
  readonly index = new EntryIndex()
  readonly log = new EntryLog()
  /** Entries of each kind by its number, without those that have moved out. */
  readonly ofKind = new Uint32Array(8)
  /** The latest expiry that there has ever been. */
  latest = 0

  get size(): number {
    return this.ofKind.reduce((sum, count) => sum + count, 0)
  }

  get bytes(): number {
    return this.index.bytes + this.log.bytes
  }

  /** The entry's place, or 0. */
  find({ hash, key, name }: Sought): number {
    if (!this.index.mayHave(hash)) return 0
    const about = aboutOf(key, name)
    const isIt = (place: number) => this.log.holds(place, about, name) && this.#isHere(place)
    return this.index.find(hash, isIt)
  }

  /** A new entry, which must not be here yet; its place. */
  insert({ hash, key, name }: Sought, times: EntryTimes): number {
    const place = this.log.append(key, name)
    this.index.add(hash, place)
    this.#count(key.kind, 1)
    this.renew(place, times)
    return place
  }

  renew(place: number, times: EntryTimes): void {
    this.log.setTimes(place, times)
    this.latest = Math.max(this.latest, times.expiresAt)
  }

  timesOf(place: number): EntryTimes {
    return { expiresAt: this.log.expiresAt(place), before: this.log.before(place) }
  }

  /** For an entry that has moved to another shelf. */
  moveOut(place: number): void {
    this.#count(this.log.keyOf(place).kind, -1)
    this.log.setTimes(place, { expiresAt: 0, before: 0 })
  }

  /** Places of the entries after one, or from the first on. */
  *places(after = 0): Generator<number, void> {
    for (let at = this.log.next(after); at !== 0; at = this.log.next(at))
      if (this.#isHere(at)) yield at
  }

  #isHere(place: number): boolean {
    return this.log.expiresAt(place) !== 0
  }

  #count(kind: number, change: number): void {
    this.ofKind[kind] = (this.ofKind[kind] ?? 0) + change
  }
}
