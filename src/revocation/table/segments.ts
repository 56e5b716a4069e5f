import type { EntryTimes } from './entry-log.js'
import { Segment, type Lookup } from './segment.js'

/** Where an entry is kept. */
export interface Location {
  readonly segment: Segment
  readonly offset: number
}

/** Seconds added to a segment's span: sweeping lags the clock by half of it, so all usual entries have expired by then. */
const spare = 120

/**
 * Two segments by expiry: `current` for entries that expire up to a boundary, `next` for later ones. Entries are never
 * removed one by one. Once the boundary has passed, `current` is dropped as a whole and `next` takes its place; the few
 * entries that live longer than usual are moved to the new `next` before that, some at a time.
 */
export class Segments {
  current = new Segment()
  next = new Segment()
  readonly #span: number
  /** Unix seconds: entries that expire at this time or before belong to `current`. */
  #boundary = 0
  /** Offsets in `current` that have not been checked yet for entries that must move to `next`. */
  #unchecked: Generator<number, void> | undefined

  /** @param life seconds for which an entry is usually kept */
  constructor(life: number) {
    this.#span = life + spare
  }

  get size(): number {
    return this.current.size + this.next.size
  }

  get bytes(): number {
    return this.current.bytes + this.next.bytes
  }

  find(lookup: Lookup): Location | undefined {
    // An entry that is being moved is in `next` before it has left `current`.
    for (const segment of [this.next, this.current]) {
      const offset = segment.find(lookup)
      if (offset !== 0) return { segment, offset }
    }
    return undefined
  }

  /** Adds an entry to the segment of its expiry, or gives the entry at `known` other times. */
  put(lookup: Lookup, times: EntryTimes, known: Location | undefined): Location {
    const segment = times.expiresAt > this.#boundary ? this.next : this.current
    if (known?.segment === segment || known?.segment === this.next) {
      known.segment.renew(known.offset, times)
      return known
    }
    const location = { segment, offset: segment.insert(lookup, times) }
    if (known !== undefined) known.segment.markMoved(known.offset)
    return location
  }

  /**
   * Drops a segment once all of its entries have expired, and starts the next one once the boundary has passed.
   *
   * @param now Unix seconds that have certainly passed
   */
  sweep(now: number): void {
    if (this.next.latestExpiry <= now) this.next = new Segment()
    if (this.current.latestExpiry <= now) this.#replaceCurrent(new Segment())
    // Entries that still have to move out of `current` would be lost with it.
    if (now < this.#boundary || this.#unchecked !== undefined) return
    this.#replaceCurrent(this.next)
    this.next = new Segment()
    this.#boundary = now + this.#span
    if (this.current.latestExpiry > this.#boundary) this.#unchecked = this.current.offsets()
  }

  /** Migrates up to `count` slots of each index that is growing. */
  growIndexes(count: number): void {
    this.current.index.migrate(count)
    this.next.index.migrate(count)
  }

  /** Checks up to `count` entries of `current` and returns those that live longer than it: they must be `put` again. */
  *takeLongLived(count: number): Generator<Location> {
    const segment = this.current
    for (let checked = 0; checked < count && this.#unchecked !== undefined; checked++) {
      const { done, value: offset } = this.#unchecked.next()
      if (done === true) this.#unchecked = undefined
      else if (segment.log.expiresAt(offset) > this.#boundary) yield { segment, offset }
    }
  }

  #replaceCurrent(segment: Segment): void {
    this.current = segment
    this.#unchecked = undefined
  }
}
