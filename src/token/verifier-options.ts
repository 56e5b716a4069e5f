import { parseDuration, type Duration } from '../foundation/duration.js'
import { ConfigError } from '../foundation/errors.js'
import {
  issuerOptionNames,
  resolveIssuers,
  type Issuers,
  type IssuersOptions,
  type SharedPolicy,
} from './trusted-issuers.js'
import { checkOptionNames } from '../foundation/options.js'
import type { ClaimsSchema } from './schema.js'
import { lengthCeiling, type Claims } from './token.js'
import type { CacheLimits } from './memory/verified-cache.js'

/** Settings that hold for every issuer. */
export interface CommonOptions<C> {
  /** Exactly this kind of token. Default: `JWT`, `at+jwt` or no `typ`, and no other kind. */
  readonly typ?: string
  /**
   * Schema for the claims; its output type is the type of `token.claims`. What it made of a token is kept with it in
   * the cache, so it should look at nothing but the claims. Default: the claims as they are.
   */
  readonly claims?: ClaimsSchema<C>
  /** Seconds by which clocks may differ. Default 60, at most 300 (RFC 9068 section 4: "no more than a few minutes"). */
  readonly clockTolerance?: Duration
  /** Refuse tokens issued longer ago than this; makes `iat` required. Default: no limit but `exp`. */
  readonly maxTokenAge?: Duration
  /** Longest token taken, in characters. Default 8192, at most 16384. */
  readonly maxLength?: number
  /** Claims that must be there, beside those that other options require. Default `['exp']`. */
  readonly requiredClaims?: readonly string[]
  /** Integers beyond 2^53 as exact `bigint` instead of a refusal; they are never rounded. Default false. */
  readonly bigints?: boolean
  /**
   * How many verified tokens to keep, so that one seen again costs no signature check; times, and whether the keys
   * have changed, are checked on every use. Default: 16384 entries and 16 MiB for public-key algorithms, none for
   * HMAC. Never used with a bare function as `keys`, which can not say when a key has stopped being good.
   */
  readonly cache?: false | CacheLimits
  /** Unix time in seconds, fractions allowed. Default: the system's clock. */
  readonly now?: () => number
}

/** Either one issuer (`issuer: null` takes any), or several, each with its own keys. */
export type VerifierOptions<C = Claims> = CommonOptions<C> & IssuersOptions

/** All options, checked and filled in. */
export interface VerifierPolicy<C> {
  readonly issuers: Issuers
  readonly schema: ClaimsSchema<C> | undefined
  readonly maxLength: number
  readonly bigints: boolean
  readonly cache: false | CacheLimits | undefined
  readonly now: () => number
}

const commonNames = [
  'typ',
  'claims',
  'clockTolerance',
  'maxTokenAge',
  'maxLength',
  'requiredClaims',
  'bigints',
  'cache',
  'now',
]

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws ConfigError naming the option
 */
export function resolveVerifier<C>(options: VerifierOptions<C>): VerifierPolicy<C> {
  const names = [...commonNames, ...issuerOptionNames, 'issuer', 'issuers']
  checkOptionNames('createVerifier', options, names)
  const { maxLength = 8192, bigints = false, now = () => Date.now() / 1000 } = options
  if (!isCount(maxLength, lengthCeiling)) {
    throw new ConfigError('maxLength', `must be a whole number from 1 to ${String(lengthCeiling)}`)
  }
  const given: Readonly<Record<string, unknown>> = { bigints, now } // whatever a caller in plain JavaScript passed
  if (typeof given['bigints'] !== 'boolean') throw new ConfigError('bigints', 'must be a boolean')
  if (typeof given['now'] !== 'function') throw new ConfigError('now', 'must be a function')
  return {
    issuers: resolveIssuers(options, resolveShared(options)),
    schema: checkSchema(options.claims),
    maxLength,
    bigints,
    cache: checkCache(options.cache),
    now,
  }
}

function resolveShared<C>(options: CommonOptions<C>): SharedPolicy {
  const clockTolerance = parseDuration(options.clockTolerance ?? 60, 'clockTolerance')
  if (clockTolerance > 300) throw new ConfigError('clockTolerance', 'must be at most 300 seconds')
  const { typ, maxTokenAge, requiredClaims = ['exp'] } = options
  if (typ !== undefined && !isName(typ)) throw new ConfigError('typ', 'must be text')
  if (!isNameList(requiredClaims)) {
    throw new ConfigError('requiredClaims', 'must be an array of claim names')
  }
  return {
    typ,
    claims: {
      clockTolerance,
      maxTokenAge:
        maxTokenAge === undefined ? undefined : parseDuration(maxTokenAge, 'maxTokenAge'),
      requiredClaims: [...requiredClaims],
    },
  }
}

function checkSchema<C>(schema: ClaimsSchema<C> | undefined): ClaimsSchema<C> | undefined {
  const given: unknown = schema
  const isSchema =
    given === undefined ||
    typeof given === 'function' ||
    (typeof given === 'object' && given !== null && '~standard' in given)
  if (!isSchema) throw new ConfigError('claims', 'must be a Standard Schema or a function')
  return schema
}

/** A million entries are as many as an index of 32 bits and the garbage collector bear well. */
const leastEntries = 4
const mostEntries = 1_048_576
const mostBytes = 1_073_741_824

function checkCache(cache: false | CacheLimits | undefined): false | CacheLimits | undefined {
  if (cache === undefined || cache === false) return cache
  checkOptionNames('cache', cache, ['entries', 'bytes'])
  if (cache.entries < leastEntries || !isCount(cache.entries, mostEntries))
    throw new ConfigError(
      'cache.entries',
      `must be a whole number from ${String(leastEntries)} to ${String(mostEntries)}`,
    )
  if (!isCount(cache.bytes, mostBytes))
    throw new ConfigError('cache.bytes', `must be a whole number from 1 to ${String(mostBytes)}`)
  return { entries: cache.entries, bytes: cache.bytes }
}

function isCount(value: unknown, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isNameList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isName)
}
