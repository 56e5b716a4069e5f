import {
  type Algorithm,
  isMixed,
  isSymmetric,
  mixedAlgorithms,
  readMixedAlgorithms,
} from '../key/algorithms.js'
import { Key } from '../key/key.js'
import type { Duration } from '../foundation/duration.js'
import { AuthError, ConfigError } from '../foundation/errors.js'
import { isText } from '../foundation/names.js'
import { type OptionTable, type OptionValues, value } from '../foundation/options.js'
import type { ClaimsPolicy } from './claims.js'
import type { HeaderPolicy } from './header.js'
import { toFinder, type KeyFinder, type KeySource } from './key-source.js'

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
  /** Whether the source tells when keys change; a bare function cannot. */
  readonly hasVersion: boolean
  readonly symmetric: boolean
  readonly header: HeaderPolicy
  readonly claims: ClaimsPolicy
}

/** The one issuer, or several by `iss`: keys are never searched across issuers (RFC 8725 section 3.8). */
export type Issuers = { readonly kind: 'one'; readonly issuer: IssuerPolicy } | IssuersByName

/** Several issuers: all of them from the start, or those that a function knows. */
export type IssuersByName =
  | { readonly kind: 'several'; readonly byName: ReadonlyMap<unknown, IssuerPolicy> }
  | { readonly kind: 'asked'; readonly lookup: IssuerFinder }

/** Issuers that come and go. */
export interface IssuerFinder {
  /**
   * The policy of an issuer; a promise only when it has to be asked for.
   *
   * @throws AuthError ISSUER_MISMATCH, KEYS_UNAVAILABLE; the promise rejects with the same
   */
  find(issuer: unknown): IssuerPolicy | Promise<IssuerPolicy>
  /** Whether this policy still counts, so that tokens verified by it need no look-up. */
  isCurrent(policy: IssuerPolicy): boolean
}

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
      readonly lookups?: never
    })
  | ({
      /** Each issuer with its own keys; the token's `iss` picks one, exactly. */
      readonly issuers: Readonly<Record<string, TrustedIssuer>>
      readonly lookups?: never
    } & NotOfOneIssuer)
  | (AskedIssuers & NotOfOneIssuer)

/** The options for issuers that come and go. */
export interface AskedIssuers {
  /**
   * The issuer of this name with its keys; undefined or null when it is not known. Asked with the `iss` of a token that
   * is not verified yet, and only if that is an https URL of at most 512 characters, in its canonical spelling and
   * without user, query and fragment. Look the name up in a list of yours, and never take an address from it. An answer
   * that is not known counts for 30 s; when it throws or takes longer than 5 s, tokens of this issuer are refused with
   * 503.
   */
  readonly issuers: IssuerFunction
  /** Limits of the look-ups. Default: an issuer is known for 60 s, 600 look-ups a minute, 10,000 known issuers. */
  readonly lookups?: LookupLimits
}

/** Finds an issuer that is not known from the start. `signal` aborts when the answer comes too late. */
export type IssuerFunction = (
  issuer: string,
  signal: AbortSignal,
) => TrustedIssuer | null | undefined | PromiseLike<TrustedIssuer | null | undefined>

/** Limits of the look-ups of issuers that come and go. */
export interface LookupLimits {
  /**
   * How long an issuer counts as known before the function is asked again; tokens of a removed issuer are accepted for
   * so long. Default 60 s, at most 1 hour.
   */
  readonly trustFor?: Duration
  /**
   * Look-ups a minute of issuers that are not known yet; all may come at once. Tokens of further ones are refused with
   * 503. Default 600.
   */
  readonly perMinute?: number
  /** Most known issuers; the one asked for longest ago is forgotten when there are more. Default 10,000. */
  readonly known?: number
}

interface NotOfOneIssuer {
  readonly issuer?: never
  readonly keys?: never
  readonly algorithms?: never
  readonly audience?: never
}

/** Options of one issuer. */
export const issuerTable = {
  keys: value('key, function or key source', readKeys),
  algorithms: value('array of algorithms', readMixedAlgorithms),
  audience: value('text, array of texts or null', readNames),
} satisfies OptionTable<keyof TrustedIssuer>

/** The options of one issuer, checked each by itself. */
export type IssuerValues = OptionValues<typeof issuerTable>

/**
 * One issuer's part of the policy, after a look at whether its options fit together.
 *
 * @throws ConfigError naming the option
 */
export function toIssuerPolicy(
  path: string,
  { keys, algorithms, audience }: IssuerValues,
  { typ, claims, issuer }: SharedPolicy & { readonly issuer: readonly string[] | null },
): IssuerPolicy {
  if (keys instanceof Key && !algorithms.has(keys.alg))
    throw new ConfigError(`${path}.keys`, 'the key is for none of the configured algorithms')
  const finder = toFinder(keys)
  if (isMixed(algorithms) && finder.hasBothKinds !== true)
    throw mixedAlgorithms(`${path}.algorithms`)
  return {
    keys: finder,
    hasVersion: typeof keys !== 'function',
    symmetric: [...algorithms].every(isSymmetric),
    header: { algorithms, typ },
    claims: { ...claims, issuer, audience },
  }
}

/**
 * The entry that the unverified `iss` names, exactly as written. The entry's keys and claims have yet to confirm it.
 * Returns a promise only for an issuer that a function has to be asked for.
 *
 * @throws AuthError CLAIM_MISSING, ISSUER_MISMATCH, KEYS_UNAVAILABLE; the promise rejects with the same
 */
export function pickIssuer(
  issuers: IssuersByName,
  unverified: Readonly<Record<string, unknown>>,
): IssuerPolicy | Promise<IssuerPolicy> {
  const { iss } = unverified
  if (iss === undefined) throw new AuthError('CLAIM_MISSING', { claim: 'iss' })
  if (issuers.kind === 'asked') return issuers.lookup.find(iss)
  const entry = issuers.byName.get(iss)
  if (!entry) throw new AuthError('ISSUER_MISMATCH', { claim: 'iss' })
  return entry
}

function readKeys(given: unknown, option: string): KeySource {
  if (given instanceof Key && given.kind === 'private')
    throw new ConfigError(option, 'holds a private key; pass its public half')
  if (given instanceof Key || typeof given === 'function' || isFinder(given))
    return given as KeySource // a key, a finder, or a function of which no more can be known
  throw new ConfigError(option, 'must be a key, a function or a key source')
}

function isFinder(given: unknown): boolean {
  return (
    typeof given === 'object' &&
    given !== null &&
    'find' in given &&
    typeof given.find === 'function' &&
    'version' in given &&
    typeof given.version === 'function'
  )
}

/** null opts out; anything else must be one or more exact names. */
export function readNames(given: unknown, option: string): readonly string[] | null {
  if (given === null) return null
  const names: readonly unknown[] = Array.isArray(given) ? given : [given]
  const texts = names.filter((name) => isText(name))
  if (texts.length > 0 && texts.length === names.length) return texts
  throw new ConfigError(option, 'must be text, an array of texts, or null to take any')
}
