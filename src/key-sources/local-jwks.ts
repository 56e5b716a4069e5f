import { ConfigError } from '../foundation/errors.js'
import { type Algorithm, readAlgorithms } from '../key/algorithms.js'
import type { KeyFinder } from '../token/key-source.js'
import { isJwk, type JwkInput } from '../key/jwk.js'
import { permits } from '../key/jwk-use.js'
import { readJwkSet } from '../key/jwk-set.js'
import { type OptionTable, readOptions, value } from '../foundation/options.js'
import { staticKeys } from './static.js'
import { usableKeys } from './usable-keys.js'

/** Options of `localJwks`. */
export interface LocalJwksOptions {
  /** The algorithms that its keys may be for; keys for other algorithms are left out. */
  readonly algorithms: readonly Algorithm[]
}

/** Options of `localJwks`. */
export const localJwksTable = {
  algorithms: value('array of algorithms', readAlgorithms),
} satisfies OptionTable<keyof LocalJwksOptions>

/**
 * A JWK set (RFC 7517) from the program's own configuration, or made by a test. It contains only public keys, or only
 * secrets (`kty` "oct").
 *
 * @throws ConfigError for a set with private keys, two keys with one `kid`, secrets together with public keys, a key
 * that is damaged or too weak for the algorithm it names, or no usable key
 * @example createVerifier({ keys: localJwks({ keys: [jwk] }, { algorithms: ['ES256'] }), algorithms: ['ES256'], … })
 */
export function localJwks(
  set: { readonly keys: readonly JwkInput[] },
  options: LocalJwksOptions,
): KeyFinder {
  const algorithms = [...readOptions('localJwks', localJwksTable, options).algorithms]
  const { keys } = usableKeys(set, algorithms)
  // The author of this set can fix it now; a silently skipped key would only fail later.
  if (set.keys.some((jwk) => isMeant(jwk, algorithms) && !isUsable(jwk, algorithms)))
    throw new ConfigError(
      'jwks',
      'has a key that is damaged, or too weak for the algorithm it names',
    )
  return staticKeys([...keys.values()])
}

function isMeant(jwk: unknown, algorithms: readonly Algorithm[]): boolean {
  return isJwk(jwk) && algorithms.some((alg) => alg === jwk['alg']) && permits(jwk, 'verify')
}

function isUsable(jwk: JwkInput, algorithms: readonly Algorithm[]): boolean {
  return readJwkSet({ keys: [jwk] }, algorithms).length === 1
}
