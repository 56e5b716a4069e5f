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

/** The key that signs now, and the one that signed before. */
export interface CurrentAndPreviousOptions {
  /** The key that new tokens are signed with, or its public half. */
  readonly current: Key
  /** The key before it. */
  readonly previous: Key
  /** How often the counts of use begin anew. Default 24 hours. */
  readonly resetAfter?: Duration
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
}

/** Which of the two verified how many tokens, since when (Unix seconds). */
export interface KeyUsage {
  readonly current: number
  readonly previous: number
  readonly since: number
}

/** Two keys in transition. */
export interface CurrentAndPrevious extends KeyFinder {
  /** The key that the header names; both, the likelier one first, when it names none. */
  find(header: PinnedHeader): Key | readonly Key[] | undefined
  /** Counts a token that one of them verified. */
  matched(key: Key): void
  /** For metrics: when `previous` is not used any more, it can go. */
  usage(): KeyUsage
}

/**
 * A change of secrets without logging anybody out: tokens of the current key and of the one before are good, until the
 * last of the old ones has expired and `previous` is taken out of the configuration.
 *
 * Tokens that name their key are checked with that one alone. The others are checked with the one that has verified
 * more tokens first; a tie goes to the previous one, which most tokens are from when a change begins. The order saves
 * time and decides nothing else: what a token is refused with never depends on it.
 *
 * @throws ConfigError for a private key, a secret beside a public key, two keys of one `kid`, or a `resetAfter` of nothing
 * @example createVerifier({ keys: currentAndPrevious({ current, previous }), algorithms: ['HS256'], … })
 */
export function currentAndPrevious(options: CurrentAndPreviousOptions): CurrentAndPrevious {
  const { current, previous, resetAfter, now } = readTransition(options)
  const counts = { current: 0, previous: 0, since: now() }

  /** Counts begin anew by the clock, whether a token comes or not: a quiet day counts nothing. */
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
    usage: () => {
      tend()
      return { ...counts }
    },
  })
}

const factory = 'currentAndPrevious'

/** A key that has no public name can not be told by one. */
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
  if (current.kind !== previous.kind)
    throw new ConfigError(factory, 'mixes a secret with a public key')
  if (current !== previous && current.kid === previous.kid)
    throw new ConfigError(`${factory}.previous`, 'has the kid of the current key')
  return values
}

function readKey(given: unknown, option: string): Key {
  if (!(given instanceof Key)) throw new ConfigError(option, 'must be a key')
  if (given.kind === 'private')
    throw new ConfigError(option, 'is a private key; pass its public half')
  return given
}
