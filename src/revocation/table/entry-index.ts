/** The index holds at most three entries in five slots: longer runs of taken slots are slower to pass. */
const fullness = 0.6
const leastSlots = 1024
/** Slots of the smaller index that are moved on while one entry is added: enough to be done long before the larger one is full. */
const movedWithEach = 8

/**
 * Finds entries by their hash, and says of nearly all others at the first look that they are not there: open addressing
 * (slots of two words, hash and place), behind a filter of one bit in each of four places of one word (a register-blocked
 * Bloom filter; Putze, Sanders and Singler 2007). It only grows: the next larger one is filled a few slots at a time, and
 * both are looked into meanwhile. Places are numbers above 0.
 *
 * @example
 * const index = new EntryIndex()
 * index.add(hash, place)
 * if (index.mayHave(hash)) index.find(hash, (place) => isIt(place))
 */
export class EntryIndex {
  #current = new Slots(leastSlots)
  #older: Slots | undefined
  #moved = 0

  /** Bytes of what it is made of. */
  get bytes(): number {
    return this.#current.bytes + (this.#older?.bytes ?? 0)
  }

  /** False: it is not there. True: it is, but for one in a hundred. */
  mayHave(hash: number): boolean {
    return this.#current.mayHave(hash) || (this.#older?.mayHave(hash) ?? false)
  }

  /** The place with this hash that is the right one, or 0. */
  find(hash: number, isIt: (place: number) => boolean): number {
    const found = this.#current.find(hash, isIt)
    if (found !== 0 || this.#older === undefined) return found
    return this.#older.find(hash, isIt)
  }

  add(hash: number, place: number): void {
    if (this.#older !== undefined) this.tend(movedWithEach)
    else if (this.#current.isFull) {
      this.#older = this.#current
      this.#moved = 0
      this.#current = new Slots(this.#older.size * 2)
    }
    this.#current.add(hash, place)
  }

  /** Moves on what a smaller index still has, `slots` of it at most. */
  tend(slots: number): void {
    const older = this.#older
    if (older === undefined) return
    const end = Math.min(older.size, this.#moved + slots)
    for (; this.#moved < end; this.#moved++) older.copy(this.#moved, this.#current)
    if (end === older.size) this.#older = undefined
  }
}

/** An index of one size. */
class Slots {
  readonly size: number
  readonly #slots: Int32Array
  readonly #mask: number
  readonly #filter: Int32Array
  readonly #filterMask: number
  #used = 0

  constructor(size: number) {
    this.size = size
    this.#slots = new Int32Array(2 * size)
    this.#mask = size - 1
    this.#filter = new Int32Array(size / 4)
    this.#filterMask = size / 4 - 1
  }

  get bytes(): number {
    return this.#slots.byteLength + this.#filter.byteLength
  }

  get isFull(): boolean {
    return this.#used >= fullness * this.size
  }

  mayHave(hash: number): boolean {
    const bits = bitsOf(hash)
    return ((this.#filter[hash & this.#filterMask] ?? 0) & bits) === bits
  }

  find(hash: number, isIt: (place: number) => boolean): number {
    for (let at = hash & this.#mask; ; at = (at + 1) & this.#mask) {
      const place = this.#slots[2 * at + 1] ?? 0
      if (place === 0 || (this.#slots[2 * at] === hash && isIt(place))) return place
    }
  }

  add(hash: number, place: number): void {
    const word = hash & this.#filterMask
    this.#filter[word] = (this.#filter[word] ?? 0) | bitsOf(hash)
    let at = hash & this.#mask
    while (this.#slots[2 * at + 1] !== 0) at = (at + 1) & this.#mask
    this.#slots[2 * at] = hash
    this.#slots[2 * at + 1] = place
    this.#used++
  }

  copy(at: number, target: Slots): void {
    const place = this.#slots[2 * at + 1] ?? 0
    if (place !== 0) target.add(this.#slots[2 * at] ?? 0, place)
  }
}

/** Four bits of a word, by other bits of the hash than the word itself; a shift goes by its five lowest bits. */
function bitsOf(hash: number): number {
  const mixed = Math.imul(hash, 0x9e3779b1)
  return (
    (1 << (mixed >>> 27)) | (1 << (mixed >>> 22)) | (1 << (mixed >>> 17)) | (1 << (mixed >>> 12))
  )
}
