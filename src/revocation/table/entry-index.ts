/** The index holds at most three entries in five slots: probing gets slow when more slots are taken. */
const maxLoad = 0.6
const minSlots = 1024
/** Slots migrated for each entry added: enough to empty the smaller table long before the larger one is full. */
const migratedPerAdd = 8

/**
 * Finds the offsets of entries by hash: open addressing with linear probing (two words a slot, hash and offset), behind a
 * register-blocked Bloom filter that sets four bits of one word for each entry (Putze, Sanders and Singler 2007). It only
 * grows: a table of twice the size is filled a few slots at a time, and lookups search both until that is done. Offsets
 * are numbers above 0.
 *
 * @example
 * const index = new EntryIndex()
 * index.add(hash, offset)
 * if (index.mayContain(hash)) index.find(hash, (offset) => isMatch(offset))
 */
export class EntryIndex {
  #current = new HashTable(minSlots)
  /** The table before it grew, until all of it is migrated. */
  #smaller: HashTable | undefined
  #migrated = 0

  /** Allocated bytes. */
  get bytes(): number {
    return this.#current.bytes + (this.#smaller?.bytes ?? 0)
  }

  /** False: the hash is not in the index. True: it is, except for about one hash in a hundred. */
  mayContain(hash: number): boolean {
    return this.#current.mayContain(hash) || (this.#smaller?.mayContain(hash) ?? false)
  }

  /** The offset with this hash for which `isMatch` returns true, or 0. */
  find(hash: number, isMatch: (offset: number) => boolean): number {
    const found = this.#current.find(hash, isMatch)
    if (found !== 0 || this.#smaller === undefined) return found
    return this.#smaller.find(hash, isMatch)
  }

  add(hash: number, offset: number): void {
    if (this.#smaller !== undefined) this.migrate(migratedPerAdd)
    else if (this.#current.isFull) {
      this.#smaller = this.#current
      this.#migrated = 0
      this.#current = new HashTable(this.#smaller.slotCount * 2)
    }
    this.#current.add(hash, offset)
  }

  /** Migrates up to `count` slots of the smaller table, if there is one. */
  migrate(count: number): void {
    const smaller = this.#smaller
    if (smaller === undefined) return
    const end = Math.min(smaller.slotCount, this.#migrated + count)
    for (; this.#migrated < end; this.#migrated++) smaller.copySlot(this.#migrated, this.#current)
    if (end === smaller.slotCount) this.#smaller = undefined
  }
}

/** A hash table and Bloom filter of a fixed size. */
class HashTable {
  /** A power of two. */
  readonly slotCount: number
  readonly #slots: Int32Array
  readonly #mask: number
  readonly #filter: Int32Array
  readonly #filterMask: number
  #used = 0

  constructor(slotCount: number) {
    this.slotCount = slotCount
    this.#slots = new Int32Array(2 * slotCount)
    this.#mask = slotCount - 1
    this.#filter = new Int32Array(slotCount / 4)
    this.#filterMask = slotCount / 4 - 1
  }

  get bytes(): number {
    return this.#slots.byteLength + this.#filter.byteLength
  }

  get isFull(): boolean {
    return this.#used >= maxLoad * this.slotCount
  }

  mayContain(hash: number): boolean {
    const bits = filterBits(hash)
    return ((this.#filter[hash & this.#filterMask] ?? 0) & bits) === bits
  }

  find(hash: number, isMatch: (offset: number) => boolean): number {
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const offset = this.#slots[2 * slot + 1] ?? 0
      if (offset === 0 || (this.#slots[2 * slot] === hash && isMatch(offset))) return offset
    }
  }

  add(hash: number, offset: number): void {
    const word = hash & this.#filterMask
    this.#filter[word] = (this.#filter[word] ?? 0) | filterBits(hash)
    let slot = hash & this.#mask
    while (this.#slots[2 * slot + 1] !== 0) slot = (slot + 1) & this.#mask
    this.#slots[2 * slot] = hash
    this.#slots[2 * slot + 1] = offset
    this.#used++
  }

  copySlot(slot: number, target: HashTable): void {
    const offset = this.#slots[2 * slot + 1] ?? 0
    if (offset !== 0) target.add(this.#slots[2 * slot] ?? 0, offset)
  }
}

/** Four bits of a word, from other bits of the hash than those that choose the word; a shift uses its five lowest bits. */
function filterBits(hash: number): number {
  const mixed = Math.imul(hash, 0x9e3779b1)
  return (
    (1 << (mixed >>> 27)) | (1 << (mixed >>> 22)) | (1 << (mixed >>> 17)) | (1 << (mixed >>> 12))
  )
}
