import type { Claims } from '../core/token.js'
import type { RevocationEntry } from './ports.js'

/** The entries that a process holds. Grows by union only; entries leave when they have expired. */
export interface RevocationTable {
  /** Number of entries, expired ones included until the next {@link sweep}. */
  readonly size: number
  add(entry: RevocationEntry): void
  has(entry: RevocationEntry): boolean
  /** Whether any entry refuses a token of this issuer with these claims. */
  refuses(issuer: string, claims: Claims, now: number): boolean
  /** Drops what expired at or before `now`. */
  sweep(now: number): void
}

interface Limit {
  readonly before: number
  readonly expiresAt: number
}

/** A name as text, `all` under the empty one: no claim that is looked up is ever empty. */
type Names = Map<string, Limit>
type Kind = RevocationEntry['kind']
type Kinds = Readonly<Record<Kind, Names>>

/**
 * A table of plain maps. Exact, and right up to some hundred thousand entries; beyond that the garbage collector
 * begins to feel them.
 *
 * @example createTable().refuses('https://auth.example', token.payload, now)
 */
export function createTable(): RevocationTable {
  const issuers = new Map<string, Kinds>()
  let size = 0

  const kindsOf = (issuer: string): Kinds => {
    const found = issuers.get(issuer) ?? emptyKinds()
    issuers.set(issuer, found)
    return found
  }

  return {
    get size() {
      return size
    },
    add: (entry) => {
      const names = kindsOf(entry.issuer)[entry.kind]
      const known = names.get(nameOf(entry))
      if (known === undefined) size++
      names.set(nameOf(entry), merge(known, limitOf(entry)))
    },
    has: (entry) => issuers.get(entry.issuer)?.[entry.kind].has(nameOf(entry)) ?? false,
    refuses: (issuer, claims, now) => {
      const kinds = issuers.get(issuer)
      return kinds !== undefined && refusesAny(kinds, claims, now)
    },
    sweep: (now) => {
      for (const kinds of issuers.values())
        for (const names of Object.values(kinds))
          for (const [name, { expiresAt }] of names)
            if (expiresAt <= now && names.delete(name)) size--
    },
  }
}

/** Which claim each kind of entry goes by. */
const claimOf = { jti: 'jti', sid: 'sid', client: 'client_id', sub: 'sub' } as const

function refusesAny(kinds: Kinds, claims: Claims, now: number): boolean {
  // A token that does not say when it was issued is older than any time.
  const issuedAt = claims.iat ?? -Infinity
  const hits = (names: Names, name: unknown): boolean => {
    const limit = typeof name === 'string' ? names.get(name) : undefined
    return limit !== undefined && now < limit.expiresAt && issuedAt <= limit.before
  }
  return (
    hits(kinds.jti, claims[claimOf.jti]) ||
    hits(kinds.sid, claims[claimOf.sid]) ||
    hits(kinds.sub, claims[claimOf.sub]) ||
    hits(kinds.client, claims[claimOf.client]) ||
    hits(kinds.all, '')
  )
}

function emptyKinds(): Kinds {
  return { jti: new Map(), sid: new Map(), client: new Map(), sub: new Map(), all: new Map() }
}

function nameOf(entry: RevocationEntry): string {
  return entry.kind === 'all' ? '' : entry.value
}

function limitOf(entry: RevocationEntry): Limit {
  return { before: 'before' in entry ? entry.before : Infinity, expiresAt: entry.expiresAt }
}

function merge(known: Limit | undefined, added: Limit): Limit {
  if (known === undefined) return added
  return {
    before: Math.max(known.before, added.before),
    expiresAt: Math.max(known.expiresAt, added.expiresAt),
  }
}
