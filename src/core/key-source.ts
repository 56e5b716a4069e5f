import type { PinnedHeader } from './header.js'
import { Key } from './key.js'

/**
 * Where a verifier gets its key. The header has been checked, but not the signature: a source may compare `kid`, and
 * must not act on it in any other way (RFC 8725 section 3.10).
 */
export interface KeyFinder {
  /** The key for this header; undefined when there is none. A rejection means that nobody can tell at the moment. */
  find(header: PinnedHeader, signal: AbortSignal): Key | undefined | Promise<Key | undefined>
  /** Changes whenever a key may have stopped being good, so that what was verified with it is verified again. */
  version(): number
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
