import { checkClaims } from './claims.js'
import { createExplain } from './explain.js'
import { findKey } from './find-key.js'
import { checkHeader } from './header.js'
import { HeaderMemory } from './memory/header-memory.js'
import { createCache, type CacheUse } from './memory/recall.js'
import { pickIssuer, type IssuerPolicy } from './trusted-issuers.js'
import type { Explanation } from './report.js'
import { applySchema } from './schema.js'
import { checkSignature } from './signature-check.js'
import {
  checkLength,
  decodeHeader,
  decodePayload,
  splitCompact,
  type Claims,
  type CompactParts,
  type JoseHeader,
  type VerifiedToken,
} from './token.js'
import {
  readVerifierOptions,
  type VerifierOptions,
  type VerifierPolicy,
} from './verifier-options.js'

/** Verifies one token, or explains what verifying it comes to. */
export interface Verifier<C = Claims> {
  /** Rejects with an AuthError. */
  (token: string): Promise<VerifiedToken<C>>
  /** Every check with its verdict, those after a failed one too. Agrees with the verifier on every token. */
  explain(token: string): Promise<Explanation>
  /** What its cache has been good for since it was built; undefined where there is none. */
  cacheUse(): CacheUse | undefined
}

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
  const policy = readVerifierOptions(options)

  const memory = new HeaderMemory()
  const cache = createCache(policy)

  const verify = async (token: string): Promise<VerifiedToken<C>> => {
    checkLength(token, policy.maxLength)
    const kept = cache?.recall(token)
    if (kept) return kept
    const parts = splitCompact(token)
    const known = memory.find(parts.header)
    const unverifiedHeader = known?.header ?? decodeHeader(parts.header)
    const { issuer, early } = choose(policy, parts)
    const header =
      known?.issuer === issuer ? known.header : checkHeader(unverifiedHeader, issuer.header)
    const version = issuer.keys.version() // before the key is found: what changes meanwhile must not be missed
    const found = findKey(issuer.keys, header)
    const key = checkSignature(parts, found instanceof Promise ? await found : found)
    issuer.keys.matched?.(key)
    const unchecked = early ?? decodePayload(parts.payload, policy)
    const payload = checkClaims(unchecked, { policy: issuer.claims, now: policy.now() })
    const claims = policy.schema ? await applySchema(policy.schema, payload) : (payload as C)
    const verified = vouch(header, claims, payload)
    if (!known) memory.learn(parts.header, { header, issuer })
    cache?.keep(token, { verified, issuer, version })
    return verified
  }
  return Object.freeze(
    Object.assign(verify, { explain: createExplain(policy), cacheUse: () => cache?.use() }),
  )
}

/** With several issuers the unverified `iss` picks one, and that one's keys and claims then have to confirm it. */
function choose<C>(
  { issuers, bigints }: VerifierPolicy<C>,
  parts: CompactParts,
): { issuer: IssuerPolicy; early?: Readonly<Record<string, unknown>> } {
  if (issuers.kind === 'one') return { issuer: issuers.issuer }
  const early = decodePayload(parts.payload, { bigints })
  return { issuer: pickIssuer(issuers.byName, early), early }
}

/** The one place where a token becomes a verified one. */
function vouch<C>(header: JoseHeader, claims: C, payload: Claims): VerifiedToken<C> {
  return Object.freeze({ header, claims, payload }) as VerifiedToken<C> // the brand exists in the type only
}
