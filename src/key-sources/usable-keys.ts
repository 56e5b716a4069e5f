import type { Algorithm } from '../key/algorithms.js'
import { ConfigError } from '../foundation/errors.js'
import type { Key } from '../key/key.js'
import { isJwk } from '../key/jwk.js'
import { readJwkSet } from '../key/jwk-set.js'

/** The usable keys of a JWK set. */
export interface UsableKeys {
  readonly keys: ReadonlyMap<string, Key>
  /** Number of entries left out: of another kind, for other algorithms or uses, damaged or weak. */
  readonly skipped: number
}

/** A larger set is a mistake, or an attempt to waste time. */
const mostKeys = 100

/**
 * Reads a JWK set for verifying: at most 100 entries, and at least one usable key.
 *
 * @throws ConfigError with option `jwks`, saying what is wrong with the set but not what it contains
 * @example usableKeys(JSON.parse(text), ['ES256']).keys.get(kid)
 */
export function usableKeys(set: unknown, algorithms: readonly Algorithm[]): UsableKeys {
  const count = entriesOf(set).length
  if (count > mostKeys) throw new ConfigError('jwks', `has more than ${String(mostKeys)} keys`)
  const list = readJwkSet(set, algorithms)
  const keys = new Map(list.map((key) => [key.kid, key]))
  if (keys.size === 0)
    throw new ConfigError('jwks', 'has no key that the configured algorithms can use')
  if (keys.size < list.length) throw new ConfigError('jwks', 'contains one key twice')
  return { keys, skipped: count - keys.size }
}

/**
 * Whether a set contains secrets (`kty` "oct"). A published secret is no longer secret.
 *
 * @example holdsSecrets({ keys: [{ kty: 'oct', k: 'AAEC' }] }) // true
 */
export function holdsSecrets(set: unknown): boolean {
  return entriesOf(set).some((entry) => isJwk(entry) && entry.kty === 'oct')
}

function entriesOf(set: unknown): readonly unknown[] {
  const isSet = typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys)
  return isSet ? (set.keys as unknown[]) : [] // the elements are checked later
}
