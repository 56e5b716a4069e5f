import { ConfigError } from '../foundation/errors.js'
import { type Algorithm, readAlgorithms } from '../key/algorithms.js'
import type { KeyFinder } from '../token/key-source.js'
import { isJwk, type JwkInput } from '../key/jwk.js'
import { type OptionTable, readOptions, value } from '../foundation/options.js'
import { entriesOf, noUsableKey, pickKeys, usableKeys, type UsableKeys } from './usable-keys.js'

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
 * secrets (`kty` "oct"). Keys for another use are left out, and up to four keys may have one `kid`.
 *
 * @throws ConfigError for a set with private keys, more than four keys with one `kid` and algorithm, secrets together
 * with public keys, a key that is damaged or too weak for the algorithm it names, or no usable key
 * @example createVerifier({ keys: localJwks({ keys: [jwk] }, { algorithms: ['ES256'] }), algorithms: ['ES256'], … })
 */
export function localJwks(
  set: { readonly keys: readonly JwkInput[] },
  options: LocalJwksOptions,
): KeyFinder {
  const algorithms = [...readOptions('localJwks', localJwksTable, options).algorithms]
  const usable = usableKeys(set, algorithms)
  refuseMistakes(set, usable)
  return {
    find: (header) => pickKeys(usable.keys, header),
    version: () => 0,
    matched: () => undefined, // says that there may be candidates
  }
}

/** The author of this set can fix it now; a silently skipped key would only fail later. */
function refuseMistakes(set: unknown, { keys, skipped }: UsableKeys): void {
  const isSkipped = (reason: string) => skipped.some((each) => each.reason === reason)
  if (isSkipped('private key'))
    throw new ConfigError('jwks', 'holds a private key; publish its public half only')
  if (isSkipped('kid in use'))
    throw new ConfigError('jwks', 'has more than four keys with the same "kid" and algorithm')
  if (skipped.some(({ position, reason }) => reason === 'damaged or weak' && names(set, position)))
    throw new ConfigError(
      'jwks',
      'has a key that is damaged, or too weak for the algorithm it names',
    )
  if (keys.size === 0) throw new ConfigError('jwks', noUsableKey)
}

/** Whether the key says what it is meant for. */
function names(set: unknown, position: number): boolean {
  const entry = entriesOf(set)[position]
  return isJwk(entry) && typeof entry['alg'] === 'string'
}
