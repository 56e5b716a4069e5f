import type { Duration } from '../foundation/duration.js'
import { ConfigError } from '../foundation/errors.js'
import {
  clock,
  count,
  flag,
  func,
  guarding,
  oneOf,
  type OptionTable,
  type OptionValues,
  readOptions,
  seconds,
  text,
  value,
} from '../foundation/options.js'
import { isText } from '../foundation/names.js'
import type { ClaimForm } from './claims.js'
import { IssuerLookup, readLookups } from './issuer-lookup.js'
import type { CacheLimits } from './memory/verified-cache.js'
import { readSchema, type ClaimsSchema } from './schema.js'
import { lengthCeiling, type Claims } from './token.js'
import {
  issuerTable,
  readNames,
  toIssuerPolicy,
  type IssuerFunction,
  type Issuers,
  type IssuersOptions,
  type IssuerValues,
  type SharedPolicy,
} from './trusted-issuers.js'

/** Settings that hold for every issuer. */
export interface CommonOptions<C> {
  /** Exactly this kind of token. Default: `JWT`, `at+jwt` or no `typ`, and no other kind. */
  readonly typ?: string
  /**
   * Schema for the claims; its output type is the type of `token.claims`. Plain objects and arrays of its output are
   * frozen and kept in the cache, so it should look at nothing but the claims. For any other output, such as a `Set`, a
   * `Date` or an instance of a class, it runs again on every use of the token. Default: the claims as they are.
   */
  readonly claims?: ClaimsSchema<C>
  /** Seconds by which clocks may differ. Default 60, at most 300 (RFC 9068 section 4: "no more than a few minutes"). */
  readonly clockTolerance?: Duration
  /** Refuse tokens issued longer ago than this; makes `iat` required. Default: no limit but `exp`. */
  readonly maxTokenAge?: Duration
  /** Longest token taken, in characters. Default 8192, at most 16384. */
  readonly maxLength?: number
  /**
   * Whether a token must have `exp`. Default `required`; `optional` also accepts tokens that never expire (RFC 8725
   * section 3.8 and RFC 9068 section 2.2 want an expiry).
   */
  readonly expiry?: 'required' | 'optional'
  /**
   * Claims that must be there, in addition to those that other options require; null does not count as there. Default:
   * no further ones.
   */
  readonly requiredClaims?: readonly string[]
  /**
   * Which values `sub` may have. Default `text`: 1 to 1024 characters, as RFC 7519 section 4.1.2 wants it. `any` is for an
   * issuer that writes numbers: the schema in `claims`, which is then required, decides. As a function it takes its
   * parameter as `Readonly<Record<string, unknown>>`, because `Claims` has the type of a strict `sub`. The number 1 and the
   * text "1" stay two subjects.
   */
  readonly subject?: ClaimForm
  /** The same for `jti` (RFC 7519 section 4.1.7). Default `text`; `any` requires a schema in `claims`. */
  readonly tokenId?: ClaimForm
  /** Integers beyond 2^53 as exact `bigint` instead of a refusal; they are never rounded. Default false. */
  readonly bigints?: boolean
  /**
   * How many verified tokens to keep, so that one seen again costs no signature check; times, and whether the keys
   * have changed, are checked on every use. Default: 16384 entries and 16 MiB for public-key algorithms, none for
   * HMAC alone. Never used with a bare function as `keys`, which cannot say when a key has become invalid.
   */
  readonly cache?: false | CacheLimits
  /** Unix time in seconds, fractions allowed. Default: the system's clock. */
  readonly now?: () => number
}

/** One issuer (`issuer: null` takes any), several, each with its own keys, or a function that finds them. */
export type VerifierOptions<C = Claims> = CommonOptions<C> & IssuersOptions

/** Options with a schema, which makes the claims. */
export type SchemaOptions<C> = VerifierOptions<C> & { readonly claims: ClaimsSchema<C> }

/** Options without a schema: the claims are those of the token. */
export type PlainOptions<
  Name extends string,
  Expiry extends 'required' | 'optional',
> = VerifierOptions & {
  readonly claims?: never
  readonly requiredClaims?: readonly Name[]
  readonly expiry?: Expiry
}

/**
 * The claims of a verifier without a schema: those that `requiredClaims` names, and `exp` unless `expiry` is `optional`,
 * are there.
 */
export type ClaimsWith<Name extends string, Expiry> = Claims &
  Present<Name> &
  ([Expiry] extends ['required'] ? Present<'exp'> : unknown)

/** Names that are only known at run time add nothing. */
type Present<Name extends string> = [Name] extends [never]
  ? unknown
  : string extends Name
    ? unknown
    : { readonly [Each in Name]: NonNullable<Claims[Each]> }

/** All options, checked and filled in. */
export interface VerifierPolicy<C> {
  readonly issuers: Issuers
  readonly schema: ClaimsSchema<C> | undefined
  readonly maxLength: number
  readonly bigints: boolean
  readonly cache: false | CacheLimits | undefined
  readonly now: () => number
}

/** A million entries are as many as an index of 32 bits and the garbage collector bear well. */
const cacheTable = {
  entries: count({ least: 4, most: 1_048_576 }),
  bytes: count({ most: 1_073_741_824 }),
} satisfies OptionTable<keyof CacheLimits>

const commonTable = {
  typ: guarding(text({ optional: true })),
  claims: guarding(value('Standard Schema or function', readSchema, { optional: true })),
  clockTolerance: seconds({ default: 60, most: 300 }),
  maxTokenAge: guarding(seconds({ optional: true })),
  maxLength: count({ default: 8192, most: lengthCeiling }),
  expiry: oneOf(['required', 'optional'], { default: 'required' }),
  requiredClaims: guarding(value('array of claim names', readClaimNames, { default: [] })),
  subject: oneOf<ClaimForm>(['text', 'any'], { default: 'text' }),
  tokenId: oneOf<ClaimForm>(['text', 'any'], { default: 'text' }),
  bigints: flag({ default: false }),
  cache: value('`false` or limits', readCache, { optional: true }),
  now: clock(),
} satisfies OptionTable<keyof CommonOptions<unknown>>

/** Options of a verifier of one issuer. */
export const verifierTable = {
  ...issuerTable,
  issuer: value('text, array of texts or null', readNames),
  ...commonTable,
} satisfies OptionTable

/** Options of a verifier of several issuers. */
export const issuersTable = {
  issuers: value('object of issuers by `iss`', readIssuers),
  ...commonTable,
} satisfies OptionTable

/** Options of a verifier of issuers that a function knows. */
export const askedTable = {
  issuers: func<IssuerFunction>(),
  lookups: value('limits', readLookups, { default: {} }),
  ...commonTable,
} satisfies OptionTable

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws ConfigError naming the option
 */
export function readVerifierOptions<C>(options: VerifierOptions<C>): VerifierPolicy<C> {
  const { issuers, values } = readerFor(options)(options)
  const lax = (['subject', 'tokenId'] as const).find((name) => values[name] === 'any')
  if (lax !== undefined && values.claims === undefined)
    throw new ConfigError(
      `createVerifier.${lax}`,
      "'any' needs the option claims, a schema that says which values are valid",
    )
  const { maxLength, bigints, cache, now } = values
  const schema = values.claims as ClaimsSchema<C> | undefined // its output is what the caller's type says
  return { issuers, schema, maxLength, bigints, cache, now }
}

type CommonValues = OptionValues<typeof commonTable>

interface Read {
  readonly issuers: Issuers
  readonly values: CommonValues
}

/** A caller in plain JavaScript can pass anything, whatever the parameter's type says. */
function readerFor(options: unknown): (options: unknown) => Read {
  if (typeof options !== 'object' || options === null || !('issuers' in options)) return readOne
  if (options.issuers === undefined) return readOne
  const extra = ['issuer', ...Object.keys(issuerTable)].find((name) => name in options)
  if (extra !== undefined)
    throw new ConfigError(`createVerifier.${extra}`, 'belongs to one issuer, and excludes issuers')
  return typeof options.issuers === 'function' ? readAsked : readSeveral
}

/** `issuers` may be there, as undefined. */
const oneTable = {
  ...verifierTable,
  issuers: value('object of issuers', readIssuers, { optional: true }),
}

function readOne(options: unknown): Read {
  const values = readOptions('createVerifier', oneTable, options)
  const names = { ...sharedPolicy(values), issuer: values.issuer }
  return {
    issuers: { kind: 'one', issuer: toIssuerPolicy('createVerifier', values, names) },
    values,
  }
}

function readSeveral(options: unknown): Read {
  const values = readOptions('createVerifier', issuersTable, options)
  const shared = sharedPolicy(values)
  const byName = Object.entries(values.issuers).map(([issuer, each]) => {
    const path = `createVerifier.issuers.${issuer}`
    return [issuer, toIssuerPolicy(path, each, { ...shared, issuer: [issuer] })] as const
  })
  return { issuers: { kind: 'several', byName: new Map(byName) }, values }
}

function readAsked(options: unknown): Read {
  const values = readOptions('createVerifier', askedTable, options)
  const { issuers: ask, lookups: limits, now } = values
  const shared = sharedPolicy(values)
  // The path has no name in it: that comes from a token.
  const path = 'createVerifier.issuers()'
  const toPolicy = (issuer: string, answer: unknown) =>
    toIssuerPolicy(path, readOptions(path, issuerTable, answer), { ...shared, issuer: [issuer] })
  const lookup = new IssuerLookup({ ask, toPolicy, limits, now })
  return { issuers: { kind: 'asked', lookup }, values }
}

function readIssuers(given: unknown, option: string): Readonly<Record<string, IssuerValues>> {
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : []
  if (entries.length === 0) throw new ConfigError(option, 'names no issuer')
  return Object.fromEntries(
    entries.map(([issuer, each]) => [
      issuer,
      readOptions(`${option}.${issuer}`, issuerTable, each),
    ]),
  )
}

function sharedPolicy(values: CommonValues): SharedPolicy {
  const { typ, clockTolerance, maxTokenAge, expiry, subject, tokenId } = values
  const required = new Set([...(expiry === 'required' ? ['exp'] : []), ...values.requiredClaims])
  const requiredClaims = [...required]
  return { typ, claims: { clockTolerance, maxTokenAge, requiredClaims, subject, tokenId } }
}

function readCache(given: unknown, option: string): false | CacheLimits {
  return given === false ? false : readOptions(option, cacheTable, given)
}

function readClaimNames(given: unknown, option: string): readonly string[] {
  if (Array.isArray(given) && given.every((name) => isText(name))) return [...given]
  throw new ConfigError(option, 'must be an array of claim names')
}
