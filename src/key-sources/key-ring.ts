import type { Key } from '../key/key.js'
import type { KeyFinder } from '../token/key-source.js'
import type { PublishedSet } from './published.js'
import { LiveRing } from './ring/live-ring.js'
import { readRingOptions, type KeyRingOptions } from './ring/ring-options.js'
import type { KeyRingStatus, RingKeyInfo } from './ring/ring-info.js'

export type { KeyRingEvent, KeyRingOptions } from './ring/ring-options.js'
export type { KeyRingStatus, RingKeyInfo } from './ring/ring-info.js'
export type { KeyState } from './ring/ring-state.js'

/** Keys that replace one another. */
export interface KeyRing extends KeyFinder {
  /** Reads the ring, makes its first keys where there are none, and follows it from then on. */
  start(): Promise<void>
  /** The key to sign with at this moment: ask for every token. @throws AuthError KEYS_UNAVAILABLE */
  readonly signingKey: () => Key
  /** The public halves, for `/.well-known/jwks.json`. @throws AuthError KEYS_UNAVAILABLE */
  publishedSet(): PublishedSet
  /** The keys in the order in which they sign. */
  list(): readonly RingKeyInfo[]
  /**
   * Has the next key sign as soon as it has been published for long enough; asking again meanwhile changes nothing.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  rotate(): Promise<RingKeyInfo>
  /**
   * Removes a key that others may know: nothing signed with it is good any more, here at once, in other processes at
   * their next look, elsewhere when the published set is fetched anew. False when it was not there.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  revoke(kid: string): Promise<boolean>
  /**
   * Looks into the store now, and makes keys that are due. Where it can be read and not written, `status().problem`
   * says so, and the ring goes on for as long as a key of it may sign.
   *
   * @throws AuthError STORE_UNAVAILABLE, ConfigError
   */
  refresh(): Promise<void>
  status(): KeyRingStatus
  /** Stops following. */
  close(): void
}

/**
 * Signing keys that replace one another without anybody noticing: each is published (`maxAge` and a little) before it
 * signs, signs for `rotateEvery`, verifies for `overlap` more, and is gone.
 *
 * The ring is one encrypted text in a store, changed by compare-and-set, so any number of processes can share it and
 * each of them keeps it going. Who signs with what follows from the ring and the clock: there is one active key at any
 * moment. What this does not cover: a process that can not reach the store does not hear of a `rotate()` or `revoke()`,
 * and goes on for `maxStaleness`.
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
