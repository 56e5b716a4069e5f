/** The limits of a cache of verified tokens. */
export interface CacheLimits {
  /** Most tokens, at least 4. */
  readonly entries: number
  /** Most bytes, estimated from the tokens and the number of parts of their claims. */
  readonly bytes: number
}

/** The limits when `cache` is not set: 16384 tokens, 16 MiB. */
export const defaultCacheLimits: CacheLimits = { entries: 16_384, bytes: 16_777_216 }

/** The number of slots that a token can be kept in. */
const ways = 4

/** Bytes of an entry beside its token, at least: the objects and texts of its claims. */
const overhead = 400
/** One byte for the token itself, one for the texts decoded from it. */
const bytesPerCharacter = 2

/**
 * Values by the whole text of a verified token: a set-associative cache with 4 ways. A tag of 30 bits from the
 * signature finds the slot, and the full text decides, so that a tag that collides by chance or on purpose finds
 * nothing. The signatures of verified tokens are as good as random, so all slots fill evenly. Only verified tokens are
 * stored, so an attacker cannot fill it.
 *
 * Not for: answers that can change. The caller checks times, keys and revocation again.
 *
 * @example
 * const cache = new VerifiedCache<VerifiedToken>({ entries: 1024, bytes: 1_048_576 })
 * cache.store(token, verified, weigh(verified.payload, 1_048_576))
 * cache.find(token) // verified
 */
export class VerifiedCache<Value> {
  readonly #sets: number
  readonly #mostBytes: number
  #tags = new Int32Array(0)
  #tokens: (string | undefined)[] = []
  #values: (Value | undefined)[] = []
  #costs = new Float64Array(0)
  #bytes = 0
  /** The next slot to evict; goes round. */
  #hand = 0

  constructor({ entries, bytes }: CacheLimits) {
    const slots = Math.min(entries, Math.floor(bytes / overhead))
    this.#sets = Math.max(1, Math.floor(slots / ways))
    this.#mostBytes = slots === 0 ? 0 : bytes
  }

  /** Estimated bytes of all entries. */
  get bytes(): number {
    return this.#bytes
  }

  find(token: string): Value | undefined {
    if (this.#bytes === 0) return undefined
    const tag = tagOf(token)
    const first = this.#firstSlot(tag)
    for (let slot = first; slot < first + ways; slot++) {
      if (this.#tags[slot] === tag && this.#tokens[slot] === token) return this.#values[slot]
    }
    return undefined
  }

  /** `weight` is the bytes of the value beside the token; it counts as at least 400. */
  store(token: string, value: Value, weight = 0): void {
    const cost = Math.max(overhead, weight) + bytesPerCharacter * token.length
    if (cost > this.#mostBytes) return
    if (this.#tokens.length === 0) this.#allocate()
    const tag = tagOf(token)
    const slot = this.#slotFor(token, tag)
    this.#drop(slot)
    while (this.#bytes + cost > this.#mostBytes) {
      this.#drop(this.#hand)
      this.#hand = (this.#hand + 1) % this.#tokens.length
    }
    this.#tags[slot] = tag
    // A copy: a slice would keep the whole request that it was cut from.
    this.#tokens[slot] = Buffer.from(token, 'latin1').toString('latin1')
    this.#values[slot] = value
    this.#costs[slot] = cost
    this.#bytes += cost
  }

  clear(): void {
    this.#tags = new Int32Array(0)
    this.#tokens = []
    this.#values = []
    this.#costs = new Float64Array(0)
    this.#bytes = 0
    this.#hand = 0
  }

  /** Called with the first entry: most verifiers of tests and tools never store one. */
  #allocate(): void {
    const slots = this.#sets * ways
    this.#tags = new Int32Array(slots)
    this.#tokens = new Array<string | undefined>(slots).fill(undefined)
    this.#values = new Array<Value | undefined>(slots).fill(undefined)
    this.#costs = new Float64Array(slots)
  }

  #firstSlot(tag: number): number {
    return (tag % this.#sets) * ways
  }

  /** The slot that has the token, else an empty one, else the next to evict. */
  #slotFor(token: string, tag: number): number {
    const first = this.#firstSlot(tag)
    const slots = this.#tokens.slice(first, first + ways)
    const own = slots.indexOf(token)
    const free = own < 0 ? slots.indexOf(undefined) : own
    if (free >= 0) return first + free
    this.#hand = (this.#hand + 1) % this.#tokens.length
    return first + (this.#hand % ways)
  }

  #drop(slot: number): void {
    if (this.#tokens[slot] === undefined) return
    this.#bytes -= this.#costs[slot] ?? 0
    this.#tokens[slot] = undefined
    this.#values[slot] = undefined
  }
}

/** Thirty bits from five characters of the signature; its last character has fewer bits and is left out. */
function tagOf(token: string): number {
  const at = token.length - 6
  return (
    sixBits(token.charCodeAt(at)) |
    (sixBits(token.charCodeAt(at + 1)) << 6) |
    (sixBits(token.charCodeAt(at + 2)) << 12) |
    (sixBits(token.charCodeAt(at + 3)) << 18) |
    (sixBits(token.charCodeAt(at + 4)) << 24)
  )
}

/** A different value for most characters of the base64url alphabet. */
function sixBits(code: number): number {
  return (code ^ (code >> 6)) & 0x3f
}
