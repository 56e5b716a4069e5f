import type { Duration } from '../core/duration.js'
import type { VerifiedToken } from '../core/token.js'
import type { RevocationStore } from './ports.js'

/** What to refuse from now on. `before` is a Unix time in seconds, at most 60 s ahead. */
export type RevokeRequest =
  /** One token, by its `jti`, kept until after its own `exp`. */
  | { readonly token: VerifiedToken<unknown> }
  /** One token by its id, which must come out of a verified token or from an administrator. */
  | { readonly jti: string }
  /** One session: every token with this `sid`. */
  | { readonly sid: string }
  /** Every token of a subject that was issued at or before a time. */
  | { readonly subject: string; readonly before: number }
  /** Every token with this `client_id`, old or new, for one access token life: the issuer must refuse it too. */
  | { readonly client: string }
  /** Every token of the issuer that was issued at or before a time. */
  | { readonly all: true; readonly before: number }

/** What {@link createRevocation} is told. */
export interface RevocationOptions {
  readonly store: RevocationStore
  /** `iss` of the tokens that `revoke` is about. */
  readonly issuer: string
  /** Longest life of any access token of this issuer: how long an entry has to be kept. */
  readonly accessTtl: Duration
  /** How old the last answer of the store may be before nothing can be said any more. Default 10 s. */
  readonly maxStaleness?: Duration
  /** Milliseconds between two looks into the store. Default 200. */
  readonly pollEveryMs?: number
  /** Entries in this process beyond which `revoke` rejects. Default 1,000,000. */
  readonly maxEntries?: number
  readonly onEvent?: (event: RevocationEvent) => void
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
  /** A clock in seconds that never jumps, for staleness. Default: `performance.now() / 1000`. */
  readonly monotonic?: () => number
}

/** `failed`: a look into the store failed; `recovered`: the next one after it succeeded; `rolledBack`: the store knows less than it did. */
export interface RevocationEvent {
  readonly kind: 'ready' | 'failed' | 'recovered' | 'rolledBack'
  readonly cause?: unknown
}

/** For health pages and metrics. */
export interface RevocationStatus {
  readonly ready: boolean
  readonly entries: number
  /** Seconds since the store last answered; undefined before it ever has. */
  readonly staleness: number | undefined
  readonly position: number
}

/** What is no longer good, as this process knows it. */
export interface Revocation {
  /** Resolves when this process enforces it and the store has confirmed it. @throws AuthError STORE_UNAVAILABLE, CLAIM_MISSING; RangeError */
  revoke(request: RevokeRequest): Promise<void>
  /** Whether a token has been revoked. In memory, no waiting. @throws AuthError REVOCATION_UNKNOWN (503) when this process can not tell */
  isRevoked(token: VerifiedToken<unknown>): boolean
  /** Reads the whole store once and follows it from then on. @throws AuthError STORE_UNAVAILABLE */
  start(): Promise<void>
  /** Whether {@link isRevoked} can tell at this moment. */
  ready(): boolean
  status(): RevocationStatus
  /** Stops following. Whatever is asked afterwards becomes unknown within `maxStaleness`. */
  close(): void
}

export declare function createRevocation(options: RevocationOptions): Revocation
