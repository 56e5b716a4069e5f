import { checkClaims } from './claims.js'
import { AuthError } from './errors.js'
import { checkHeader, type PinnedHeader } from './header.js'
import { Key } from './key.js'
import { applySchema } from './schema.js'
import { verifyBytes } from './signature.js'
import {
  claimsDepth,
  decodeHeader,
  decodeObject,
  decodeSegment,
  splitCompact,
  type Claims,
  type CompactParts,
  type JoseHeader,
  type VerifiedToken,
} from './token.js'
import {
  resolveVerifier,
  type IssuerPolicy,
  type VerifierOptions,
  type VerifierPolicy,
} from './verifier-options.js'

/** Verifies one token. */
export type Verifier<C = Claims> = (token: string) => Promise<VerifiedToken<C>>

/** How long a key source may take before the answer is "can not tell" (503). */
const keyDeadlineMs = 5000

/**
 * Builds a verifier: size and shape, header with pinned `alg`, key, signature, claims, in that order.
 *
 * Algorithms, issuer and audience have no default; `null` opts out of the last two and is visible in review.
 *
 * @throws ConfigError when an option is missing, unknown or dangerous; the verifier itself rejects with AuthError.
 * @example
 * const verify = createVerifier({ keys: key, algorithms: ['ES256'], issuer: 'https://auth.example', audience: 'api' })
 * const { claims } = await verify(token)
 */
export function createVerifier<C = Claims>(options: VerifierOptions<C>): Verifier<C> {
  const policy = resolveVerifier(options)
  return async (token) => {
    const parts = splitCompact(token, policy.maxLength)
    const unverifiedHeader = decodeHeader(parts.header)
    const issuer = chooseIssuer(policy, parts)
    const header = checkHeader(unverifiedHeader, { algorithms: issuer.algorithms, typ: policy.typ })
    // A nested token (RFC 7519 section 5.2) is a token inside a token; the inner one would go unchecked.
    if (header['cty'] !== undefined) throw new AuthError('HEADER_REFUSED', { claim: 'cty' })
    const key = await findKey(issuer, header)
    checkSignature(parts, key)
    const payload = checkClaims(
      decodeObject(parts.payload, claimsDepth),
      issuer.claims,
      policy.now(),
    )
    const claims = policy.schema ? await applySchema(policy.schema, payload) : (payload as C)
    return vouch(header, claims, payload)
  }
}

/** With several issuers the unverified `iss` picks the entry; that entry's keys and claims then have to confirm it. */
function chooseIssuer<C>(policy: VerifierPolicy<C>, parts: CompactParts): IssuerPolicy {
  if (!(policy.issuers instanceof Map)) return policy.issuers as IssuerPolicy
  const { iss: unverifiedIssuer } = decodeObject(parts.payload, claimsDepth)
  const entry: unknown = policy.issuers.get(unverifiedIssuer)
  if (entry === undefined) throw new AuthError('ISSUER_MISMATCH', { claim: 'iss' })
  return entry as IssuerPolicy
}

/** A source that fails or hangs is "can not tell"; one that answers with anything but a fitting key is "unknown". */
async function findKey(issuer: IssuerPolicy, header: PinnedHeader): Promise<Key> {
  const signal = AbortSignal.timeout(keyDeadlineMs)
  let found: unknown
  try {
    const pending = issuer.keys.find(header, signal)
    found =
      pending instanceof Promise ? await Promise.race([pending, rejectOnAbort(signal)]) : pending
  } catch (error) {
    if (error instanceof AuthError) throw error
    throw new AuthError('KEYS_UNAVAILABLE', { retryAfter: 5 }, { cause: error })
  }
  if (!(found instanceof Key) || found.alg !== header.alg || found.kind === 'private')
    throw new AuthError('KEY_UNKNOWN')
  return found
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('the key source did not answer in time'))
    })
  })
}

function checkSignature(parts: CompactParts, key: Key): void {
  const signature = decodeSegment(parts.signature)
  if (!verifyBytes(key, Buffer.from(parts.signingInput, 'latin1'), signature))
    throw new AuthError('SIGNATURE_INVALID')
}

/** The one place where a token becomes a verified one. */
function vouch<C>(header: JoseHeader, claims: C, payload: Claims): VerifiedToken<C> {
  return Object.freeze({ header, claims, payload }) as VerifiedToken<C> // the brand exists in the type only
}
