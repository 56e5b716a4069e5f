import { isAlgorithm, isSymmetric, type Algorithm } from '../key/algorithms.js'
import type { ClaimsPolicy } from './claims.js'
import { AuthError, ConfigError } from '../foundation/errors.js'
import type { HeaderPolicy } from './header.js'
import { Key } from '../key/key.js'
import { toFinder, type KeyFinder, type KeySource } from './key-source.js'
import { checkOptionNames } from '../foundation/options.js'

/** One issuer's keys and what its tokens must say. */
export interface TrustedIssuer {
  /** Where verification keys come from. */
  readonly keys: KeySource
  /** The algorithms that may be used; nothing else is looked at (RFC 8725 section 3.1). */
  readonly algorithms: readonly Algorithm[]
  /** Audience or audiences, one of which the token must name; null to take any. */
  readonly audience: string | readonly string[] | null
}

/** One issuer's part of the resolved policy. */
export interface IssuerPolicy {
  readonly keys: KeyFinder
  /** Whether the source tells when keys change; a bare function can not. */
  readonly hasVersion: boolean
  readonly symmetric: boolean
  readonly header: HeaderPolicy
  readonly claims: ClaimsPolicy
}

/** The one issuer, or several by `iss`: keys are never searched across issuers (RFC 8725 section 3.8). */
export type Issuers =
  | { readonly kind: 'one'; readonly issuer: IssuerPolicy }
  | { readonly kind: 'several'; readonly byName: ReadonlyMap<unknown, IssuerPolicy> }

/** What is the same for every issuer. */
export interface SharedPolicy {
  readonly typ: string | undefined
  readonly claims: Omit<ClaimsPolicy, 'issuer' | 'audience'>
}

/** The options that say whose tokens are taken. */
export type IssuersOptions =
  | (TrustedIssuer & {
      /** Issuer or issuers whose tokens these keys sign; null to take any. */
      readonly issuer: string | readonly string[] | null
      readonly issuers?: never
    })
  | {
      /** Each issuer with its own keys; the token's `iss` picks one, exactly. */
      readonly issuers: Readonly<Record<string, TrustedIssuer>>
      readonly issuer?: never
      readonly keys?: never
      readonly algorithms?: never
      readonly audience?: never
    }

/** Names of the options of one issuer. */
export const issuerOptionNames = ['keys', 'algorithms', 'audience'] as const

/**
 * Checks the options that say whose tokens are taken, and fills in the rest of each issuer's policy.
 *
 * @throws ConfigError naming the option
 */
export function resolveIssuers(options: IssuersOptions, shared: SharedPolicy): Issuers {
  if (options.issuers === undefined) {
    const issuer = readNames('issuer', options.issuer)
    return { kind: 'one', issuer: resolveIssuer('createVerifier', options, { shared, issuer }) }
  }
  const extra = ['issuer', ...issuerOptionNames].find((name) => name in options)
  if (extra !== undefined)
    throw new ConfigError(extra, 'belongs to one issuer, and excludes issuers')
  const entries = Object.entries(options.issuers)
  if (entries.length === 0) throw new ConfigError('issuers', 'names no issuer')
  const byName = new Map(
    entries.map(([issuer, each]) => {
      const place = `issuers.${issuer}`
      checkOptionNames(place, each, issuerOptionNames)
      return [issuer, resolveIssuer(place, each, { shared, issuer: [issuer] })]
    }),
  )
  return { kind: 'several', byName }
}

/**
 * The entry that the unverified `iss` names, exactly as written. The entry's keys and claims have yet to confirm it.
 *
 * @throws AuthError CLAIM_MISSING, ISSUER_MISMATCH
 */
export function pickIssuer(
  byName: ReadonlyMap<unknown, IssuerPolicy>,
  unverified: Readonly<Record<string, unknown>>,
): IssuerPolicy {
  const { iss } = unverified
  if (iss === undefined) throw new AuthError('CLAIM_MISSING', { claim: 'iss' })
  const entry = byName.get(iss)
  if (!entry) throw new AuthError('ISSUER_MISMATCH', { claim: 'iss' })
  return entry
}

function resolveIssuer(
  place: string,
  options: TrustedIssuer,
  rest: { readonly shared: SharedPolicy; readonly issuer: readonly string[] | null },
): IssuerPolicy {
  const algorithms = resolveAlgorithms(place, options.algorithms)
  const keys: unknown = options.keys
  if (keys instanceof Key) checkKey(place, keys, algorithms)
  else if (typeof keys !== 'function' && !isFinder(keys)) {
    throw new ConfigError(`${place}.keys`, 'must be a key, a function or a key source')
  }
  const { shared, issuer } = rest
  const audience = readNames(`${place}.audience`, options.audience)
  return {
    keys: toFinder(options.keys),
    hasVersion: typeof keys !== 'function',
    symmetric: [...algorithms].some(isSymmetric),
    header: { algorithms, typ: shared.typ },
    claims: { ...shared.claims, issuer, audience },
  }
}

function resolveAlgorithms(place: string, given: unknown): ReadonlySet<Algorithm> {
  const option = `${place}.algorithms`
  if (typeof given === 'string')
    throw new ConfigError(option, 'must be an array, for one algorithm too: [name]')
  if (!Array.isArray(given) || given.length === 0)
    throw new ConfigError(option, 'must name at least one algorithm')
  const allowed = new Set<Algorithm>()
  for (const name of given as unknown[]) {
    if (!isAlgorithm(name))
      throw new ConfigError(option, 'names an algorithm that does not exist or is never accepted')
    allowed.add(name)
  }
  if (new Set([...allowed].map(isSymmetric)).size > 1) {
    throw new ConfigError(
      option,
      'mixes HMAC with public-key algorithms; use one verifier for each',
    )
  }
  return allowed
}

function checkKey(place: string, key: Key, allowed: ReadonlySet<Algorithm>): void {
  if (!allowed.has(key.alg))
    throw new ConfigError(`${place}.keys`, 'the key is for none of the configured algorithms')
  if (key.kind === 'private')
    throw new ConfigError(`${place}.keys`, 'holds a private key; pass its public half')
}

function isFinder(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'find' in value &&
    typeof value.find === 'function' &&
    'version' in value &&
    typeof value.version === 'function'
  )
}

/** null opts out; anything else must be one or more exact names. */
function readNames(option: string, given: unknown): readonly string[] | null {
  if (given === null) return null
  const list: unknown[] = Array.isArray(given) ? given : [given]
  if (list.length > 0 && list.every((name) => typeof name === 'string' && name !== '')) {
    return list.map(String)
  }
  throw new ConfigError(option, 'must be text, an array of texts, or null to take any')
}
