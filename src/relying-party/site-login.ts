import type { Claims } from '../token/token.js'

/** The tokens of an answer (RFC 6749 section 5.1), not yet verified. */
export interface UnverifiedTokens {
  readonly accessToken: string
  readonly refreshToken: string | undefined
  readonly idToken: string | undefined
  readonly scope: string | undefined
  /** Seconds. */
  readonly expiresIn: number
}

/** The claims of a good ID token. */
export interface IdClaims extends Claims {
  readonly sub: string
}

/** A login that the provider has confirmed. Times are Unix seconds. */
export interface SiteLogin {
  /** Claim `sub` of the ID token. */
  readonly subject: string
  /** Claim `sid`: the session at the provider; undefined when it names none. */
  readonly sid: string | undefined
  /** All claims of the ID token. */
  readonly claims: IdClaims
  readonly idToken: string
  /** Not verified: it is for the API that it names. */
  readonly tokens: UnverifiedTokens
  readonly at: number
}
