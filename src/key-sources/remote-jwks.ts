import type { KeyFinder } from '../token/key-source.js'
import { JwksCache } from './remote/jwks-cache.js'
import type { RemoteJwksStatus } from './remote/remote-events.js'
import { readRemoteOptions, type RemoteJwksOptions } from './remote/remote-options.js'

export type { RemoteJwksEvent, RemoteJwksStatus } from './remote/remote-events.js'
export type { RemoteJwksOptions } from './remote/remote-options.js'

/** The keys of a JWK set on another server. */
export interface RemoteJwks extends KeyFinder {
  /**
   * Fetches the set unless it is already there: for a service that wants to fail at its start.
   *
   * @throws AuthError KEYS_UNAVAILABLE
   */
  load(): Promise<void>
  /** The state for health checks: never fetches, never waits. */
  status(): RemoteJwksStatus
}

/**
 * The public keys of an issuer, from its JWK set (RFC 7517) at a fixed URL: https, no redirect, public addresses,
 * 3 seconds, 256 KiB, 100 keys, the right media type; or from its metadata (`discovery`).
 *
 * One fetch runs at a time. A set is fresh as its `Cache-Control` says, from 30 s to 10 minutes, and is refreshed in
 * the background at about 80 % of that. While its server fails it serves for another hour; a key that was removed
 * meanwhile stops verifying then. An invalid answer leaves the set unchanged; a valid set without a usable key withdraws
 * all keys. One odd entry never spoils a set: it is left out, and `status()` says why. Up to four keys may have one
 * `kid`. After a failure the next attempt waits 1
 * s, 2 s, 4 s and so on, up to a minute. Unknown `kid`s cost one fetch in 30 s, however many there are, and never delay
 * a known one. For several issuers use one `remoteJwks` each, under `issuers` of the verifier.
 *
 * @throws ConfigError when an option is missing, unknown or dangerous. Lookups reject with AuthError KEYS_UNAVAILABLE.
 * @example
 * const keys = remoteJwks('https://auth.example/.well-known/jwks.json', { algorithms: ['ES256'] })
 * const verify = createVerifier({ keys, algorithms: ['ES256'], issuer: 'https://auth.example', audience: 'api' })
 */
export function remoteJwks(url: string | URL, options: RemoteJwksOptions): RemoteJwks {
  const cache = new JwksCache(readRemoteOptions(url, options))
  return Object.freeze({
    find: (header) => cache.find(header),
    version: () => cache.version(),
    matched: () => undefined, // says that there may be candidates
    load: () => cache.load(),
    status: () => cache.status(),
  } satisfies RemoteJwks)
}
