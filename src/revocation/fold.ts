import type { VerifiedToken } from '../token/token.js'
import type { RevokeRequest, SidOwner } from './entry.js'
import type { RevocationEntry } from './ports.js'
import { nameToStore } from './value-name.js'

/** Entries of one subject, of single tokens and sessions, beyond which one cut-off takes the place of each further one. */
const mostOfSubject = 8
/** Subjects that are counted; beyond them counting begins anew. */
const mostSubjects = 100_000

/** What {@link createFolding} needs. */
export interface FoldingParts {
  /** Longest life of an access token plus margins, in seconds: for so long an entry counts. */
  readonly life: number
  /** Whether the entry is there already: again is the same as once. */
  readonly has: (entry: RevocationEntry) => boolean
}

/** The entry that a request makes, given the exact one; `at` is the present time in whole Unix seconds. */
export type Fold = (request: RevokeRequest, exact: RevocationEntry, at: number) => RevocationEntry

/**
 * Bounds the entries of one subject, so that a user who revokes one token after the other cannot fill the list: beyond
 * eight, an entry becomes the cut-off "this subject's tokens, issued up to the moment of this one", which is one entry
 * however often it moves. It costs the subject's other sessions a refresh, and other subjects nothing.
 *
 * @example const entry = fold({ token }, toEntry({ token }, context), at)
 */
export function createFolding({ life, has }: FoldingParts): Fold {
  const counts = new RecentCounts(life)
  return (request, exact, at) => {
    const { subject, issuedUntil } = ownerOf(request) ?? {}
    const value = nameToStore(subject)
    if (value === undefined || issuedUntil === undefined || has(exact)) return exact
    const { issuer } = exact
    const before = Math.ceil(issuedUntil)
    // A token dated ahead would need a cut-off in the future, which refuses tokens to come.
    if (before > at) return exact
    if (counts.add(JSON.stringify([issuer, value]), at) < mostOfSubject) return exact
    return { kind: 'sub', value, issuer, before, expiresAt: Math.max(exact.expiresAt, at + life) }
  }
}

/** Counts names over the present life of an entry and the one before it. */
class RecentCounts {
  readonly #life: number
  #present = new Map<string, number>()
  #before = new Map<string, number>()
  #since = -Infinity

  constructor(life: number) {
    this.#life = life
  }

  /** Counts one more, up to the bound; how many there were. */
  add(name: string, at: number): number {
    const isOver = at >= this.#since + this.#life
    if (isOver || this.#present.size >= mostSubjects) {
      this.#before = at >= this.#since + 2 * this.#life ? new Map<string, number>() : this.#present
      this.#present = new Map()
      this.#since = at
    }
    const present = this.#present.get(name) ?? 0
    const count = present + (this.#before.get(name) ?? 0)
    if (count < mostOfSubject) this.#present.set(name, present + 1)
    return count
  }
}

interface Owner extends Omit<SidOwner, 'subject'> {
  /** As claims state it: text, or a whole number under `subject: 'any'`. */
  readonly subject: unknown
}

function ownerOf(request: RevokeRequest): Owner | undefined {
  if ('token' in request) return ownerOfToken(request.token)
  return 'sid' in request && !('before' in request) ? request.of : undefined
}

function ownerOfToken({ payload }: VerifiedToken<unknown>): Owner | undefined {
  return payload.iat === undefined ? undefined : { subject: payload.sub, issuedUntil: payload.iat }
}
