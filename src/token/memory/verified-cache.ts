/** How much a cache of verified tokens may hold. */
export interface CacheLimits {
  /** Most tokens, at least 4. */
  readonly entries: number
  /** Most bytes, as estimated from the lengths of the tokens. */
  readonly bytes: number
}

/** What a verifier keeps when `cache` is not set: 16384 tokens, 16 MiB. */
export const defaultCacheLimits: CacheLimits = { entries: 16_384, bytes: 16_777_216 }

/** How many places a token may be kept in. */
const ways = 4

/** Bytes of an entry beside its token: the objects and texts that its claims have become. */
const overhead = 400
/** The token itself, and once more for what was decoded from it. */
const bytesPerCharacter = 2

/**
 * What is known about tokens that verified, by their whole text: set-associative, 4 ways. A tag of 30 bits out of the
 * signature finds the place, and the full text decides: a tag that is met by chance, or on purpose, finds nothing.
 * Signatures of verified tokens are as good as random, so no place fills before the others; nothing but verified
 * tokens goes in, so nobody else can fill it at all.
 *
 * Not for: answers that can change. Whoever takes a value out checks its times, its keys and its revocation again.
 *
 * @example
 * const cache = new VerifiedCache<VerifiedToken>({ entries: 1024, bytes: 1_048_576 })
 * cache.store(token, verified)
 * cache.find(token) // verified
 */
export class VerifiedCache<Value> {
  readonly #sets: number
  readonly #mostBytes: number
  #tags = new Int32Array(0)
  #tokens: (string | undefined)[] = []
  #values: (Value | undefined)[] = []
  #bytes = 0
  /** The next place to give up; goes round. */
  #hand = 0

  constructor({ entries, bytes }: CacheLimits) {
    const places = Math.min(entries, Math.floor(bytes / overhead))
    this.#sets = Math.max(1, Math.floor(places / ways))
    this.#mostBytes = places === 0 ? 0 : bytes
  }

  /** Estimated bytes of what is kept. */
  get bytes(): number {
    return this.#bytes
  }

  find(token: string): Value | undefined {
    if (this.#bytes === 0) return undefined
    const tag = tagOf(token)
    const first = this.#firstPlace(tag)
    for (let place = first; place < first + ways; place++) {
      if (this.#tags[place] === tag && this.#tokens[place] === token) return this.#values[place]
    }
    return undefined
  }

  store(token: string, value: Value): void {
    const cost = costOf(token)
    if (cost > this.#mostBytes) return
    if (this.#tokens.length === 0) this.#allocate()
    const tag = tagOf(token)
    const place = this.#placeFor(token, tag)
    this.#drop(place)
    while (this.#bytes + cost > this.#mostBytes) {
      this.#drop(this.#hand)
      this.#hand = (this.#hand + 1) % this.#tokens.length
    }
    this.#tags[place] = tag
    // A copy: a slice would keep the whole request that it was cut from.
    this.#tokens[place] = Buffer.from(token, 'latin1').toString('latin1')
    this.#values[place] = value
    this.#bytes += cost
  }

  clear(): void {
    this.#tags = new Int32Array(0)
    this.#tokens = []
    this.#values = []
    this.#bytes = 0
    this.#hand = 0
  }

  /** Not before there is something to keep: most verifiers of a test, or a tool, never do. */
  #allocate(): void {
    const places = this.#sets * ways
    this.#tags = new Int32Array(places)
    this.#tokens = new Array<string | undefined>(places).fill(undefined)
    this.#values = new Array<Value | undefined>(places).fill(undefined)
  }

  #firstPlace(tag: number): number {
    return (tag % this.#sets) * ways
  }

  /** The token's own place, else an empty one, else one in turn. */
  #placeFor(token: string, tag: number): number {
    const first = this.#firstPlace(tag)
    const places = this.#tokens.slice(first, first + ways)
    const own = places.indexOf(token)
    const free = own < 0 ? places.indexOf(undefined) : own
    if (free >= 0) return first + free
    this.#hand = (this.#hand + 1) % this.#tokens.length
    return first + (this.#hand % ways)
  }

  #drop(place: number): void {
    const token = this.#tokens[place]
    if (token === undefined) return
    this.#bytes -= costOf(token)
    this.#tokens[place] = undefined
    this.#values[place] = undefined
  }
}

function costOf(token: string): number {
  return overhead + bytesPerCharacter * token.length
}

/** Thirty bits out of five characters of the signature, none of them its last, which has fewer bits than the others. */
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

/** Different for most characters of the base64url alphabet; which bits they are does not matter. */
function sixBits(code: number): number {
  return (code ^ (code >> 6)) & 0x3f
}
