import type { PinnedHeader } from './header.js'
import { Key } from '../key/key.js'

/**
 * The answer of a source: a key; several keys to try in this order, when the header does not tell them apart; or none.
 */
export type FoundKeys = Key | readonly Key[] | undefined

/**
 * Where a verifier gets its key. The header has been checked, but not the signature: a source may compare `kid`, and
 * must not use it in any other way (RFC 8725 section 3.10).
 */
export interface KeyFinder {
  /**
   * The key for this header; undefined when there is none. A source with `matched` may also return up to four
   * candidates. A rejection means that the keys are unavailable at the moment.
   */
  find(header: PinnedHeader, signal: AbortSignal): FoundKeys | Promise<FoundKeys>
  /** Changes whenever a key may have become invalid, so that tokens verified with it are verified again. */
  version(): number
  /**
   * Receives the key that made a signature, once for every token that does not come from a cache. Only a source with
   * this method may answer with candidates.
   */
  matched?(key: Key): void
}

/** One key, a function from header to key, or a {@link KeyFinder}. */
export type KeySource =
  Key | ((header: PinnedHeader) => Key | undefined | Promise<Key | undefined>) | KeyFinder

/** A source as a finder. A single key is used for every `kid`: there is nothing to choose. */
export function toFinder(source: KeySource): KeyFinder {
  if (source instanceof Key) return { find: () => source, version: () => 0 }
  if (typeof source === 'function') return { find: source, version: () => 0 }
  return source
}
