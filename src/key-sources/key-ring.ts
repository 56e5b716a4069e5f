import type { Key } from '../key/key.js'
import type { KeyFinder } from '../token/key-source.js'
import type { PublishedSet } from './published.js'
import { LiveRing } from './ring/live-ring.js'
import { readRingOptions, type KeyRingOptions } from './ring/ring-options.js'
import type { KeyRingStatus, RingKeyInfo } from './ring/ring-info.js'

export type { KeyRingEvent, KeyRingOptions } from './ring/ring-options.js'
export type { KeyRingStatus, RingKeyInfo } from './ring/ring-info.js'
export type { KeyState } from './ring/ring-state.js'

/** A set of signing keys that replace one another. */
export interface KeyRing extends KeyFinder {
  /** Reads the ring, creates its first keys if there are none, and follows it from then on. */
  start(): Promise<void>
  /** The key that signs now: call it for every token. @throws AuthError KEYS_UNAVAILABLE */
  readonly signingKey: () => Key
  /** The public halves, for `/.well-known/jwks.json`. @throws AuthError KEYS_UNAVAILABLE */
  publishedSet(): PublishedSet
  /** The keys in the order in which they sign. */
  list(): readonly RingKeyInfo[]
  /**
   * Lets the next key sign as soon as it has been published for long enough; repeated calls until then change nothing.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  rotate(): Promise<RingKeyInfo>
  /**
   * Removes a compromised key: everything signed with it becomes invalid, at once in this process, in other processes
   * at their next poll, elsewhere when they fetch the published set again. Returns false when the ring has no such key.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  revoke(kid: string): Promise<boolean>
  /**
   * Reads the store now, and creates keys that are due. If the store can be read but not written, `status().problem`
   * says so, and the ring works for as long as one of its keys may sign.
   *
   * @throws AuthError STORE_UNAVAILABLE, ConfigError
   */
  refresh(): Promise<void>
  status(): KeyRingStatus
  /** Stops following the store. */
  close(): void
}

/**
 * Signing keys that are replaced without an interruption: each is published (`maxAge` and a margin) before it signs,
 * signs for `rotateEvery`, verifies for another `overlap`, and is removed.
 *
 * The ring is one encrypted text in a store, changed by compare-and-set, so any number of processes can share it, and
 * each of them maintains it. The ring and the clock decide which key signs: exactly one is active at any moment. The
 * limit: a process that cannot reach the store misses a `rotate()` or `revoke()`, and continues for `maxStaleness`.
 *
 * @throws ConfigError when an option is missing, unknown or dangerous
 * @example
 * const ring = createKeyRing({ store, algorithm: 'ES256', encryptionKey, tokenLife: '15m' })
 * await ring.start()
 * const verify = createVerifier({ keys: ring, algorithms: ['ES256'], issuer, audience })
 */
export function createKeyRing(options: KeyRingOptions): KeyRing {
  const live = new LiveRing(readRingOptions(options))
  return Object.freeze({
    find: (header) => live.find(header),
    version: () => live.version(),
    start: () => live.start(),
    signingKey: () => live.signingKey(),
    publishedSet: () => live.publishedSet(),
    list: () => live.list(),
    rotate: () => live.rotate(),
    revoke: (kid) => live.revoke(kid),
    refresh: () => live.refresh(),
    status: () => live.status(),
    close: () => {
      live.close()
    },
  } satisfies KeyRing)
}
