import { AuthError } from './errors.js'
import type { Claims } from './token.js'

/** What claims are checked against; built once by `createVerifier`. Times in seconds. */
export interface ClaimsPolicy {
  /** null: any issuer, or none. */
  readonly issuer: readonly string[] | null
  /** null: any audience, or none. */
  readonly audience: readonly string[] | null
  readonly requiredClaims: readonly string[]
  readonly clockTolerance: number
  readonly maxTokenAge: number | undefined
}

const dates = ['exp', 'nbf', 'iat'] as const
const texts = ['iss', 'sub', 'jti'] as const

/**
 * Checks the registered claims (RFC 7519 section 4.1, RFC 9068 section 4).
 *
 * @throws AuthError CLAIM_MISSING, CLAIM_INVALID, ISSUER_MISMATCH, AUDIENCE_MISMATCH, TOKEN_EXPIRED, TOKEN_TOO_OLD,
 * TOKEN_NOT_YET_VALID
 */
export function checkClaims(
  payload: Readonly<Record<string, unknown>>,
  policy: ClaimsPolicy,
  now: number,
): Claims {
  const claims = checkTypes(payload)
  for (const name of policy.requiredClaims) {
    if (!Object.hasOwn(payload, name)) throw new AuthError('CLAIM_MISSING', { claim: name })
  }
  checkIssuer(claims, policy)
  checkAudience(claims, policy)
  checkTimes(claims, policy, now)
  return claims
}

/** The times alone, which is what changes between two uses of one token. */
export function checkTimes(claims: Claims, policy: ClaimsPolicy, now: number): void {
  const { exp, nbf, iat } = claims
  const tolerance = policy.clockTolerance
  if (exp !== undefined && now >= exp + tolerance)
    throw new AuthError('TOKEN_EXPIRED', { claim: 'exp' })
  if (nbf !== undefined && now < nbf - tolerance)
    throw new AuthError('TOKEN_NOT_YET_VALID', { claim: 'nbf' })
  if (iat !== undefined && now < iat - tolerance)
    throw new AuthError('TOKEN_NOT_YET_VALID', { claim: 'iat' })
  if (policy.maxTokenAge === undefined) return
  if (iat === undefined) throw new AuthError('CLAIM_MISSING', { claim: 'iat' })
  if (now - iat >= policy.maxTokenAge + tolerance)
    throw new AuthError('TOKEN_TOO_OLD', { claim: 'iat' })
}

function checkTypes(payload: Readonly<Record<string, unknown>>): Claims {
  for (const name of dates) {
    const value = payload[name]
    // A strict parse has already refused numbers that are not finite.
    if (value !== undefined && typeof value !== 'number')
      throw new AuthError('CLAIM_INVALID', { claim: name })
  }
  for (const name of texts) {
    const value = payload[name]
    if (value !== undefined && !isIdentifier(value))
      throw new AuthError('CLAIM_INVALID', { claim: name })
  }
  const aud = payload['aud']
  if (aud !== undefined && !isAudience(aud)) throw new AuthError('CLAIM_INVALID', { claim: 'aud' })
  return payload
}

function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 1024
}

function isAudience(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 && value.every(isIdentifier) : isIdentifier(value)
}

function checkIssuer(claims: Claims, policy: ClaimsPolicy): void {
  if (policy.issuer === null) return
  if (claims.iss === undefined) throw new AuthError('CLAIM_MISSING', { claim: 'iss' })
  if (!policy.issuer.includes(claims.iss)) throw new AuthError('ISSUER_MISMATCH', { claim: 'iss' })
}

function checkAudience(claims: Claims, policy: ClaimsPolicy): void {
  if (policy.audience === null) return
  if (claims.aud === undefined) throw new AuthError('CLAIM_MISSING', { claim: 'aud' })
  const meant = typeof claims.aud === 'string' ? [claims.aud] : claims.aud
  if (!policy.audience.some((name) => meant.includes(name))) {
    throw new AuthError('AUDIENCE_MISMATCH', { claim: 'aud' })
  }
}
