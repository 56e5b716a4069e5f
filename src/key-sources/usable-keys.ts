import type { Algorithm } from '../key/algorithms.js'
import { ConfigError } from '../foundation/errors.js'
import { isJwk } from '../key/jwk.js'
import { readJwkSet, type SetSecrets, type SkippedEntry } from '../key/jwk-set.js'
import type { Key } from '../key/key.js'
import type { PinnedHeader } from '../token/header.js'
import type { FoundKeys } from '../token/key-source.js'

/** Keys by their `kid`; those of one `kid` differ in their algorithm, or are candidates. */
export type KeysByKid = ReadonlyMap<string, readonly Key[]>

/** The usable keys of a JWK set, and the entries that were left out. */
export interface UsableKeys {
  readonly keys: KeysByKid
  readonly skipped: readonly SkippedEntry[]
}

/** A larger set is a mistake, or an attempt to waste time. */
const mostKeys = 100

/**
 * Reads a JWK set for verifying. It may turn out to have no usable key; a set with more than 100 entries, or with
 * nothing that looks like a key, is malformed.
 *
 * @throws ConfigError with option `jwks`, saying what is wrong with the set but not what it contains
 * @example usableKeys(JSON.parse(text), ['ES256']).keys.get(kid)
 */
export function usableKeys(
  set: unknown,
  algorithms: readonly Algorithm[],
  secrets?: SetSecrets,
): UsableKeys {
  const entries = entriesOf(set)
  if (entries.length > mostKeys)
    throw new ConfigError('jwks', `has more than ${String(mostKeys)} keys`)
  if (entries.length > 0 && !entries.some(isJwk))
    throw new ConfigError('jwks', 'has entries, but none of them is a JWK')
  const { keys: list, skipped } = readJwkSet(set, algorithms, secrets)
  const keys = new Map<string, Key[]>()
  for (const key of list) {
    const named = keys.get(key.kid)
    if (named) named.push(key)
    else keys.set(key.kid, [key])
  }
  return { keys, skipped }
}

/** What is wrong with a set of which nothing can be used. */
export const noUsableKey = 'has no key that the configured algorithms can use'

/**
 * The keys for a header: those of its `kid` that are for its `alg`. Without a `kid`, the set's only key for it, if all
 * keys of the set have one name.
 *
 * @example pickKeys(keys, { alg: 'ES256', kid: '2026-11' })
 */
export function pickKeys(keys: KeysByKid, { kid, alg }: PinnedHeader): FoundKeys {
  const named = kid === undefined ? onlyName(keys) : keys.get(kid)
  if (!named) return undefined
  const [first, another] = named
  if (!another) return first?.alg === alg ? first : undefined
  const fitting = named.filter((key) => key.alg === alg)
  if (fitting.length < 2) return fitting[0]
  // Trying several is for one name that they share: a token that names none must not search for its key.
  return kid === undefined ? undefined : fitting
}

function onlyName(keys: KeysByKid): readonly Key[] | undefined {
  const [only] = keys.values()
  return keys.size === 1 ? only : undefined
}

/**
 * The entries of a set, whatever they are; none when it is no set.
 *
 * @example entriesOf({ keys: [{ kty: 'EC' }] }).length // 1
 */
export function entriesOf(set: unknown): readonly unknown[] {
  const isSet = typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys)
  return isSet ? (set.keys as unknown[]) : [] // the elements are checked later
}
