import { type Duration, parseDuration } from '../../foundation/duration.js'
import { ConfigError } from '../../foundation/errors.js'
import type { Algorithm } from '../../key/algorithms.js'
import { checkOptionNames } from '../../foundation/options.js'
import { checkAlgorithms } from '../usable-keys.js'
import type { DiscoveryKind } from './discovery.js'
import { guardedFetch, type Fetch } from './guarded-fetch.js'
import type { Reach } from './reach.js'
import type { RemoteJwksEvent } from './remote-events.js'
import { checkUrl } from './set-url.js'

/** How a remote JWK set is fetched and how long it is good. */
export interface RemoteJwksOptions {
  /** The algorithms that its keys may be for; keys for others are left out. */
  readonly algorithms: readonly Algorithm[]
  /**
   * Take the URL for an issuer's identifier, and ask its metadata where the set is: `openid` (OpenID Connect Discovery)
   * or `oauth` (RFC 8414). Default: the URL is the set's own.
   */
  readonly discovery?: DiscoveryKind
  /** With `discovery`: the origin that the metadata's `jwks_uri` may have. Default: the issuer's own. */
  readonly jwksOrigin?: string
  /** Which addresses may be asked. Default `public`; `loopback` also permits plain http. */
  readonly reach?: Reach
  /** Longest time a set is fresh, whatever its `Cache-Control` says, and without one. Default 10 minutes. */
  readonly maxAge?: Duration
  /** Shortest time a set is fresh, whatever its `Cache-Control` says. Default 30 s, or `maxAge` when that is less. */
  readonly minAge?: Duration
  /**
   * How long after that a set still serves while its server fails. With `maxAge` the hard limit on the life of a key
   * that was removed meanwhile. Default 1 hour; 0 for none.
   */
  readonly staleIfError?: Duration
  /** At most one fetch because of an unknown `kid` in this time. Default 30 s. */
  readonly cooldown?: Duration
  /** Longest pause after repeated failures; pauses double from one second and are shortened at random. Default 60 s. */
  readonly maxBackoff?: Duration
  /** Milliseconds for one request, its body included. Default 3000, at most 5000. */
  readonly timeoutMs?: number
  /** Default: one that refuses to go where `reach` does not. One given here has to do that by itself. */
  readonly fetch?: Fetch
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
  /** From 0 to 1. Default `Math.random`: it spreads requests, and protects nothing. */
  readonly random?: () => number
  /** Told of every fetch. What it throws is dropped. */
  readonly onEvent?: (event: RemoteJwksEvent) => void
}

/** {@link RemoteJwksOptions}, checked and filled in; durations in seconds. */
export interface RemotePolicy {
  readonly url: URL
  readonly discovery: { readonly kind: DiscoveryKind; readonly issuer: string } | undefined
  readonly jwksOrigin: string
  readonly algorithms: readonly Algorithm[]
  readonly reach: Reach
  readonly minAge: number
  readonly maxAge: number
  readonly staleIfError: number
  readonly cooldown: number
  readonly maxBackoff: number
  readonly timeoutMs: number
  readonly fetch: Fetch
  readonly now: () => number
  readonly random: () => number
  readonly onEvent: (event: RemoteJwksEvent) => void
}

const place = 'remoteJwks'
const reaches: readonly unknown[] = ['public', 'private', 'loopback'] satisfies Reach[]
const discoveries: readonly unknown[] = [undefined, 'openid', 'oauth'] satisfies (
  DiscoveryKind | undefined
)[]
const optionNames = [
  'algorithms',
  'discovery',
  'jwksOrigin',
  'reach',
  'maxAge',
  'minAge',
  'staleIfError',
  'cooldown',
  'maxBackoff',
  'timeoutMs',
  'fetch',
  'now',
  'random',
  'onEvent',
]

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws ConfigError naming the option
 */
export function resolveRemote(address: string | URL, options: RemoteJwksOptions): RemotePolicy {
  checkOptionNames(place, options, optionNames)
  const { reach = 'public', discovery, fetch = guardedFetch(reach) } = options
  if (!reaches.includes(reach))
    throw new ConfigError(`${place}.reach`, 'must be "public", "private" or "loopback"')
  if (!discoveries.includes(discovery))
    throw new ConfigError(`${place}.discovery`, 'must be "openid" or "oauth"')
  const url = readUrl(address, reach)
  return {
    url,
    discovery: discovery && { kind: discovery, issuer: String(address) },
    jwksOrigin: readOrigin(url, options),
    algorithms: checkAlgorithms(`${place}.algorithms`, options.algorithms),
    reach,
    ...readTimes(options),
    fetch,
    now: options.now ?? (() => Date.now() / 1000),
    random: options.random ?? Math.random,
    onEvent: options.onEvent ?? (() => undefined),
  }
}

function readUrl(address: string | URL, reach: Reach): URL {
  const option = `${place}.url`
  if (!URL.canParse(String(address))) throw new ConfigError(option, 'must be an absolute URL')
  const url = new URL(address)
  const problem = checkUrl(url, reach)
  if (problem !== undefined) throw new ConfigError(option, problem)
  return url
}

function readOrigin(url: URL, { discovery, jwksOrigin }: RemoteJwksOptions): string {
  const option = `${place}.jwksOrigin`
  if (jwksOrigin === undefined) return url.origin
  if (discovery === undefined) throw new ConfigError(option, 'has a meaning with discovery only')
  if (!URL.canParse(jwksOrigin) || new URL(jwksOrigin).origin !== jwksOrigin)
    throw new ConfigError(option, 'must be an origin, such as "https://keys.example"')
  return jwksOrigin
}

function readTimes(options: RemoteJwksOptions) {
  const read = (
    name: 'maxAge' | 'minAge' | 'staleIfError' | 'cooldown' | 'maxBackoff',
    fallback: number,
  ) => parseDuration(options[name] ?? fallback, `${place}.${name}`)
  const maxAge = read('maxAge', 600)
  const times = {
    maxAge,
    minAge: read('minAge', Math.min(30, maxAge)),
    staleIfError: read('staleIfError', 3600),
    cooldown: read('cooldown', 30),
    maxBackoff: read('maxBackoff', 60),
    timeoutMs: options.timeoutMs ?? 3000,
  }
  const { minAge, cooldown, maxBackoff, timeoutMs } = times
  if (minAge < 1 || minAge > maxAge)
    throw new ConfigError(`${place}.minAge`, 'must be from 1 second to maxAge')
  if (cooldown < 1) throw new ConfigError(`${place}.cooldown`, 'must be at least 1 second')
  if (maxBackoff < 1) throw new ConfigError(`${place}.maxBackoff`, 'must be at least 1 second')
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 5000)
    throw new ConfigError(`${place}.timeoutMs`, 'must be from 1 to 5000 milliseconds')
  return times
}
