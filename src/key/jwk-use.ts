import { ConfigError } from '../foundation/errors.js'
import type { Algorithm } from './algorithms.js'
import { isJwk, type JsonWebKey, type KeyOperation } from './jwk.js'

/**
 * Checks that the `alg`, `use` and `key_ops` of a JWK permit an operation (RFC 7517 sections 4.2 to 4.4). Other kinds
 * of input do not restrict their use, and pass.
 *
 * @throws ConfigError naming the member
 * @example checkUse(jwk, 'ES256', 'verify')
 */
export function checkUse(input: unknown, alg: Algorithm, operation: KeyOperation): void {
  if (!isJwk(input)) return
  if (input['alg'] !== undefined && input['alg'] !== alg)
    throw new ConfigError('jwk.alg', `the JWK is not for ${alg}; configure the algorithm it names`)
  if (!permits(input, operation))
    throw new ConfigError(
      input['use'] === undefined || input['use'] === 'sig' ? 'jwk.key_ops' : 'jwk.use',
      `does not permit to ${operation}; take another key, or have this one published for signatures`,
    )
}

/**
 * Whether `use` and `key_ops` permit an operation. Absent members permit everything; malformed ones nothing.
 *
 * @example permits({ kty: 'EC', use: 'enc' }, 'verify') // false
 */
export function permits(jwk: JsonWebKey, operation: KeyOperation): boolean {
  if (jwk['use'] !== undefined && jwk['use'] !== 'sig') return false
  if (jwk['key_ops'] === undefined) return true
  const operations: unknown = jwk['key_ops']
  return (
    Array.isArray(operations) &&
    new Set(operations).size === operations.length &&
    operations.includes(operation)
  )
}
