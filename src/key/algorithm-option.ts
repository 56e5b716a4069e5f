import { ConfigError } from '../foundation/errors.js'
import { isAlgorithm, isSymmetric, type Algorithm } from './algorithms.js'

/**
 * The option `algorithms` of a factory: the algorithms that may be used (RFC 8725 section 3.1). HMAC and public-key
 * algorithms are never mixed.
 *
 * @throws ConfigError
 * @example readAlgorithms(['ES256'], 'createVerifier.algorithms') // Set { 'ES256' }
 */
export function readAlgorithms(given: unknown, option: string): ReadonlySet<Algorithm> {
  if (typeof given === 'string')
    throw new ConfigError(option, 'must be an array, for one algorithm too: [name]')
  if (!Array.isArray(given) || given.length === 0)
    throw new ConfigError(option, 'must name at least one algorithm')
  const names: readonly unknown[] = given
  const allowed = names.filter(isAlgorithm)
  if (allowed.length < names.length)
    throw new ConfigError(option, 'names an algorithm that does not exist or is never accepted')
  if (new Set(allowed.map(isSymmetric)).size > 1)
    throw new ConfigError(
      option,
      'mixes HMAC with public-key algorithms; use one verifier for each',
    )
  return new Set(allowed)
}
