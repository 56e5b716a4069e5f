/**
 * A recorded run of refreshes: plain data, which fits into one JSON line per event. Times are seconds on one clock and
 * may have fractions. Tokens are represented by any unique name, for example a hash, and never appear themselves.
 */
export interface RefreshHistory {
  /** Seconds; the value of the session option. */
  readonly grace: number
  /** Seconds; the value of the session option. 0 means strict. */
  readonly recoverWithin: number
  /**
   * Seconds by which the clocks of stores may differ from the log's, including rounding to whole seconds. Default: 1.
   */
  readonly skew?: number
  /** Seconds after which a revocation is known everywhere. Default: 5. */
  readonly staleness?: number
  readonly events: readonly HistoryEvent[]
}

/** One event of a session. `session` is its public name. */
export type HistoryEvent = RefreshAttempt | SessionMoment | AccessUse

/** A party presented a refresh token. */
export interface RefreshAttempt {
  readonly kind: 'refresh'
  readonly session: string
  readonly party: string
  readonly presented: string
  readonly invoked: number
  readonly returned: number
  /**
   * `lost`: the party got no answer; `successor`, if known, is the token that the service returned. `refused` has a
   * `code`; with `STORE_UNAVAILABLE` and similar codes the effect is unknown.
   */
  readonly outcome: 'answered' | 'lost' | 'refused'
  /** The refresh token in the answer; the presented one itself while it is fresh. */
  readonly successor?: string
  readonly code?: string
}

/** A login, a copy of the token in other hands, a theft alarm, or an acknowledged end. */
export interface SessionMoment {
  readonly kind: 'login' | 'stolen' | 'alarm' | 'logout'
  readonly session: string
  readonly at: number
}

/** An access token of the session was presented to a service. */
export interface AccessUse {
  readonly kind: 'access'
  readonly session: string
  readonly at: number
  readonly accepted: boolean
}
