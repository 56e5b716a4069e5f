import { Shelf, type EntryTimes, type Sought } from './shelf.js'

/** Where an entry is. */
export interface Placed {
  readonly shelf: Shelf
  readonly place: number
}

/** Seconds: forgetting runs behind the clock by half as much, so no entry of usual life is left when a shelf's time is over. */
const spare = 120

/**
 * Two shelves: one for what expires up to a certain time, one for what expires later. Nothing is taken out by itself.
 * When its time is over a shelf is dropped as a whole and the other takes its place; the few entries that live longer
 * than usual are moved on before, some at a time.
 */
export class Shelves {
  sooner = new Shelf()
  later = new Shelf()
  readonly #span: number
  /** Unix seconds: what expires at this time or before is on the first shelf. */
  #boundary = 0
  /** The entries of the first shelf that have not been looked at yet for what has to move on. */
  #moving: Generator<number, void> | undefined

  /** @param life seconds for which an entry is kept as a rule */
  constructor(life: number) {
    this.#span = life + spare
  }

  get size(): number {
    return this.sooner.size + this.later.size
  }

  get bytes(): number {
    return this.sooner.bytes + this.later.bytes
  }

  find(sought: Sought): Placed | undefined {
    // An entry that is moved is on the second shelf before it has left the first.
    for (const shelf of [this.later, this.sooner]) {
      const place = shelf.find(sought)
      if (place !== 0) return { shelf, place }
    }
    return undefined
  }

  /** Puts an entry where its expiry says, or gives one that is known other times. */
  put(sought: Sought, times: EntryTimes, known: Placed | undefined): Placed {
    const shelf = times.expiresAt > this.#boundary ? this.later : this.sooner
    if (known?.shelf === shelf || known?.shelf === this.later) {
      known.shelf.renew(known.place, times)
      return known
    }
    const placed = { shelf, place: shelf.insert(sought, times) }
    if (known !== undefined) known.shelf.moveOut(known.place)
    return placed
  }

  /**
   * Drops what has expired by `now`, a shelf at a time.
   *
   * @param now Unix seconds that have surely come
   */
  sweep(now: number): void {
    if (this.later.latest <= now) this.later = new Shelf()
    if (this.sooner.latest <= now) this.#replaceSooner(new Shelf())
    // What has to move on from the first shelf would be lost with it.
    if (now < this.#boundary || this.#moving !== undefined) return
    this.#replaceSooner(this.later)
    this.later = new Shelf()
    this.#boundary = now + this.#span
    if (this.sooner.latest > this.#boundary) this.#moving = this.sooner.places()
  }

  /** Looks at `count` entries of the first shelf for what has to move on. */
  *toMove(count: number): Generator<Placed> {
    const shelf = this.sooner
    for (let looked = 0; looked < count && this.#moving !== undefined; looked++) {
      const next = this.#moving.next()
      if (next.done === true) this.#moving = undefined
      else if (shelf.log.expiresAt(next.value) > this.#boundary) yield { shelf, place: next.value }
    }
  }

  #replaceSooner(shelf: Shelf): void {
    this.sooner = shelf
    this.#moving = undefined
  }
}
