/** A JOSE header (RFC 7515 section 4) as parsed, frozen. */
export interface JoseHeader {
  readonly alg: string
  readonly typ?: string
  readonly kid?: string
  readonly [name: string]: unknown
}

/**
 * A claims set (RFC 7519 section 4) as parsed, frozen. The types of the registered claims have been checked, but for
 * `sub` and `jti` under a verifier with `subject: 'any'` or `tokenId: 'any'`.
 */
export interface Claims {
  readonly iss?: string
  readonly sub?: string
  readonly aud?: string | readonly string[]
  readonly exp?: number
  readonly nbf?: number
  readonly iat?: number
  readonly jti?: string
  readonly [name: string]: unknown
}

/**
 * A token whose signature and claims have been checked. Only a verifier makes one. Revocation, guards and context
 * accept nothing else, so that an unverified token cannot reach them by mistake.
 */
export interface VerifiedToken<C = Claims> {
  /** In the types only: nothing else makes one, and a token of another copy of this package fits. */
  readonly '~jotgate': 'verified token'
  readonly header: JoseHeader
  /** The result of the `claims` schema; without a schema the claims set itself. */
  readonly claims: C
  /** The claims set as signed, deeply frozen. Revocation and expiry use it, whatever a schema leaves out. */
  readonly payload: Claims
}

/** The largest `maxLength` that can be configured, in characters. */
export const lengthCeiling = 16_384

/** How deep the objects and arrays of a header may nest, the header itself included. */
export const headerDepth = 8

/** How deep the objects and arrays of a claims set may nest, the set itself included. */
export const claimsDepth = 32
