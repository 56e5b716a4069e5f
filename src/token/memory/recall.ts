import { checkTimes } from '../claims.js'
import type { IssuerPolicy } from '../trusted-issuers.js'
import type { VerifiedToken } from '../token.js'
import { defaultCacheLimits, VerifiedCache } from './verified-cache.js'
import { weigh } from './weight.js'
import type { VerifierPolicy } from '../verifier-options.js'

/** A verified token, the issuer whose policy accepted it, and the version of that issuer's keys at the time. */
export interface Verification<C> {
  readonly verified: VerifiedToken<C>
  /** Whether its claims are plain data, frozen all the way: if not, the schema has to run again for each call. */
  readonly isFixed: boolean
  readonly issuer: IssuerPolicy
  readonly version: number
}

/** Hits and misses of a verifier's cache. */
export interface CacheUse {
  readonly hits: number
  readonly misses: number
}

/** The cache of one verifier. Verifiers never share one. */
export interface Recall<C> {
  use(): CacheUse
  /**
   * The token as it was verified before, if the issuer's keys have not changed since.
   *
   * @throws AuthError TOKEN_EXPIRED, TOKEN_TOO_OLD, TOKEN_NOT_YET_VALID
   */
  recall(token: string): Verification<C> | undefined
  keep(token: string, verification: Verification<C>): void
}

/**
 * The cache that a policy asks for; undefined for none.
 *
 * A hit checks `exp`, `nbf`, `iat` and the age again, and that the issuer's keys have not changed; after a change of
 * keys everything is verified again. An issuer that a function found must still be current: its tokens are verified
 * again when the function is asked again. For the same text, issuer, audience, kind and schema cannot give another
 * result. Failures are never kept.
 *
 * @example const kept = createCache(policy)?.recall(token)
 */
export function createCache<C>(policy: VerifierPolicy<C>): Recall<C> | undefined {
  const { cache: limits, issuers, now } = policy
  if (limits === false) return undefined
  // An HMAC takes hardly longer than a cache lookup.
  const isKept = (issuer: IssuerPolicy) =>
    issuer.hasVersion && (limits !== undefined || !issuer.symmetric)
  if (issuers.kind === 'one' && !isKept(issuers.issuer)) return undefined
  if (issuers.kind === 'several' && ![...issuers.byName.values()].some(isKept)) return undefined
  const lookup = issuers.kind === 'asked' ? issuers.lookup : undefined

  const { bytes } = limits ?? defaultCacheLimits
  const weightOf = ({ verified: { payload, claims } }: Verification<C>) =>
    weigh(payload, bytes) + (claims === payload ? 0 : weigh(claims, bytes))
  const cache = new VerifiedCache<Verification<C>>(limits ?? defaultCacheLimits)
  let hits = 0
  let misses = 0
  return {
    use: () => ({ hits, misses }),
    recall: (token) => {
      const found = cache.find(token)
      if (!found) {
        misses++
        return undefined
      }
      if (found.version !== found.issuer.keys.version()) {
        misses++
        // Of many tenants one changes at nearly any time, which is no reason to forget the tokens of all.
        if (!lookup) cache.clear()
        return undefined
      }
      if (lookup?.isCurrent(found.issuer) === false) {
        misses++
        return undefined
      }
      hits++
      checkTimes(found.verified.payload, { policy: found.issuer.claims, now: now() })
      return found
    },
    keep: (token, verification) => {
      if (isKept(verification.issuer)) cache.store(token, verification, weightOf(verification))
    },
  }
}
