import { type Duration, parseDuration } from '../../foundation/duration.js'
import { ConfigError } from '../../foundation/errors.js'
import { type Algorithm, isAlgorithm, isSymmetric } from '../../key/algorithms.js'
import { checkOptionNames } from '../../foundation/options.js'
import type { KeyRingStore } from '../ports.js'
import type { RingTimes } from './ring-state.js'
import type { EncryptionKeys } from './seal.js'

/** How a ring is kept. */
export interface KeyRingOptions {
  readonly store: KeyRingStore
  /** What new keys are for: any algorithm with public keys. Keys already in the ring stay what they are. */
  readonly algorithm: Algorithm
  /**
   * 32 random bytes that the ring is encrypted with before it is stored. Several: the first one encrypts, each of them
   * decrypts, so that this key can be changed too.
   */
  readonly encryptionKey: Uint8Array | readonly Uint8Array[]
  /** Longest life of any token signed with the ring. */
  readonly tokenLife: Duration
  /** How long a key signs. Default 30 days; null: until `rotate()`. */
  readonly rotateEvery?: Duration | null
  /** `max-age` of the published set, which a new key is published before it signs. Default 5 minutes. */
  readonly maxAge?: Duration
  /**
   * How long a retired key verifies. Default, and least: `tokenLife`, `maxAge` and `maxStaleness` together, when the
   * last of its tokens has expired even if a process was cut off.
   */
  readonly overlap?: Duration
  /** How long the ring serves while its store does not answer. Default 15 minutes. */
  readonly maxStaleness?: Duration
  /** Milliseconds between two looks into the store: how long a revoked key lives on elsewhere. Default 5000. */
  readonly pollEveryMs?: number
  /** Unix time in seconds, fractions allowed. Default: the system's clock. All processes need about the same. */
  readonly now?: () => number
  /** Told of changes and of trouble. What it throws is dropped. */
  readonly onEvent?: (event: KeyRingEvent) => void
}

/** What happens to a ring. */
export type KeyRingEvent =
  | {
      /** This process has taken up another state of the ring. */
      readonly type: 'changed'
      readonly revision: number
      /** Whether a key that was good before is no longer. */
      readonly removed: boolean
    }
  /** The store could not be asked, or what it holds could not be used. `message` is a fixed sentence. */
  | { readonly type: 'failed'; readonly message: string }

/** {@link KeyRingOptions}, checked and filled in; times in seconds. */
export interface RingPolicy {
  readonly store: KeyRingStore
  readonly algorithm: Algorithm
  readonly encryptionKeys: EncryptionKeys
  readonly times: RingTimes
  readonly maxAge: number
  readonly maxStaleness: number
  readonly pollEveryMs: number
  readonly now: () => number
  readonly onEvent: (event: KeyRingEvent) => void
}

const place = 'createKeyRing'
const optionNames = [
  'store',
  'algorithm',
  'encryptionKey',
  'tokenLife',
  'rotateEvery',
  'maxAge',
  'overlap',
  'maxStaleness',
  'pollEveryMs',
  'now',
  'onEvent',
]

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws ConfigError naming the option
 */
export function resolveRing(options: KeyRingOptions): RingPolicy {
  checkOptionNames(place, options, optionNames)
  const { store, algorithm, pollEveryMs = 5000 } = options
  const given: unknown = store
  if (typeof given !== 'object' || given === null || !('read' in given) || !('write' in given))
    throw new ConfigError(`${place}.store`, 'must be a store with read and write')
  if (!isAlgorithm(algorithm) || isSymmetric(algorithm))
    throw new ConfigError(`${place}.algorithm`, 'must be an algorithm with public keys')
  if (!Number.isSafeInteger(pollEveryMs) || pollEveryMs < 10)
    throw new ConfigError(`${place}.pollEveryMs`, 'must be at least 10 milliseconds')
  return {
    store,
    algorithm,
    encryptionKeys: readEncryptionKeys(options.encryptionKey),
    ...readTimes(options, pollEveryMs),
    pollEveryMs,
    now: options.now ?? (() => Date.now() / 1000),
    onEvent: options.onEvent ?? (() => undefined),
  }
}

function readTimes(options: KeyRingOptions, pollEveryMs: number) {
  const read = (name: 'tokenLife' | 'maxAge' | 'maxStaleness' | 'overlap', fallback?: number) =>
    parseDuration(options[name] ?? fallback ?? NaN, `${place}.${name}`)
  const { rotateEvery: every = '30d' } = options
  const rotateEvery = every === null ? null : parseDuration(every, `${place}.rotateEvery`)
  const maxAge = read('maxAge', 300)
  const maxStaleness = read('maxStaleness', 900)
  const least = read('tokenLife') + maxAge + maxStaleness
  const overlap = read('overlap', least)
  // One look that just missed the change, and one that took as long as it may.
  const settle = (2 * pollEveryMs) / 1000
  const lead = maxAge + settle
  if (overlap < least)
    throw new ConfigError(
      `${place}.overlap`,
      'must be at least tokenLife, maxAge and maxStaleness together',
    )
  if (rotateEvery !== null && rotateEvery <= lead)
    throw new ConfigError(
      `${place}.rotateEvery`,
      'must be longer than maxAge and two looks into the store',
    )
  return { maxAge, maxStaleness, times: { rotateEvery, lead, settle, overlap } }
}

function readEncryptionKeys(given: unknown): EncryptionKeys {
  const option = `${place}.encryptionKey`
  const keys: readonly unknown[] = Array.isArray(given) ? given : [given]
  const known = keys.filter((key) => key instanceof Uint8Array)
  if (known.length === 0 || known.length < keys.length || known.some((key) => key.length !== 32))
    throw new ConfigError(option, 'must be 32 random bytes, or an array of such keys')
  if (known.some((key) => new Set(key).size < 12))
    throw new ConfigError(option, 'repeats itself; make one with randomBytes')
  return known.map((key) => Uint8Array.from(key))
}
