/**
 * What a recorded run of refreshes looks like: plain data, one event a line as JSON if need be. Times are seconds on one
 * clock and may have fractions; tokens are named by anything that tells them apart, a hash for one, never by themselves.
 */
export interface RefreshHistory {
  /** Seconds, as the issuer's option. */
  readonly grace: number
  /** Seconds, as the issuer's option; 0 is strict. */
  readonly recoverWithin: number
  /** By how many seconds the clocks of stores may differ from the log's, whole seconds included. Default: 1. */
  readonly skew?: number
  /** After how many seconds a revocation is known everywhere. Default: 5. */
  readonly staleness?: number
  readonly events: readonly HistoryEvent[]
}

/** One thing that happened to a session. `session` is its public name. */
export type HistoryEvent = RefreshAttempt | SessionMoment | AccessUse

/** Somebody presented a refresh token. */
export interface RefreshAttempt {
  readonly kind: 'refresh'
  readonly session: string
  readonly party: string
  readonly presented: string
  readonly invoked: number
  readonly returned: number
  /**
   * `lost`: the party has had no answer; the successor, if known, is what the service gave. Refused otherwise, with a
   * `code`; `STORE_UNAVAILABLE` and the like say that nobody knows.
   */
  readonly outcome: 'answered' | 'lost' | 'refused'
  /** The refresh token given; the presented one itself when it is fresh. */
  readonly successor?: string
  readonly code?: string
}

/** The log in, a copy of the token in other hands, a theft alarm, or the end that was acknowledged. */
export interface SessionMoment {
  readonly kind: 'login' | 'stolen' | 'alarm' | 'logout'
  readonly session: string
  readonly at: number
}

/** An access token of the session was shown to a service. */
export interface AccessUse {
  readonly kind: 'access'
  readonly session: string
  readonly at: number
  readonly accepted: boolean
}
