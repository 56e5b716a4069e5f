import type { Duration } from '../../foundation/duration.js'
import { ConfigError } from '../../foundation/errors.js'
import { type Algorithm, isSymmetric, readAlgorithms } from '../../key/algorithms.js'
import {
  clock,
  funcOr,
  milliseconds,
  oneOf,
  optionalFunc,
  type OptionTable,
  type OptionValues,
  readOptions,
  seconds,
  text,
  unchecked,
  value,
} from '../../foundation/options.js'
import type { JwkInput } from '../../key/jwk.js'
import { noUsableKey, usableKeys, type UsableKeys } from '../usable-keys.js'
import type { DiscoveryKind } from './discovery.js'
import { usualFetch, type Fetch } from './guarded-fetch.js'
import type { Reach } from './reach.js'
import type { RemoteJwksEvent } from './remote-events.js'
import { checkUrl, readPlace, type Places } from './set-url.js'

/** Options of `remoteJwks`. */
export interface RemoteJwksOptions {
  /** The algorithms that its keys may be for; keys for other algorithms are left out. */
  readonly algorithms: readonly Algorithm[]
  /**
   * Treats the URL as an issuer's identifier and reads the set's address from its metadata: `openid` (OpenID Connect
   * Discovery) or `oauth` (RFC 8414). Default: the URL is the set's own.
   */
  readonly discovery?: DiscoveryKind
  /** With `discovery`: the origin that the metadata's `jwks_uri` may have. Default: the issuer's own. */
  readonly jwksOrigin?: string
  /** Which addresses may be contacted. Default `public`; `loopback` also permits plain http. */
  readonly reach?: Reach
  /**
   * Hosts with their ports that may be asked over plain http inside a private network, such as `keycloak:8080`, and
   * only at private addresses. Anyone who can change an answer on the way decides which tokens are valid. Default: none.
   */
  readonly insecureHttp?: readonly string[]
  /**
   * A set to begin with, so that a cold start does not wait for its server: it serves as if fetched at the start, and
   * the first lookup refreshes it in the background. Default: none.
   */
  readonly startingSet?: { readonly keys: readonly JwkInput[] }
  /** Longest time a set is fresh, whatever its `Cache-Control` says, and without one. Default 10 minutes. */
  readonly maxAge?: Duration
  /** Shortest time a set is fresh, whatever its `Cache-Control` says. Default 30 s, or `maxAge` when that is less. */
  readonly minAge?: Duration
  /**
   * How much longer a set serves while its server fails. Together with `maxAge` this limits how long a key that was
   * removed meanwhile still verifies. Default 1 hour; 0 for none.
   */
  readonly staleIfError?: Duration
  /** Unknown `kid`s cause at most one fetch in this time. Default 30 s. */
  readonly cooldown?: Duration
  /** Longest pause after repeated failures; pauses double from one second, with random shortening. Default 60 s. */
  readonly maxBackoff?: Duration
  /** Milliseconds for one request, its body included. Default 3000, at most 5000. */
  readonly timeoutMs?: number
  /**
   * For a proxy, headers, a CA or an agent. Default: one that enforces `reach` and `insecureHttp` for the
   * address that it connects to, which a custom one must do itself; on Cloudflare Workers the platform's. The limits of
   * time, size, redirects and media types hold for a custom one too.
   */
  readonly fetch?: Fetch
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
  /** From 0 to 1. Default `Math.random`: it spreads requests and is not security-relevant. */
  readonly random?: () => number
  /** Called after every fetch; its errors are ignored. */
  readonly onEvent?: (event: RemoteJwksEvent) => void
}

/** Options of `remoteJwks`. */
export const remoteJwksTable = {
  algorithms: value('array of algorithms', readPublicAlgorithms),
  discovery: oneOf<DiscoveryKind, { optional: true }>(['openid', 'oauth'], { optional: true }),
  jwksOrigin: text({ optional: true }),
  reach: oneOf<Reach>(['public', 'private', 'loopback'], { default: 'public' }),
  insecureHttp: value('array of hosts with ports', readPlaces, { default: [] }),
  startingSet: unchecked<RemoteJwksOptions['startingSet']>('JWK set'),
  maxAge: seconds({ default: '10m' }),
  minAge: seconds({ optional: true }),
  staleIfError: seconds({ default: '1h' }),
  cooldown: seconds({ default: 30, least: 1 }),
  maxBackoff: seconds({ default: 60, least: 1 }),
  timeoutMs: milliseconds({ default: 3000, most: 5000 }),
  fetch: optionalFunc<Fetch>(),
  now: clock(),
  random: funcOr<() => number>(Math.random),
  onEvent: optionalFunc<NonNullable<RemoteJwksOptions['onEvent']>>(),
} satisfies OptionTable<keyof RemoteJwksOptions>

type RemoteValues = OptionValues<typeof remoteJwksTable>

/** {@link RemoteJwksOptions}, checked and filled in; durations in seconds. */
export interface RemotePolicy extends Omit<
  RemoteValues,
  'algorithms' | 'discovery' | 'startingSet'
> {
  readonly url: URL
  readonly discovery: { readonly kind: DiscoveryKind; readonly issuer: string } | undefined
  readonly jwksOrigin: string
  readonly algorithms: readonly Algorithm[]
  readonly minAge: number
  readonly fetch: Fetch
  readonly startingSet: UsableKeys | undefined
}

const factory = 'remoteJwks'

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws ConfigError naming the option
 */
export function readRemoteOptions(address: string | URL, options: RemoteJwksOptions): RemotePolicy {
  const values = readOptions(factory, remoteJwksTable, options)
  const { discovery, maxAge, fetch = usualFetch(values) } = values
  const { minAge = Math.min(30, maxAge) } = values
  if (minAge < 1 || minAge > maxAge)
    throw new ConfigError(`${factory}.minAge`, 'must be from 1 second to maxAge')
  const url = readUrl(address, values)
  const algorithms = [...values.algorithms]
  return {
    ...values,
    ...{ url, minAge, fetch },
    discovery: discovery && { kind: discovery, issuer: String(address) },
    jwksOrigin: readOrigin(url, values),
    algorithms,
    startingSet: values.startingSet && readStartingSet(values.startingSet, algorithms),
  }
}

function readPlaces(given: unknown, option: string): readonly string[] {
  const places = Array.isArray(given) ? given.map(readPlace) : [undefined]
  const known = places.filter((place) => place !== undefined)
  if (known.length === places.length) return known
  throw new ConfigError(
    option,
    'must be an array of hosts with their ports, such as "keycloak:8080"',
  )
}

function readStartingSet(set: unknown, algorithms: readonly Algorithm[]): UsableKeys {
  const option = `${factory}.startingSet`
  try {
    const usable = usableKeys(set, algorithms, 'never')
    if (usable.keys.size > 0) return usable
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new ConfigError(option, error.message.replace(/^jwks: /, ''))
  }
  throw new ConfigError(option, noUsableKey)
}

/** A secret that others can read is none, so HMAC keys never come from a published set. */
function readPublicAlgorithms(given: unknown, option: string): ReadonlySet<Algorithm> {
  const algorithms = readAlgorithms(given, option)
  if ([...algorithms].some(isSymmetric))
    throw new ConfigError(option, 'names HMAC; a published set has no secrets, so use hmacKey')
  return algorithms
}

function readUrl(address: string | URL, places: Places): URL {
  const option = `${factory}.url`
  if (!URL.canParse(String(address))) throw new ConfigError(option, 'must be an absolute URL')
  const url = new URL(address)
  const problem = checkUrl(url, places)
  if (problem !== undefined) throw new ConfigError(option, problem)
  return url
}

function readOrigin(url: URL, { discovery, jwksOrigin }: RemoteValues): string {
  const option = `${factory}.jwksOrigin`
  if (jwksOrigin === undefined) return url.origin
  if (discovery === undefined) throw new ConfigError(option, 'needs the option discovery')
  if (!URL.canParse(jwksOrigin) || new URL(jwksOrigin).origin !== jwksOrigin)
    throw new ConfigError(option, 'must be an origin, such as "https://keys.example"')
  return jwksOrigin
}
