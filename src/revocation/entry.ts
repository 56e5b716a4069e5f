import { AuthError } from '../foundation/errors.js'
import type { Claims, VerifiedToken } from '../token/token.js'
import { actorsOf } from './actors.js'
import { mostAhead, mostAheadOfSession } from './cut-off.js'
import type { RevocationEntry, RevocationName } from './ports.js'
import { sessionCutOffName, type SessionName } from './session-cut-off.js'
import { nameToStore } from './value-name.js'

/** Which tokens to refuse from now on. `before` is a Unix time in whole seconds, at most 60 s ahead; of a session 120 s. */
export type RevokeRequest = (
  | /** One token, by its `jti` and `iss`, kept until after its own `exp`. */
    { readonly token: VerifiedToken<unknown> }
  | (NamedRequest & OfIssuer)
) &
  Urgency

/** How urgent a revocation is. */
interface Urgency {
  /**
   * Whether it may use the last tenth of `maxEntries`, which is kept for thefts, administrators and changed passwords.
   * Default false.
   */
  readonly urgent?: boolean
}

/** Whose session it is, and the latest time (Unix seconds) at which one of its access tokens can have been issued. */
export interface SidOwner {
  readonly subject: string
  readonly issuedUntil: number
}

/** Whose tokens are refused. */
interface OfIssuer {
  /**
   * Their `iss`: names of one issuer say nothing about those of another. Default: the `issuer` of `createRevocation`,
   * whose `accessTtl` has to be as long as the tokens of every issuer live.
   */
  readonly issuer?: string
}

type NamedRequest =
  /** One token by its id. The id must come from a verified token or from an administrator. */
  | { readonly jti: string }
  /**
   * One session: every token with this `sid`. With `of`, entries of its subject beyond eight become a cut-off at
   * `issuedUntil`, so that one subject cannot fill the list.
   */
  | { readonly sid: string; readonly of?: SidOwner }
  /**
   * The tokens of one session that were issued at or before a time; the session goes on. A token issued within that second
   * or earlier, but after this, has to say so: `createSessions` does. There is at most one such entry of a session, so that
   * it is never replaced by a cut-off of the subject.
   */
  | { readonly sid: string; readonly before: number }
  /** Every token of a subject that was issued at or before a time. */
  | { readonly subject: string; readonly before: number }
  /**
   * The same for a `sub` that is a whole number, of tokens verified with `subject: 'any'`. It is no token of the subject
   * whose name is the same digits as text.
   */
  | { readonly numericSubject: number | bigint; readonly before: number }
  /**
   * Every token with this `client_id` that was issued at or before a time. Without `before` every one, old or new, for the
   * life of one access token: the issuer must refuse the client too.
   */
  | { readonly client: string; readonly before?: number }
  /** Every token of the issuer that was issued at or before a time. */
  | { readonly all: true; readonly before: number }

/** The circumstances in which {@link toEntry} makes an entry. */
export interface EntryContext {
  readonly issuer: string
  /** Longest life of an access token, in seconds. */
  readonly accessTtl: number
  readonly now: number
}

/** Seconds that an entry outlives its tokens: the largest clock tolerance of a verifier, and a minute for clocks that differ. */
export const margin = 300 + 60

/**
 * The entry for a request.
 *
 * @throws AuthError CLAIM_MISSING for a token without `jti`; TypeError for a name that is not text of 1 to 1024
 * characters; RangeError for a `before` that is not a whole second or too far ahead
 * @example toEntry({ sid: 'session-1' }, { issuer: 'https://auth.example', accessTtl: 900, now })
 */
export function toEntry(request: RevokeRequest, context: EntryContext): RevocationEntry {
  if ('token' in request) return tokenEntry(request.token, context)
  const { now, accessTtl } = context
  // There as undefined it is a slip, which must not revoke at another issuer.
  const issuer = 'issuer' in request ? checkName('issuer', request.issuer) : context.issuer
  if (!('before' in request)) {
    const [kind, value] = named(request)
    return { kind, value, issuer, expiresAt: now + accessTtl + margin }
  }
  const before = checkBefore(
    request.before,
    'sid' in request ? { now, most: mostAheadOfSession } : { now, most: mostAhead },
  )
  // A token without `iat` may have been issued just now.
  const expiresAt = Math.max(now, before) + accessTtl + margin
  if ('client' in request) {
    const value = checkName('client', request.client)
    return { kind: 'client', value, issuer, before: Math.max(1, before), expiresAt } // stores keep none as 0
  }
  if ('sid' in request) return { ...checkSid({ issuer, sid: request.sid }), before, expiresAt }
  if ('all' in request) return { kind: 'all', issuer, before, expiresAt }
  const value =
    'subject' in request
      ? checkName('subject', request.subject)
      : checkNumber(request.numericSubject)
  return { kind: 'sub', value, issuer, before, expiresAt }
}

function tokenEntry({ payload }: VerifiedToken<unknown>, context: EntryContext): RevocationEntry {
  if (payload.jti === undefined) throw new AuthError('CLAIM_MISSING', { claim: 'jti' })
  const value = nameToStore(payload.jti)
  if (value === undefined)
    throw new TypeError(
      'revoke: the jti of the token must be text of 1 to 1024 characters, or a whole number',
    )
  const end = Math.ceil(payload.exp ?? context.now + context.accessTtl) + margin
  return {
    kind: 'jti',
    value,
    issuer: payload.iss ?? context.issuer,
    expiresAt: Math.min(end, Number.MAX_SAFE_INTEGER),
  }
}

type Named = Extract<NamedRequest, { jti: string } | { sid: string } | { client: string }>

function named(request: Named): ['jti' | 'sid' | 'client', string] {
  if ('jti' in request) return ['jti', checkName('jti', request.jti)]
  if ('sid' in request) return ['sid', checkName('sid', request.sid)]
  return ['client', checkName('client', request.client)]
}

/** Names of all entries that can refuse a token of this issuer with these claims. */
export function namesOf(issuer: string, claims: Claims): RevocationName[] {
  const given = [
    ['jti', claims.jti],
    ['sid', claims['sid']],
    ['sub', claims.sub],
    ['client', claims['client_id']],
    ...actorsOf(claims).map((actor) => ['sub', actor] as const),
  ] as const
  const named = given.flatMap(([kind, claim]) => {
    const value = nameToStore(claim)
    return value === undefined ? [] : [{ issuer, kind, value }]
  })
  const session = sessionCutOffName({ issuer, sid: claims['sid'] })
  return [...named, ...(session === undefined ? [] : [session]), { issuer, kind: 'all' }]
}

function checkNumber(number: unknown): string {
  const value = typeof number === 'string' ? undefined : nameToStore(number)
  if (value !== undefined) return value
  throw new TypeError('revoke: numericSubject must be a whole number')
}

function checkName(option: string, name: unknown): string {
  const value = typeof name === 'string' ? nameToStore(name) : undefined
  if (value !== undefined) return value
  throw new TypeError(`revoke: ${option} must be text of 1 to 1024 characters`)
}

function checkSid(session: SessionName) {
  const name = sessionCutOffName(session)
  if (name !== undefined) return name
  throw new TypeError('revoke: sid, with before, must be text of 1 to 1022 characters')
}

/** A cut-off far ahead would refuse tokens that have not been issued yet. */
function checkBefore(before: unknown, { now, most }: { now: number; most: number }): number {
  if (typeof before === 'number' && Number.isSafeInteger(before) && before <= now + most)
    return before
  throw new RangeError(
    `revoke: before must be a Unix time in seconds, at most ${String(most)} s ahead`,
  )
}
