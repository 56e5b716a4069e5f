import { randomFillSync } from 'node:crypto'
import { issuedAfter, type IssuedAfter } from '../../token/issued-after.js'
import type { Claims } from '../../token/token.js'
import { actorsOf } from '../actors.js'
import type { RevocationEntry } from '../ports.js'
import { entryAt } from './entry-at.js'
import { lastSecond, type EntryTimes } from './entry-log.js'
import { Issuers, type KnownIssuer } from './issuers.js'
import { kindNumbers } from './kinds.js'
import { NameBytes } from './name-bytes.js'
import { longestName, SeededHash, type Randomness } from './seeded-hash.js'
import type { Lookup } from './segment.js'
import { Segments, type Location } from './segments.js'
import { sidOfCutOff } from '../session-cut-off.js'
import { nameOfValue } from '../value-name.js'

/** Options of {@link RevocationTable}. */
export interface TableOptions {
  /** Seconds for which an entry is usually kept; single entries may live longer. Default 1260. */
  readonly life?: number
  /** Source of random bytes. Default: Node's. */
  readonly random?: Randomness
  /** The issuer whose tokens may say which cut-offs they were issued after. Default: none. */
  readonly issuer?: string
}

/** The token that is being checked. */
interface CheckedToken {
  readonly issuer: KnownIssuer
  readonly claims: Claims
  /** Unix seconds. */
  readonly issuedAt: number
  readonly now: () => number
}

/** Entries that one call of {@link RevocationTable.maintain} handles. */
const batchSize = 5000

/**
 * The revocation entries that this process knows, in memory that the garbage collector does not scan: 47 bytes for a
 * UUID. Lookups are exact. Entries are only added and extended; {@link sweep} drops expired ones, a segment at a time.
 *
 * The only file of this folder that the rest of revocation imports.
 *
 * @example
 * const table = new RevocationTable()
 * table.add({ kind: 'sid', issuer, value: 'session-1', expiresAt })
 * table.refuses(issuer, token.payload, () => Date.now() / 1000)
 */
export class RevocationTable {
  readonly #issuers: Issuers
  readonly #hash: SeededHash
  readonly #segments: Segments
  readonly #issuer: string | undefined
  /** The name of the current lookup. */
  readonly #name = new NameBytes()
  /** Number of the current resync: how often the store has been read from the start. */
  #resync = 1

  constructor({ life = 1260, random = randomFillSync, issuer }: TableOptions = {}) {
    this.#issuer = issuer
    this.#hash = new SeededHash(random)
    this.#issuers = new Issuers(random)
    this.#segments = new Segments(life)
  }

  /** Number of entries, including expired ones that have not been dropped yet. */
  get size(): number {
    return this.#segments.size
  }

  /** Allocated bytes. */
  get bytes(): number {
    return this.#segments.bytes
  }

  /**
   * Adds an entry. If there is one of the same name, the later expiry and the later cut-off of both are kept.
   *
   * @param isConfirmed whether the entry comes from the store
   * @throws RangeError for a name of more than 1024 characters, or for entries of more than 32,768 issuers
   */
  add(entry: RevocationEntry, isConfirmed = false): void {
    const issuer = this.#issuers.findOrAdd(entry.issuer)
    const lookup = this.#lookupOf(entry, issuer)
    const given = timesOf(entry)
    if ('before' in entry) issuer.latestOfAny = Math.max(issuer.latestOfAny, given.before)
    if (entry.kind === 'all') issuer.latestCutOff = Math.max(issuer.latestCutOff, given.before)
    const known = this.#segments.find(lookup)
    const old = known?.segment.log.timesOf(known.offset)
    const times = old === undefined ? given : latestOf(old, given)
    const isNew = old === undefined || !areSame(times, old)
    const location = isNew || known === undefined ? this.#segments.put(lookup, times, known) : known
    // A store that hands out earlier times than the known ones does not have those: that confirms nothing.
    if (isConfirmed && areSame(times, given))
      location.segment.log.setConfirmedIn(location.offset, this.#resync)
    else if (isNew) location.segment.log.setConfirmedIn(location.offset, 0)
  }

  /** Whether there is an entry of this name. */
  has(entry: RevocationEntry): boolean {
    return this.#find(entry) !== undefined
  }

  /** Whether the store has handed out this entry, with the times known here, since the last {@link beginResync}. */
  isConfirmed(entry: RevocationEntry): boolean {
    const found = this.#find(entry)
    return found !== undefined && found.segment.log.confirmedIn(found.offset) >= this.#resync
  }

  /**
   * Whether any entry refuses a token of this issuer with these claims.
   *
   * @param now Unix seconds; only called when an entry matches, because reading a clock costs as much as a failed lookup
   */
  refuses(issuer: string, claims: Claims, now: () => number): boolean {
    const known = this.#issuers.find(issuer)
    if (known === undefined) return false
    // A token without `iat` counts as older than every cut-off.
    const token = { issuer: known, claims, issuedAt: claims.iat ?? -Infinity, now }
    return (
      this.#isNamed(kindNumbers.jti, claims.jti, token) ||
      this.#isNamed(kindNumbers.sid, claims['sid'], token) ||
      this.#isNamed(kindNumbers.session, claims['sid'], token) ||
      this.#isNamed(kindNumbers.sub, claims.sub, token) ||
      this.#isNamed(kindNumbers.client, claims['client_id'], token) ||
      (claims['act'] !== undefined && this.#refusesActor(token)) ||
      // Nearly every issuer has an `all` entry, of the first start; nearly every token is younger than its cut-off.
      (token.issuedAt <= known.latestCutOff && this.#isNamed(kindNumbers.all, '', token))
    )
  }

  /**
   * The cut-offs after `time` that tokens of this issuer with these claims would be refused by; undefined without any.
   *
   * @param time Unix seconds
   */
  cutOffsAfter(issuer: string, claims: Claims, time: number): IssuedAfter | undefined {
    const known = this.#issuers.find(issuer)
    // Cut-offs are usually in the past.
    if (known === undefined || known.latestOfAny <= time) return undefined
    const all = this.#timesOf(kindNumbers.all, '', known)?.before ?? 0
    const sub = this.#timesOf(kindNumbers.sub, claims.sub, known)?.before ?? 0
    if (all <= time && sub <= time) return undefined
    return { ...(all > time && { all }), ...(sub > time && { sub }) }
  }

  /** Drops segments whose entries have all expired at or before `now`, in Unix seconds that have certainly passed. */
  sweep(now: number): void {
    this.#segments.sweep(now)
  }

  /** Does a bounded part of the pending work: growing the indexes, and moving long-lived entries out of the current segment. */
  maintain(): void {
    this.#segments.growIndexes(batchSize)
    for (const location of this.#segments.takeLongLived(batchSize)) {
      const confirmedIn = location.segment.log.confirmedIn(location.offset)
      const entry = entryAt(location, this.#issuers)
      const lookup = this.#lookupOf(entry, this.#issuers.findOrAdd(entry.issuer))
      const moved = this.#segments.put(lookup, timesOf(entry), location)
      moved.segment.log.setConfirmedIn(moved.offset, confirmedIn)
    }
  }

  /** Forgets which entries the store has confirmed: it is about to be read from the start. */
  beginResync(): void {
    this.#resync++
  }

  /**
   * Entries that the store has not confirmed since the last {@link beginResync} and that have not expired at `now`. Yields
   * after every few thousand entries checked, possibly an empty list. Neither {@link maintain} nor {@link sweep} may be
   * called before it ends.
   */
  *unconfirmed(now: number): Generator<readonly RevocationEntry[]> {
    let found: RevocationEntry[] = []
    let checked = 0
    for (const segment of [this.#segments.next, this.#segments.current])
      for (const offset of segment.offsets()) {
        const { log } = segment
        if (log.confirmedIn(offset) < this.#resync && log.expiresAt(offset) > now)
          found.push(entryAt({ segment, offset }, this.#issuers))
        if (++checked % batchSize !== 0) continue
        yield found
        found = []
      }
    yield found
  }

  /** Whether an entry of this kind and name refuses the token. */
  #isNamed(kind: number, value: unknown, token: CheckedToken): boolean {
    const times = this.#timesOf(kind, value, token.issuer)
    if (times === undefined || token.issuedAt > times.before || token.now() >= times.expiresAt)
      return false
    return !this.#isIssuedAfter(kind, times.before, token)
  }

  /** Whether a cut-off of someone who acts for the subject refuses the token: what it says of the subject's is nothing to it. */
  #refusesActor(token: CheckedToken): boolean {
    const subject = { ...token, claims: {} }
    return actorsOf(token.claims).some((actor) => this.#isNamed(kindNumbers.sub, actor, subject))
  }

  /** Whether the token says that it was issued after this cut-off, dated ahead by a wrong clock or on purpose. */
  #isIssuedAfter(kind: number, before: number, { issuer, claims }: CheckedToken): boolean {
    if (issuer.name !== this.#issuer) return false
    if (kind === kindNumbers.all) return issuedAfter(claims, 'all') >= before
    if (kind === kindNumbers.session) return issuedAfter(claims, 'sid') >= before
    return kind === kindNumbers.sub && issuedAfter(claims, 'sub') >= before
  }

  /** The times of the entry of this kind and name, if there is one. */
  #timesOf(kind: number, value: unknown, issuer: KnownIssuer): EntryTimes | undefined {
    const { next, current } = this.#segments
    const inNext = next.countByKind[kind] !== 0
    const inCurrent = current.countByKind[kind] !== 0
    if (!inNext && !inCurrent) return undefined
    const name = nameOfValue(value)
    if (name === undefined || name.length > longestName) return undefined
    const hash = this.#hash.of(issuer.hashSeeds[kind] ?? 0, name)
    const mayExist =
      (inNext && next.index.mayContain(hash)) || (inCurrent && current.index.mayContain(hash))
    if (!mayExist) return undefined
    this.#name.set(name)
    const key = { kind, issuer: issuer.number }
    const found = this.#segments.find({ hash, key, name: this.#name })
    return found?.segment.log.timesOf(found.offset)
  }

  #find(entry: RevocationEntry): Location | undefined {
    const issuer = this.#issuers.find(entry.issuer)
    return issuer && this.#segments.find(this.#lookupOf(entry, issuer))
  }

  /** Valid until the next lookup, because all of them share the bytes of the name. */
  #lookupOf(entry: RevocationEntry, { number, hashSeeds }: KnownIssuer): Lookup {
    const sid = sidOfCutOff(entry)
    const kind = sid === undefined ? kindNumbers[entry.kind] : kindNumbers.session
    const name = sid ?? (entry.kind === 'all' ? '' : entry.value)
    this.#name.set(name)
    const hash = this.#hash.of(hashSeeds[kind] ?? 0, name)
    return { hash, key: { kind, issuer: number }, name: this.#name }
  }
}

/** Times of an entry in whole seconds, limited to what a record can hold. */
function timesOf(entry: RevocationEntry): EntryTimes {
  const expiresAt = Math.min(lastSecond, Math.max(1, Math.ceil(entry.expiresAt)))
  if (!('before' in entry)) return { expiresAt, before: Infinity }
  return { expiresAt, before: Math.min(lastSecond, Math.max(0, Math.floor(entry.before))) }
}

/** The later expiry and the later cut-off of two. */
function latestOf(one: EntryTimes, other: EntryTimes): EntryTimes {
  return {
    expiresAt: Math.max(one.expiresAt, other.expiresAt),
    before: Math.max(one.before, other.before),
  }
}

/** Whether both times are equal. */
function areSame(one: EntryTimes, other: EntryTimes): boolean {
  return one.expiresAt === other.expiresAt && one.before === other.before
}
