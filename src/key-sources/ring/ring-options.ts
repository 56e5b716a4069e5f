import type { Duration } from '../../foundation/duration.js'
import { ConfigError } from '../../foundation/errors.js'
import { type Algorithm, isAlgorithm, isSymmetric } from '../../key/algorithms.js'
import {
  clock,
  funcOr,
  milliseconds,
  optionalFunc,
  type OptionTable,
  type OptionValues,
  part,
  readOptions,
  seconds,
  value,
} from '../../foundation/options.js'
import type { KeyRingStore } from '../ports.js'
import type { RingTimes } from './ring-state.js'
import type { EncryptionKeys } from './seal.js'
import { isBytes } from '../../foundation/realms.js'

/** Options of `createKeyRing`. */
export interface KeyRingOptions {
  /** Where the encrypted ring is kept: `keys` of a store. */
  readonly store: KeyRingStore
  /** The algorithm of new keys: any algorithm with public keys. Keys already in the ring keep theirs. */
  readonly algorithm: Algorithm
  /**
   * 32 random bytes that encrypt the ring before it is stored. With several keys the first one encrypts and all of them
   * decrypt, so that this key can be changed too.
   */
  readonly encryptionKey: Uint8Array | readonly Uint8Array[]
  /** Longest lifetime of any token signed with the ring. */
  readonly tokenLife: Duration
  /** How long a key signs. Default 30 days; null: until `rotate()`. */
  readonly rotateEvery?: Duration | null
  /** `max-age` of the published set; a new key is published for this long before it signs. Default 5 minutes. */
  readonly maxAge?: Duration
  /**
   * How long a retired key verifies. Default, and minimum: `tokenLife`, `maxAge` and `maxStaleness` together. The last
   * of its tokens has then expired, even if a process was cut off.
   */
  readonly overlap?: Duration
  /** How long the ring serves while its store does not answer. Default 15 minutes. */
  readonly maxStaleness?: Duration
  /**
   * Milliseconds between two polls of the store: how long other processes may still use a revoked key. Default 5000.
   */
  readonly pollEveryMs?: number
  /**
   * Unix time in seconds, fractions allowed. Default: the system's clock. The clocks of all processes must roughly
   * agree.
   */
  readonly now?: () => number
  /**
   * Seconds on a clock that never jumps: nothing is removed from the ring until `now` has agreed with it for `overlap`.
   * Default: `performance.now() / 1000`.
   */
  readonly monotonic?: () => number
  /** Called for changes and failures; its errors are ignored. */
  readonly onEvent?: (event: KeyRingEvent) => void
}

/** An event of a ring. */
export type KeyRingEvent =
  | {
      /** This process uses a new state of the ring. */
      readonly type: 'changed'
      readonly revision: number
      /** Whether a formerly valid key is gone. */
      readonly removed: boolean
    }
  /** The store could not be asked, or its content could not be used. `message` is a fixed sentence. */
  | { readonly type: 'failed'; readonly message: string }

/** Options of `createKeyRing`. */
export const keyRingTable = {
  store: part<KeyRingStore>('a store with read and write', ['read', 'write']),
  algorithm: value('algorithm with public keys', readAlgorithm),
  encryptionKey: value('32 random bytes, or an array of such keys', readEncryptionKeys),
  tokenLife: seconds(),
  rotateEvery: value('duration or null', readRotateEvery, { default: '30d' }),
  maxAge: seconds({ default: '5m' }),
  overlap: seconds({ optional: true }),
  maxStaleness: seconds({ default: '15m' }),
  pollEveryMs: milliseconds({ default: 5000, least: 10 }),
  now: clock(),
  monotonic: funcOr<() => number>(() => performance.now() / 1000),
  onEvent: optionalFunc<NonNullable<KeyRingOptions['onEvent']>>(),
} satisfies OptionTable<keyof KeyRingOptions>

/** {@link KeyRingOptions}, checked and filled in; times in seconds. */
export interface RingPolicy extends Pick<
  OptionValues<typeof keyRingTable>,
  | 'store'
  | 'algorithm'
  | 'maxAge'
  | 'maxStaleness'
  | 'pollEveryMs'
  | 'now'
  | 'monotonic'
  | 'onEvent'
> {
  readonly encryptionKeys: EncryptionKeys
  readonly times: RingTimes
}

const factory = 'createKeyRing'

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws ConfigError naming the option
 */
export function readRingOptions(options: KeyRingOptions): RingPolicy {
  const values = readOptions(factory, keyRingTable, options)
  return { ...values, encryptionKeys: values.encryptionKey, times: timesOf(values) }
}

function timesOf(values: OptionValues<typeof keyRingTable>): RingTimes {
  const { rotateEvery, maxAge, maxStaleness, tokenLife, pollEveryMs } = values
  const least = tokenLife + maxAge + maxStaleness
  const { overlap = least } = values
  // One poll that just missed the change, and one that took as long as it may.
  const settle = (2 * pollEveryMs) / 1000
  const lead = maxAge + settle
  if (overlap < least)
    throw new ConfigError(
      `${factory}.overlap`,
      'must be at least tokenLife, maxAge and maxStaleness together',
    )
  if (rotateEvery !== null && rotateEvery <= lead)
    throw new ConfigError(
      `${factory}.rotateEvery`,
      'must be longer than maxAge plus two polls of the store',
    )
  return { rotateEvery, lead, settle, overlap }
}

function readAlgorithm(given: unknown, option: string): Algorithm {
  if (isAlgorithm(given) && !isSymmetric(given)) return given
  throw new ConfigError(option, 'must be an algorithm with public keys')
}

function readRotateEvery(given: unknown, option: string): number | null {
  return given === null ? null : seconds().read(given, option)
}

function readEncryptionKeys(given: unknown, option: string): EncryptionKeys {
  const keys: readonly unknown[] = Array.isArray(given) ? given : [given]
  const known = keys.filter((key) => isBytes(key))
  if (known.length === 0 || known.length < keys.length || known.some((key) => key.length !== 32))
    throw new ConfigError(option, 'must be 32 random bytes, or an array of such keys')
  if (known.some((key) => new Set(key).size < 12))
    throw new ConfigError(option, 'repeats a pattern; make one with randomBytes')
  return known.map((key) => Uint8Array.from(key))
}
