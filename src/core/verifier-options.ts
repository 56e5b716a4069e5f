import { isAlgorithm, isSymmetric, type Algorithm } from './algorithms.js'
import type { ClaimsPolicy } from './claims.js'
import { parseDuration, type Duration } from './duration.js'
import { ConfigError } from './errors.js'
import { Key } from './key.js'
import { toFinder, type KeyFinder, type KeySource } from './key-source.js'
import { checkOptionNames } from './options.js'
import type { ClaimsSchema } from './schema.js'
import { lengthCeiling, type Claims } from './token.js'

/** One issuer's keys and what its tokens must say. */
export interface IssuerOptions {
  /** Where verification keys come from. */
  readonly keys: KeySource
  /** The algorithms that may be used; nothing else is looked at (RFC 8725 section 3.1). */
  readonly algorithms: readonly Algorithm[]
  /** Audience or audiences, one of which the token must name; null to take any. */
  readonly audience: string | readonly string[] | null
}

/** Settings that hold for every issuer. */
export interface CommonOptions<C> {
  /** Exactly this kind of token. Default: `JWT`, `at+jwt` or no `typ`, and no other kind. */
  readonly typ?: string
  /** Schema for the claims; its output type is the type of `token.claims`. Default: the claims as they are. */
  readonly claims?: ClaimsSchema<C>
  /** Seconds by which clocks may differ. Default 60, at most 300 (RFC 9068 section 4: "no more than a few minutes"). */
  readonly clockTolerance?: Duration
  /** Refuse tokens issued longer ago than this; makes `iat` required. Default: no limit but `exp`. */
  readonly maxTokenAge?: Duration
  /** Longest token taken, in characters. Default 8192, at most 16384. */
  readonly maxLength?: number
  /** Claims that must be there, beside those that other options require. Default `['exp']`. */
  readonly requiredClaims?: readonly string[]
  /** Unix time in seconds, fractions allowed. Default: the system's clock. */
  readonly now?: () => number
}

/** Either one issuer (`issuer: null` takes any), or several, each with its own keys. */
export type VerifierOptions<C = Claims> = CommonOptions<C> &
  (
    | (IssuerOptions & {
        readonly issuer: string | readonly string[] | null
        readonly issuers?: never
      })
    | {
        readonly issuers: Readonly<Record<string, IssuerOptions>>
        readonly issuer?: never
        readonly keys?: never
      }
  )

/** One issuer's part of the resolved policy. */
export interface IssuerPolicy {
  readonly keys: KeyFinder
  readonly algorithms: ReadonlySet<Algorithm>
  readonly claims: ClaimsPolicy
}

export interface VerifierPolicy<C> {
  /** The one policy, or one for each `iss`: keys are never searched across issuers (RFC 8725 section 3.8). */
  readonly issuers: IssuerPolicy | ReadonlyMap<string, IssuerPolicy>
  readonly typ: string | undefined
  readonly schema: ClaimsSchema<C> | undefined
  readonly maxLength: number
  readonly now: () => number
}

const commonNames = [
  'typ',
  'claims',
  'clockTolerance',
  'maxTokenAge',
  'maxLength',
  'requiredClaims',
  'now',
]
const issuerNames = ['keys', 'algorithms', 'audience']

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws ConfigError naming the option
 */
export function resolveVerifier<C>(options: VerifierOptions<C>): VerifierPolicy<C> {
  checkOptionNames('createVerifier', options, [...commonNames, ...issuerNames, 'issuer', 'issuers'])
  const shared = resolveShared(options)
  const issuers =
    options.issuers === undefined
      ? resolveSingle(options, shared)
      : resolveSeveral(options.issuers, shared)
  const { maxLength = 8192 } = options
  if (!Number.isInteger(maxLength) || maxLength < 1 || maxLength > lengthCeiling) {
    throw new ConfigError('maxLength', `must be a whole number from 1 to ${String(lengthCeiling)}`)
  }
  return {
    issuers,
    typ: options.typ,
    schema: options.claims,
    maxLength,
    now: options.now ?? (() => Date.now() / 1000),
  }
}

type Shared = Omit<ClaimsPolicy, 'issuer' | 'audience'>

function resolveShared<C>(options: CommonOptions<C>): Shared {
  const clockTolerance = parseDuration(options.clockTolerance ?? 60, 'clockTolerance')
  if (clockTolerance > 300) throw new ConfigError('clockTolerance', 'must be at most 300 seconds')
  const { maxTokenAge, requiredClaims = ['exp'] } = options
  if (!isNameList(requiredClaims)) {
    throw new ConfigError('requiredClaims', 'must be an array of claim names')
  }
  return {
    clockTolerance,
    maxTokenAge: maxTokenAge === undefined ? undefined : parseDuration(maxTokenAge, 'maxTokenAge'),
    requiredClaims: [...requiredClaims],
  }
}

function resolveSingle(
  options: IssuerOptions & { readonly issuer: string | readonly string[] | null },
  shared: Shared,
): IssuerPolicy {
  return resolveIssuer('createVerifier', options, {
    ...shared,
    issuer: names('issuer', options.issuer),
  })
}

function resolveSeveral(
  issuers: Readonly<Record<string, IssuerOptions>>,
  shared: Shared,
): Map<string, IssuerPolicy> {
  const entries = Object.entries(issuers)
  if (entries.length === 0) throw new ConfigError('issuers', 'names no issuer')
  return new Map(
    entries.map(([issuer, options]) => {
      const place = `issuers.${issuer}`
      checkOptionNames(place, options, issuerNames)
      return [issuer, resolveIssuer(place, options, { ...shared, issuer: [issuer] })]
    }),
  )
}

function resolveIssuer(
  place: string,
  options: IssuerOptions,
  claims: Shared & Pick<ClaimsPolicy, 'issuer'>,
): IssuerPolicy {
  const allowed = resolveAlgorithms(place, options.algorithms)
  const keys: unknown = options.keys
  if (keys instanceof Key) checkKey(place, keys, allowed)
  else if (typeof keys !== 'function' && !isFinder(keys)) {
    throw new ConfigError(`${place}.keys`, 'must be a key, a function or a key source')
  }
  const audience = names(`${place}.audience`, options.audience)
  return {
    keys: toFinder(options.keys),
    algorithms: allowed,
    claims: { ...claims, audience },
  }
}

function resolveAlgorithms(place: string, given: unknown): ReadonlySet<Algorithm> {
  const option = `${place}.algorithms`
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
function names(option: string, given: unknown): readonly string[] | null {
  if (given === null) return null
  const list: unknown[] = Array.isArray(given) ? given : [given]
  if (list.length === 0 || !isNameList(list)) {
    throw new ConfigError(option, 'must be text, an array of texts, or null to take any')
  }
  return list
}

function isNameList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '')
}
