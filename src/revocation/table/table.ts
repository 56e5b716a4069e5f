import { randomFillSync } from 'node:crypto'
import type { Claims } from '../../token/token.js'
import { kindNumbers } from './entry-log.js'
import { Issuers, type KnownIssuer } from './issuers.js'
import { NameBytes } from './name-bytes.js'
import type { RevocationEntry } from '../ports.js'
import { longestName, SeededHash, type Randomness } from './seeded-hash.js'
import type { EntryTimes, Sought } from './shelf.js'
import { Shelves, type Placed } from './shelves.js'

/** What {@link RevocationTable} is told. */
export interface TableOptions {
  /** Seconds for which an entry is kept as a rule; it may be any longer. Default 1260. */
  readonly life?: number
  /** Default: the system's. */
  readonly random?: Randomness
}

/** Who asks, of whom, and when. */
interface Question {
  readonly issuer: KnownIssuer
  readonly issuedAt: number
  readonly now: () => number
}

/** Entries that one call of {@link RevocationTable.tend} deals with. */
const slice = 5000

/**
 * The entries that a process holds, exactly, in memory that the garbage collector does not look into. Grows by union
 * only: an entry leaves some time after it has expired, together with others of its time.
 *
 * @example
 * const table = new RevocationTable()
 * table.add({ kind: 'sid', issuer, value: 'session-1', expiresAt })
 * table.refuses(issuer, token.payload, () => Date.now() / 1000)
 */
export class RevocationTable {
  readonly #hash: SeededHash
  readonly #issuers: Issuers
  readonly #shelves: Shelves
  readonly #name = new NameBytes()
  /** How many times it has been asked anew what the store holds. */
  #round = 1

  constructor({ life = 1260, random = randomFillSync }: TableOptions = {}) {
    this.#hash = new SeededHash(random)
    this.#issuers = new Issuers(random)
    this.#shelves = new Shelves(life)
  }

  /** Number of entries, expired ones included as long as they are kept. */
  get size(): number {
    return this.#shelves.size
  }

  /** Bytes of memory taken by them. */
  get bytes(): number {
    return this.#shelves.bytes
  }

  /**
   * Adds an entry, or lets the one of its name last longer and reach further.
   *
   * @param isStored whether the store is known to hold it
   * @throws RangeError for a name that is too long, or entries of more than 32,768 issuers
   */
  add(entry: RevocationEntry, isStored = false): void {
    const issuer = this.#issuers.findOrAdd(entry.issuer)
    const sought = this.#seek(entry, issuer)
    const given = timesOf(entry)
    if (entry.kind === 'all') issuer.allUntil = Math.max(issuer.allUntil, given.before)
    const known = this.#shelves.find(sought)
    const old = known?.shelf.timesOf(known.place)
    const times = old === undefined ? given : later(old, given)
    const isNew = old === undefined || !isSame(times, old)
    const placed = isNew || known === undefined ? this.#shelves.put(sought, times, known) : known
    // What comes from the store and is less than what is known here shows that the store does not have that.
    if (isStored && isSame(times, given)) placed.shelf.log.setSeen(placed.place, this.#round)
    else if (isNew) placed.shelf.log.setSeen(placed.place, 0)
  }

  has(entry: RevocationEntry): boolean {
    const issuer = this.#issuers.find(entry.issuer)
    return issuer !== undefined && this.#shelves.find(this.#seek(entry, issuer)) !== undefined
  }

  /** Whether the store has shown, since the last {@link recount}, that it holds all that is known of this entry. */
  isStored(entry: RevocationEntry): boolean {
    const issuer = this.#issuers.find(entry.issuer)
    const placed = issuer && this.#shelves.find(this.#seek(entry, issuer))
    return placed !== undefined && placed.shelf.log.seen(placed.place) >= this.#round
  }

  /**
   * Whether any entry refuses a token of this issuer with these claims.
   *
   * @param now Unix seconds; asked only when there is an entry, since reading a clock takes as long as finding none
   */
  refuses(issuer: string, claims: Claims, now: () => number): boolean {
    const known = this.#issuers.find(issuer)
    if (known === undefined) return false
    // A token that does not say when it was issued is older than any time.
    const question = { issuer: known, issuedAt: claims.iat ?? -Infinity, now }
    return (
      this.#hits(kindNumbers.jti, claims.jti, question) ||
      this.#hits(kindNumbers.sid, claims['sid'], question) ||
      this.#hits(kindNumbers.sub, claims.sub, question) ||
      this.#hits(kindNumbers.client, claims['client_id'], question) ||
      // There nearly always is one, of the store's beginning, and nearly every token is younger.
      (question.issuedAt <= known.allUntil && this.#hits(kindNumbers.all, '', question))
    )
  }

  /** Forgets what expired at or before `now`, when everything of its time has. */
  sweep(now: number): void {
    this.#shelves.sweep(now)
  }

  /** A piece of the work that is not done while somebody waits. */
  tend(): void {
    const { sooner, later: second } = this.#shelves
    sooner.index.tend(slice)
    second.index.tend(slice)
    for (const placed of this.#shelves.toMove(slice)) {
      const seen = placed.shelf.log.seen(placed.place)
      const entry = this.#read(placed)
      const sought = this.#seek(entry, this.#issuers.findOrAdd(entry.issuer))
      const moved = this.#shelves.put(sought, timesOf(entry), placed)
      moved.shelf.log.setSeen(moved.place, seen)
    }
  }

  /** From now on only what is added anew as stored counts as known to the store. */
  recount(): void {
    this.#round++
  }

  /**
   * What the store has not shown to hold since the last {@link recount}, and has not expired at `now`; after every few
   * thousand entries looked at, what was found among them. Not while {@link tend} or {@link sweep} may be called.
   */
  *missing(now: number): Generator<readonly RevocationEntry[]> {
    let found: RevocationEntry[] = []
    let looked = 0
    for (const shelf of [this.#shelves.later, this.#shelves.sooner])
      for (const place of shelf.places()) {
        if (shelf.log.seen(place) < this.#round && shelf.log.expiresAt(place) > now)
          found.push(this.#read({ shelf, place }))
        if (++looked % slice !== 0) continue
        yield found
        found = []
      }
    yield found
  }

  #hits(kind: number, name: unknown, { issuer, issuedAt, now }: Question): boolean {
    const { later: second, sooner } = this.#shelves
    const [inSecond, inSooner] = [second.ofKind[kind] !== 0, sooner.ofKind[kind] !== 0]
    if (!inSecond && !inSooner) return false
    if (typeof name !== 'string' || name.length > longestName) return false
    const hash = this.#hash.of(issuer.starts[kind] ?? 0, name)
    const mayBe =
      (inSecond && second.index.mayHave(hash)) || (inSooner && sooner.index.mayHave(hash))
    if (!mayBe) return false
    this.#name.set(name)
    const sought = { hash, name: this.#name, key: { kind, issuer: issuer.number } }
    const found = this.#shelves.find(sought)
    if (found === undefined) return false
    const { expiresAt, before } = found.shelf.timesOf(found.place)
    return issuedAt <= before && now() < expiresAt
  }

  #seek(entry: RevocationEntry, { number, starts }: KnownIssuer): Sought {
    const name = entry.kind === 'all' ? '' : entry.value
    const kind = kindNumbers[entry.kind]
    this.#name.set(name)
    const hash = this.#hash.of(starts[kind] ?? 0, name)
    return { hash, name: this.#name, key: { kind, issuer: number } }
  }

  #read({ shelf, place }: Placed): RevocationEntry {
    const key = shelf.log.keyOf(place)
    const { expiresAt, before } = shelf.timesOf(place)
    const kind = kindNames[key.kind] ?? 'jti'
    const issuer = this.#issuers.nameOf(key.issuer)
    if (kind === 'all') return { kind, issuer, before, expiresAt }
    const value = shelf.log.nameOf(place)
    if (kind === 'sub') return { kind, issuer, value, before, expiresAt }
    return { kind, issuer, value, expiresAt }
  }
}

/** Kinds in the order of their numbers. */
const kindNames: readonly (RevocationEntry['kind'] | undefined)[] = [
  undefined,
  ...(['jti', 'sid', 'client', 'sub', 'all'] as const),
]

/** 2³² - 1: the last second that the table tells apart, in the year 2106. */
const lastSecond = 0xffff_ffff

function timesOf(entry: RevocationEntry): EntryTimes {
  const expiresAt = Math.min(lastSecond, Math.max(1, Math.ceil(entry.expiresAt)))
  if (!('before' in entry)) return { expiresAt, before: Infinity }
  return { expiresAt, before: Math.min(lastSecond, Math.max(0, Math.floor(entry.before))) }
}

function later(one: EntryTimes, other: EntryTimes): EntryTimes {
  return {
    expiresAt: Math.max(one.expiresAt, other.expiresAt),
    before: Math.max(one.before, other.before),
  }
}

function isSame(one: EntryTimes, other: EntryTimes): boolean {
  return one.expiresAt === other.expiresAt && one.before === other.before
}
