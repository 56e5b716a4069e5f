import type { PinnedHeader } from './header.js'
import { Key } from '../key/key.js'

/**
 * What a source may answer: a key; several, to be tried in this order, where the header does not tell them apart; none.
 */
export type FoundKeys = Key | readonly Key[] | undefined

/**
 * Where a verifier gets its key. The header has been checked, but not the signature: a source may compare `kid`, and
 * must not act on it in any other way (RFC 8725 section 3.10).
 */
export interface KeyFinder {
  /**
   * The key for this header; from a source with `matched` also up to four candidates; undefined when there is none. A
   * rejection means that nobody can tell at the moment.
   */
  find(header: PinnedHeader, signal: AbortSignal): FoundKeys | Promise<FoundKeys>
  /** Changes whenever a key may have stopped being good, so that what was verified with it is verified again. */
  version(): number
  /**
   * Told which key a signature was made with, once for every token that is not taken from a cache. A source that has it
   * may answer with candidates.
   */
  matched?(key: Key): void
}

/** One key, a function from header to key, or a {@link KeyFinder}. */
export type KeySource =
  Key | ((header: PinnedHeader) => Key | undefined | Promise<Key | undefined>) | KeyFinder

/** A source as a finder. One single key answers whatever `kid` the token names: there is nothing to choose. */
export function toFinder(source: KeySource): KeyFinder {
  if (source instanceof Key) return { find: () => source, version: () => 0 }
  if (typeof source === 'function') return { find: source, version: () => 0 }
  return source
}
