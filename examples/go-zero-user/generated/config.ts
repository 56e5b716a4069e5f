// The configuration of user-api. Generated from its .api file: changes are lost.

/** What the gates need. Add what else the service needs in services.ts. */
export interface Config {
  readonly Auth: AuthConfig
}

/** One secret. */
export interface AuthConfig extends TokenPolicy {
  /** Text of at least 32 bytes that nobody can guess. */
  readonly AccessSecret: string
  /** Life of an access token in seconds, for those who issue them. */
  readonly AccessExpire: number
}

/** Two secrets, while one takes the place of the other: tokens of both are taken, new ones get the first. */
export interface TransitionConfig extends TokenPolicy {
  readonly Secret: string
  readonly PrevSecret: string
  /** Life of an access token in seconds, for those who issue them. Default 900. */
  readonly AccessExpire?: number
}

/** What else a token must say. */
export interface TokenPolicy {
  /** `iss`. Default: any issuer who knows the secret. */
  readonly Issuer?: string
  /** `aud`. Default: any audience. */
  readonly Audience?: string
  /** `typ` of the header. Default `at+jwt` (RFC 9068); go-zero issues `JWT`. */
  readonly Type?: string
}
