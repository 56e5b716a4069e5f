import type { Duration } from '../foundation/duration.js'
import type { ClaimsSchema } from '../token/schema.js'
import type { Signer } from '../token/sign.js'
import type { Claims } from '../token/token.js'
import type { SessionHooks } from './events.js'
import type { SessionStore } from './ports.js'
import type { ServiceKeys } from './service-keys.js'

/** A subject as the application knows it now. */
export interface SubjectState {
  /** Claims for the access token. Those that `createSessions` sets itself (`sub`, `sid`, `scope`, `exp`, …) are refused. */
  readonly claims: Claims
  /** Widest scope that the subject may have now; what a session has beyond it is left out. Default: no limit. */
  readonly scope?: string
}

/** The session that a subject is loaded for. */
export interface SubjectContext {
  readonly sid: string
  readonly client: string
  /** The facts that the application keeps with the session. */
  readonly facts: Claims
}

/** For whom and how `impersonate` works. */
export interface ImpersonationOptions {
  /**
   * The claim of `loadSubject` with a subject's roles, an array of texts, which has to be there: empty for a subject without.
   * Default `roles`.
   */
  readonly rolesClaim?: string
  /** Life of such a token, at most `accessTtl`. Default `10m`, or `accessTtl` when that is shorter. */
  readonly accessTtl?: Duration
}

/** How long a lost reply can be recovered from, by client. */
export interface RecoveryByClient {
  readonly byClient: Readonly<Record<string, Duration>>
  readonly otherwise: Duration
}

/**
 * Refuses access tokens from now on: those of one session, all of them or those issued up to `before` (Unix time in seconds),
 * or all of a subject's that were issued up to `before`. Resolves when that is so. `of` and `urgent` are for `revoke` of a revocation, which says what they
 * are for.
 */
export type RevokeAccess = (
  entry: (
    | { readonly sid: string; readonly of?: SidOwner }
    | { readonly sid: string; readonly before: number }
    | { readonly subject: string; readonly before: number }
  ) & { readonly urgent?: boolean },
) => Promise<void>

/** Whose session it is, and the latest time (Unix seconds) at which one of its access tokens can have been issued. */
export interface SidOwner {
  readonly subject: string
  readonly issuedUntil: number
}

/** Options of {@link createSessions}. Everything but the first four has a default. */
export interface SessionsOptions {
  /**
   * Signs access tokens. Each token gets `aud` when the session has one, `iat`, `exp`, `jti`; `iss` is the signer's. A
   * function of your own that calls a signer needs one with `replaceable: ['aud', 'iat', 'exp', 'jti']`.
   */
  readonly sign: Signer
  /** Where sessions are kept: `memoryStores().sessions`, or `sessions` of another store. */
  readonly store: SessionStore
  /** The keys of refresh tokens, from `createServiceKeys`. */
  readonly serviceKey: ServiceKeys
  /**
   * Reads anew what may change of a subject, at every login and refresh: roles, and whether the account is disabled. It
   * learns which session, client and facts it is for. A claim that is also a fact of the session is in its place.
   * Undefined refuses (SUBJECT_REFUSED); what it throws means "could not decide" (503).
   */
  readonly loadSubject: (
    subject: string,
    session: SubjectContext,
  ) => Promise<SubjectState | undefined | null>
  /**
   * The schema that verifiers of these tokens have: each token is held against it before it is handed out, so that what
   * `loadSubject` forgot is a fault here (TypeError) and not a 401 everywhere. Nothing is changed by its output.
   */
  readonly claims?: ClaimsSchema<unknown>
  /** Longest life of an access token. Default `15m`. */
  readonly accessTtl?: Duration
  /** End of a session, however often it is refreshed. Default `30d`. */
  readonly absoluteTtl?: Duration
  /** End of a session that is not refreshed. Default `7d`, or `absoluteTtl` when that is shorter. */
  readonly idleTtl?: Duration
  /**
   * How long after a rotation both the replaced token and its successor are answered with that same successor: requests
   * that are in flight together have one answer. 0 rotates at every request. Default 10 s, at most 60 s.
   */
  readonly grace?: Duration
  /**
   * How long after a rotation the replaced token may still recover the session, when the reply was lost. Default
   * `1h`; 0 is strict. It can differ by client: strict for a back end, `1d` for an app on a train.
   */
  readonly recoverWithin?: Duration | RecoveryByClient
  /**
   * Width of the window around the middle of an access token's life from which `refreshAfter` is drawn. Default: a
   * fifth of `accessTtl`, at least 6 × `grace`. A smaller one would let a thief refresh in step with the owner.
   */
  readonly refreshWindow?: Duration
  /**
   * Shortens each access token's life by a random part of up to this fraction, 0 to 0.1, so that tokens made at one
   * moment do not expire at one moment. Default 0: `refreshAfter` already spreads the refreshes.
   */
  readonly expiryJitter?: number
  /**
   * Refuses access tokens from now on: `(entry) => revocation.revoke(entry)`. Without it the access tokens of an ended
   * session live on until they expire. The entry is kept for one `accessTtl`; tokens issued under a
   * longer one before would be valid again after it, so verifiers must not take them: `maxTokenAge` equal to `accessTtl`
   * sees to that. All processes over one store must have one `iss`: an entry refuses the tokens of the issuer it names.
   */
  readonly revoke?: RevokeAccess
  /**
   * Whether a session's access tokens have been refused by name: `(sid) => revocation.isSidRevoked(sid)`. Its next refresh
   * then ends the session: an administrator revoked the `sid`, or a logout was answered with 503 because the session itself
   * could not be written. A session that is not refreshed before its entry expires is not noticed.
   */
  readonly isRevoked?: (sid: string) => boolean
  /**
   * Live sessions that one subject may have at one client. A login beyond them ends the least recently used one, with the
   * hook `onEvicted`. Default 100.
   */
  readonly maxSessions?: number
  /** Lets `impersonate` make tokens. Default: it refuses. */
  readonly impersonation?: ImpersonationOptions
  /**
   * Milliseconds that the store, `loadSubject` or `revoke` may take; after that the answer is 503. Default 280. The
   * stores of this package give up a little earlier, and say why.
   */
  readonly storeDeadlineMs?: number
  /** Functions that are called after a refresh has had an outcome. What they throw is dropped. */
  readonly hooks?: SessionHooks
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
  /** Seconds on a clock that never jumps, to detect jumps of `now`. Default: `performance.now() / 1000`. */
  readonly monotonic?: () => number
  /** Random bytes. Default: `randomBytes` of node:crypto. */
  readonly randomBytes?: (count: number) => Uint8Array
}
