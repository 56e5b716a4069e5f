import type { Duration } from '../foundation/duration.js'
import { ConfigError } from '../foundation/errors.js'
import type { PinnedHeader } from '../token/header.js'
import type { KeyFinder } from '../token/key-source.js'
import { Key } from '../key/key.js'
import {
  clock,
  type OptionTable,
  type OptionValues,
  readOptions,
  seconds,
  value,
} from '../foundation/options.js'

/** Options of `currentAndPrevious`. */
export interface CurrentAndPreviousOptions {
  /** The key that signs new tokens, or its public half. */
  readonly current: Key
  /** The key that signed before it. */
  readonly previous: Key
  /** How often the usage counts are reset. Default 24 hours. */
  readonly resetAfter?: Duration
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
}

/** How many tokens each of the two keys has verified, and since when (Unix seconds). */
export interface KeyUsage {
  readonly current: number
  readonly previous: number
  readonly since: number
}

/** Two keys during a change from one to the other. */
export interface CurrentAndPrevious extends KeyFinder {
  /** The key that the header names; both, the likelier one first, when it names none. */
  find(header: PinnedHeader): Key | readonly Key[] | undefined
  /** Counts a token that one of the keys verified. */
  matched(key: Key): void
  /** For metrics: when `previous` is no longer used, it can be removed. */
  usage(): KeyUsage
}

/**
 * Changes a secret without logging anyone out: tokens of the current key and of the previous one are valid, until the
 * last old token has expired and you remove `previous` from the configuration.
 *
 * A token that names its key is checked with that key only. Other tokens are checked first with the key that has
 * verified more tokens; with equal counts that is the previous one, which has signed most tokens when a change begins.
 * The order only saves time: the reason for a refusal never depends on it.
 *
 * One may be a secret and the other a public key, to move from HS256 to ES256: name both algorithms then. Each key is used
 * with its own algorithm alone (RFC 8725 section 3.1), so that a public key is never a secret.
 *
 * @throws ConfigError for a private key, two keys with one `kid`, or a `resetAfter` of zero
 * @example createVerifier({ keys: currentAndPrevious({ current, previous }), algorithms: ['HS256'], … })
 */
export function currentAndPrevious(options: CurrentAndPreviousOptions): CurrentAndPrevious {
  const { current, previous, resetAfter, now } = readTransition(options)
  const counts = { current: 0, previous: 0, since: now() }

  /** Counts are reset by the clock, even when no token arrives: a quiet day counts nothing. */
  const tend = (): void => {
    const passed = Math.floor((now() - counts.since) / resetAfter)
    if (passed >= 1)
      Object.assign(counts, { current: 0, previous: 0, since: counts.since + passed * resetAfter })
  }
  const count = (key: Key): void => {
    tend()
    if (key === current) counts.current++
    else if (key === previous) counts.previous++
  }

  return Object.freeze({
    find: (header: PinnedHeader) => {
      tend()
      const ordered = counts.current > counts.previous ? [current, previous] : [previous, current]
      const [first, ...others] = new Set(ordered.filter((key) => mayBe(key, header)))
      return first && others.length > 0 ? [first, ...others] : first
    },
    matched: count,
    version: () => 0,
    hasBothKinds: current.kind !== previous.kind,
    usage: () => {
      tend()
      return { ...counts }
    },
  })
}

const factory = 'currentAndPrevious'

/** A key without a public name cannot be recognised by one. */
function mayBe(key: Key, { alg, kid }: PinnedHeader): boolean {
  return key.alg === alg && (kid === undefined || !key.hasPublicKid || key.kid === kid)
}

/** Options of `currentAndPrevious`. */
export const currentAndPreviousTable = {
  current: value('key', readKey),
  previous: value('key', readKey),
  resetAfter: seconds({ default: '24h', least: 1 }),
  now: clock(),
} satisfies OptionTable<keyof CurrentAndPreviousOptions>

function readTransition(
  options: CurrentAndPreviousOptions,
): OptionValues<typeof currentAndPreviousTable> {
  const values = readOptions(factory, currentAndPreviousTable, options)
  const { current, previous } = values
  if (current !== previous && current.kid === previous.kid)
    throw new ConfigError(`${factory}.previous`, 'has the same kid as the current key')
  return values
}

function readKey(given: unknown, option: string): Key {
  if (!(given instanceof Key)) throw new ConfigError(option, 'must be a key')
  if (given.kind === 'private')
    throw new ConfigError(option, 'is a private key; pass its public half')
  return given
}
