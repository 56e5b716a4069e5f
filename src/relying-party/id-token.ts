import { createHash, timingSafeEqual } from 'node:crypto'
import { AuthError } from '../foundation/errors.js'
import { isText } from '../foundation/names.js'
import { algorithmRow, isAlgorithm } from '../key/algorithms.js'
import type { Claims, VerifiedToken } from '../token/token.js'
import { createVerifier } from '../token/verify.js'
import type { RelyingPartyValues } from './options.js'
import { providerUnavailable, type Provider } from './provider.js'
import type { IdClaims } from './site-login.js'

/** What a login expects of its ID token. */
export interface Expected {
  /** Undefined for a refresh, whose ID token has none. */
  readonly nonce?: string
  /** Of the refreshed session: the same subject (OpenID Connect Core section 12.2). */
  readonly subject?: string
  /** The access token beside it, for `at_hash`. */
  readonly accessToken: string
  /** The login must not be before this Unix time. */
  readonly loggedInSince?: number
  /** One of these contexts is needed. */
  readonly acrValues?: readonly string[]
}

type IdTokenPolicy = Pick<
  RelyingPartyValues,
  'issuer' | 'clientId' | 'idTokenAlgorithms' | 'clockTolerance' | 'now'
>

/**
 * Verifies an ID token (OpenID Connect Core sections 3.1.3.7 and 12.2).
 *
 * @throws AuthError LOGIN_TOKEN with the exact refusal as its cause, LOGIN_NONCE, PROVIDER_UNAVAILABLE
 * @example const { sub } = await verifyIdToken(policy, { token, provider, expected: { nonce, accessToken } })
 */
export async function verifyIdToken(
  policy: IdTokenPolicy,
  {
    token,
    provider,
    expected,
  }: { readonly token: string; readonly provider: Provider; readonly expected: Expected },
): Promise<IdClaims> {
  const verified = await verifySigned(policy, { token, provider })
  const { payload, header } = verified
  // An access token is of another kind, whatever its audience is.
  if (/at\+jwt$/i.test(header.typ ?? '')) throw refused('typ')
  requireParty(policy, payload)
  requireNonce(payload, expected)
  requireHash(verified, expected.accessToken)
  const { sub } = payload
  if (!isText(sub) || (expected.subject !== undefined && sub !== expected.subject))
    throw refused('sub')
  requireLogin(policy, payload, expected)
  return { ...payload, sub }
}

/** A token of the provider; `typ` as `createVerifier` has it. */
interface Signed {
  readonly token: string
  readonly provider: Provider
  readonly typ?: string | undefined
}

/**
 * Signature, issuer, audience and times of a token of the provider. `typ` as `createVerifier` has it.
 *
 * @throws AuthError LOGIN_TOKEN, PROVIDER_UNAVAILABLE
 */
export async function verifySigned(
  policy: IdTokenPolicy,
  { token, provider, typ }: Signed,
): Promise<VerifiedToken> {
  const { issuer, clientId, idTokenAlgorithms, clockTolerance, now } = policy
  const { keys } = await provider.metadata()
  const verify = createVerifier({
    ...{ keys, issuer, audience: clientId, algorithms: idTokenAlgorithms, clockTolerance, now },
    requiredClaims: ['iat'],
    maxLength: 16_384,
    cache: false,
    ...(typ === undefined ? {} : { typ }),
  })
  try {
    return await verify(token)
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    if (error.code === 'KEYS_UNAVAILABLE') throw providerUnavailable(error)
    const claim = error.claim === undefined ? {} : { claim: error.claim }
    throw new AuthError('LOGIN_TOKEN', claim, { cause: error })
  }
}

/** A token for several parties must say that it was made for this one. */
function requireParty({ clientId }: IdTokenPolicy, { aud, azp }: Claims): void {
  const isForSeveral = Array.isArray(aud) && aud.length > 1
  if (azp === undefined ? isForSeveral : azp !== clientId) throw refused('azp')
}

function requireNonce({ nonce: found }: Claims, { nonce }: Expected): void {
  if (nonce === undefined) return
  if (typeof found !== 'string' || !isSame(found, nonce)) throw new AuthError('LOGIN_NONCE')
}

/** Of secrets: the time tells nothing. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}

/** The left half of the hash that the algorithm has (OpenID Connect Core section 3.1.3.6). */
function requireHash({ payload, header }: VerifiedToken, accessToken: string): void {
  const { at_hash: found } = payload
  if (found === undefined) return
  const row = isAlgorithm(header.alg) ? algorithmRow(header.alg) : undefined
  // EdDSA with Ed25519 has SHA-512 inside; other algorithms without a hash of their own define none.
  const own = row !== undefined && 'hash' in row ? row.hash : undefined
  const isEd25519 = row?.kind === 'plain' && row.crv === 'Ed25519'
  const hash = own ?? (isEd25519 ? 'sha512' : undefined)
  if (hash === undefined) throw refused('at_hash')
  const digest = createHash(hash).update(accessToken).digest()
  const half = digest.subarray(0, digest.length / 2).toString('base64url')
  if (found !== half) throw refused('at_hash')
}

function requireLogin(
  { clockTolerance }: IdTokenPolicy,
  { auth_time: at, acr }: Claims,
  { loggedInSince, acrValues = [] }: Expected,
): void {
  if (loggedInSince !== undefined) {
    if (typeof at !== 'number' || at < loggedInSince - clockTolerance) throw refused('auth_time')
  }
  if (acrValues.length === 0) return
  if (typeof acr !== 'string' || !acrValues.includes(acr)) throw refused('acr')
}

function refused(claim: string): AuthError {
  return new AuthError('LOGIN_TOKEN', { claim })
}
